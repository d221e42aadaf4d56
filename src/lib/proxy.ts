import { checkBypass } from "@actions/http-client/lib/proxy";
import type { Cause } from "./action-error.ts";
import type { HttpResponse } from "./http.ts";

/** The environment names a proxy by an address that can't be used. */
export class ProxyAddressError extends Error {
  override readonly name = "ProxyAddressError";
  readonly problem: Cause;

  /** @param variable that contains the address, which may contain a password and is never repeated */
  constructor(variable: string, { cause = "", fix }: Cause) {
    super(`The proxy address in ${variable} isn't valid.`);
    this.problem = { cause: `${variable} ${cause}.`, fix };
  }
}

interface AddressRule {
  readonly isBroken: (address: string) => boolean;
  /** Follows the name of the variable. */
  readonly cause: string;
  readonly fix: string;
}

const EXAMPLE = "http://USER:PASSWORD@HOST:PORT";
/** What a URL has to be free of at its ends; it takes spaces and control characters there (URL Standard, "basic URL parser"). */
const INVISIBLE_ENDS = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;

/**
 * Mistakes with which the client would pass over the proxy, or take a part of the password for its host. The first
 * match is reported.
 */
const ADDRESS_RULES: readonly AddressRule[] = [
  {
    isBroken: (address) => INVISIBLE_ENDS.test(address),
    cause: "begins or ends with an invisible character, such as a no-break space",
    fix: `Type the address again instead of copying it: ${EXAMPLE}`,
  },
  {
    isBroken: (address) => /^["'`“”‘’]|["'`“”‘’]$/.test(address),
    cause: "has quotation marks around the address",
    fix: `Remove the quotation marks: ${EXAMPLE}`,
  },
  {
    isBroken: (address) => address.includes("\\"),
    cause: "contains a backslash, as in DOMAIN\\USER, and a URL ends its host there",
    fix: "Write the backslash as %5C: http://DOMAIN%5CUSER:PASSWORD@HOST:PORT",
  },
  {
    isBroken: (address) => /^[a-z][a-z\d+.-]*:\/\//i.test(address) && !/^https?:/i.test(address),
    cause: "begins with another scheme than http:// or https://",
    fix: `Set it to an HTTP proxy: ${EXAMPLE}. The action can't use SOCKS proxies and PAC files.`,
  },
  {
    isBroken: (address) => !hasScheme(address) && URL.canParse(address),
    cause: "doesn't begin with http://",
    fix: `Put http:// in front: ${EXAMPLE}`,
  },
  {
    // Everything from one of these characters on is no longer the host.
    isBroken: (address) => /[/?#]./s.test(address.replace(/^https?:\/\//i, "")),
    cause: "contains /, ? or # after http://, usually as a character of the password that isn't URL-encoded",
    fix: "Write / as %2F, ? as %3F and # as %23 in the user name and the password, and end the address after the port.",
  },
  {
    isBroken: (address) => !canDecode(address),
    cause: "contains a % that isn't the beginning of a URL-encoded character",
    fix: "Write % as %25 in the user name and the password.",
  },
  {
    isBroken: (address) => !hasHost(address),
    cause: "isn't the address of a proxy",
    fix: `Set it to ${EXAMPLE}, or leave it unset where there is no proxy.`,
  },
];

/**
 * Refuses to send when the environment names a proxy whose address the client can't read: it would pass over the proxy
 * and connect to the host directly, or connect to a host that a part of the password names.
 */
export function requireReadableProxy<Request extends { readonly url: string }>(
  env: NodeJS.ProcessEnv,
  send: (request: Request) => Promise<HttpResponse>,
): (request: Request) => Promise<HttpResponse> {
  return async (request) => {
    // The same order as in the client's `getProxyUrl`.
    const variable = env["https_proxy"] ? "https_proxy" : "HTTPS_PROXY";
    const address = env[variable];
    const broken = address && ADDRESS_RULES.find(({ isBroken }) => isBroken(withoutSpaces(address)));
    if (broken && !checkBypass(new URL(request.url))) throw new ProxyAddressError(variable, broken);
    return send(request);
  };
}

/** As URL trims it: `trim()` would also remove characters with which the client can't read the address. */
function withoutSpaces(address: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what URL removes
  return address.replace(/^[\u0000- ]+|[\u0000- ]+$/g, "");
}

function hasScheme(address: string): boolean {
  return /^https?:\/\//i.test(address);
}

function canDecode(address: string): boolean {
  try {
    decodeURIComponent(address);
    return true;
  } catch {
    return false;
  }
}

function hasHost(address: string): boolean {
  const url = hasScheme(address) ? address : `http://${address}`;
  return URL.canParse(url) && /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])$/i.test(new URL(url).hostname);
}
