import { ActionError } from "../lib/action-error.ts";
import type { HttpGet, HttpResponse } from "../lib/http.ts";
import { sanitize, withoutEcho } from "../lib/sanitize.ts";
import { classifyNetworkError, TRUST_COMPANY_CA } from "./network-errors.ts";
import type { FailureRule } from "./refusals.ts";
import { type FailedResponse, isObject, isTemporary, parseJson } from "./response.ts";

/** Where the job gets its OIDC token, and the credential for that. */
export interface OidcEndpoint {
  readonly url: string;
  readonly requestToken: string;
}

/** GitHub's OIDC token of the job. */
export interface OidcToken {
  readonly token: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** GitHub's endpoint answered, but not with a token. */
export class OidcError extends Error {
  override readonly name = "OidcError";
  readonly response: FailedResponse;

  constructor(response: FailedResponse) {
    super(response.rule.headline);
    this.response = response;
  }
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const RUN_AGAIN = "Wait until https://www.githubstatus.com shows Actions as operational, then run the job again.";

const UNAVAILABLE: FailureRule = {
  code: "github-oidc-unavailable",
  headline: "GitHub's OIDC provider is temporarily unavailable. Nothing is wrong with your configuration.",
  causes: [
    { cause: "GitHub is overloaded or had an internal error.", fix: RUN_AGAIN },
    {
      cause: "Short outages last longer than timeout_seconds, which all attempts share.",
      fix: "Increase timeout_seconds (up to 600).",
    },
  ],
  retry: true,
};
const REFUSED: FailureRule = {
  code: "github-oidc-refused",
  headline: "GitHub refused to issue an OIDC token to this job.",
  causes: [
    {
      cause: "The workflow or an earlier step changed ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN.",
      fix: "Remove these variables from env of the workflow, the job, and the step: the runner sets them.",
    },
    { cause: "GitHub had an internal error.", fix: RUN_AGAIN },
  ],
};
const UNUSABLE: FailureRule = {
  code: "github-oidc-unusable",
  headline: "The answer of GitHub's OIDC provider doesn't contain a token.",
  causes: [
    {
      cause: "A proxy or a network's sign-in page answered in place of GitHub.",
      fix: "Allow *.actions.githubusercontent.com on the proxy (https_proxy of the runner) without sign-in.",
    },
    { cause: "GitHub had an internal error.", fix: RUN_AGAIN },
  ],
};
const UNREACHABLE: Omit<FailureRule, "retry"> = {
  code: "github-oidc-unreachable",
  headline: "GitHub's OIDC provider can't be reached.",
  causes: [
    {
      cause: "A firewall or a proxy doesn't allow the host.",
      fix: "Allow *.actions.githubusercontent.com, port 443, on the firewall and on the proxy (https_proxy of the runner).",
    },
    TRUST_COMPANY_CA,
    { cause: "The network or GitHub had a transient error.", fix: RUN_AGAIN },
  ],
};

/** Codes of what can fail before Salesforce is asked. */
export const OIDC_CODES: readonly string[] = [
  "github-oidc-not-permitted",
  ...[UNAVAILABLE, REFUSED, UNUSABLE, UNREACHABLE].map(({ code }) => code),
];

/**
 * Finds GitHub's endpoint in the environment of the step (GitHub docs, "OpenID Connect reference").
 *
 * @throws ActionError if the job may not have a token
 */
export function oidcEndpoint(env: NodeJS.ProcessEnv): OidcEndpoint {
  const url = env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "";
  const requestToken = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
  if (URL.parse(url)?.protocol === "https:" && requestToken !== "") return { url, requestToken };
  const isPullRequest = env["GITHUB_EVENT_NAME"] === "pull_request";
  const fork = {
    cause: "A pull request from a fork started this workflow. GitHub gives such jobs no OIDC token.",
    fix: "Log in from a workflow that another event starts, for example push.",
  };
  throw new ActionError({
    code: "github-oidc-not-permitted",
    headline: "The job isn't allowed to request an OIDC token from GitHub.",
    context: ["ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN is missing. No request was sent."],
    causes: [
      {
        cause: "The job lacks the permission id-token: write.",
        fix: "Add it to the job: permissions: { id-token: write, contents: read }. A called workflow needs it in the caller, too.",
      },
      ...(isPullRequest ? [fork] : []),
      {
        cause: "The step runs in a container or a script that doesn't pass these variables on.",
        fix: "Pass both variables on.",
      },
    ],
  });
}

/** What a request for a token needs. */
export interface OidcRequest {
  readonly endpoint: OidcEndpoint;
  readonly audience: string;
  readonly httpGet: HttpGet;
  readonly signal: AbortSignal;
}

/**
 * Requests the job's OIDC token for an audience.
 *
 * @throws OidcError if the answer has no token, or what `httpGet` throws
 */
export async function requestOidcToken({ endpoint, audience, httpGet, signal }: OidcRequest): Promise<OidcToken> {
  const url = new URL(endpoint.url);
  url.searchParams.set("audience", audience);
  const response = await httpGet({ url: url.href, bearer: endpoint.requestToken, signal });
  const token = response.status === 200 ? tokenIn(response) : undefined;
  if (token === undefined) throw new OidcError(failed(response, endpoint.requestToken));
  return token;
}

/** Says what an error of {@link requestOidcToken} means. */
export function describeOidcError(error: unknown): FailedResponse {
  if (error instanceof OidcError) return error.response;
  const { reason, said, rule } = classifyNetworkError(error);
  const retry = rule.retry ?? false;
  return { kind: "none", reason: `GitHub's OIDC provider: ${reason}`, said, rule: { ...UNREACHABLE, retry } };
}

function tokenIn({ body, oversized }: HttpResponse): OidcToken | undefined {
  const answer = oversized ? undefined : parseJson(body);
  const value = isObject(answer) ? answer["value"] : undefined;
  if (typeof value !== "string" || !JWT.test(value)) return undefined;
  const claims = parseJson(Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8"));
  return isObject(claims) ? { token: value, claims } : undefined;
}

/** A body with status 200 may contain a token, so none of it is shown. */
function failed({ status, body }: HttpResponse, sent: string): FailedResponse {
  const rule = status === 200 ? UNUSABLE : isTemporary(status) ? UNAVAILABLE : REFUSED;
  const excerpt = status === 200 ? "" : withoutEcho(sanitize(body, 160), sent);
  return { kind: "invalid", status, summary: "no OIDC token", excerpt, rule };
}
