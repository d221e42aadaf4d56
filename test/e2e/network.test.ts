import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { type FaultRow, fails, heals, testRows } from "./fault-table.ts";
import type { LoginOptions, TestEnvironment } from "./login.ts";

const { badCertificate, refuseConnect, status } = faults;
const HOST = "acme.my.salesforce.com";
const NAME_SERVICE = new URL("name-service.ts", import.meta.url).href;

/** Environment of a process whose questions for host names get these answers. No row asks the machine's own network. */
const lookups = (...answers: readonly string[]) => ({
  NODE_OPTIONS: `--import=${NAME_SERVICE}`,
  LOOKUPS: answers.join(" "),
});

/** An outcome for which neither the proxy nor Salesforce was asked, where no host name is known. */
const unasked = (https_proxy: string, outcome: string, ...says: readonly RegExp[]): FaultRow => {
  const env = { https_proxy, ...lookups("ENOTFOUND") };
  return { options: { env }, outcome, attempts: 1, connects: 0, requests: 0, says };
};

testRows("a proxy that fails once is asked again:", {
  "502": heals(refuseConnect(502), /the proxy could not reach Salesforce \(.*statusCode=502\)/),
  "503": heals(refuseConnect(503), /the proxy could not reach Salesforce \(.*statusCode=503\)/),
  "504": heals(refuseConnect(504), /the proxy could not reach Salesforce \(.*statusCode=504\)/),
  reset: heals(faults.resetByProxy(), /the connection to the proxy failed \(.*ECONNRESET\)/),
  closed: heals(faults.closeByProxy(), /the connection to the proxy failed \(.*socket hang up\)/),
  garbage: heals(faults.garbageFromProxy(), /the connection to the proxy failed \(.*Parse Error/),
  "text in the tunnel": heals(
    faults.garbageFromProxy("HTTP/1.1 200 OK\r\n\r\nWelcome"),
    /the connection to the proxy failed \(got illegal response body from proxy\)/,
  ),
  "a name service that is busy": {
    prepare: ({ salesforce }) => {
      const https_proxy = salesforce.env.https_proxy.replace("127.0.0.1", "proxy.example");
      return { env: { https_proxy, ...lookups("EAI_AGAIN", "127.0.0.1") } };
    },
    outcome: "minted",
    attempts: 2,
    connects: 1,
    requests: 1,
    says: [/the connection to the proxy failed \(.*EAI_AGAIN proxy\.example\)/],
  },
});

testRows("a proxy that refuses is not asked again:", {
  "407": fails(refuseConnect(407), "proxy-authentication", /http:\/\/name:password@host:port/),
  ...Object.fromEntries(
    [204, 302, 400, 401, 403, 404, 405, 429, 500, 501].map((code) => [
      String(code),
      fails(refuseConnect(code), "proxy-refused", new RegExp(`statusCode=${code}`), /allowed on the proxy/),
    ]),
  ),
});

testRows("a proxy that is no use is named:", {
  "nobody listens": {
    options: { env: { https_proxy: faults.CLOSED_PROXY } },
    seconds: 3,
    outcome: "proxy-unreachable",
    attempts: "several",
    connects: 0,
    requests: 0,
    says: [/connect ECONNREFUSED 127\.0\.0\.1:1\)/, /Check https_proxy and no_proxy/],
  },
  "it does not know the host": {
    options: { with: { login_url: "nobody.my.salesforce.com" } },
    seconds: 3,
    outcome: "proxy-unreachable",
    attempts: "several",
    requests: 0,
    says: [/statusCode=502/, /Check that login_url is spelt right/],
  },
  "its host is unknown": unasked("http://proxy.example:3128", "proxy-unknown", /ENOTFOUND proxy\.example/),
  "its address has a broken escape": unasked(
    "50%:50%@127.0.0.1:1",
    "proxy-unknown",
    /the proxy's address is not a URL/,
  ),
  "its address has no scheme": unasked("proxy.example:3128", "proxy-unknown", /https_proxy is set, but not to http/),
});

const USERNAME = "build bot";
const PASSWORD = "p@ss:w/ör#d+%41&1234567890";
const CREDENTIALS = { username: USERNAME, password: PASSWORD };

/** A proxy that wants a password, and an https_proxy with one; with debug logging, which says more. */
function withPassword(password: string, host?: string): Pick<FaultRow, "salesforce" | "prepare"> {
  const secret = [password, `${USERNAME}:${password}`].map((value) => ({ name: "the proxy's password", value }));
  return {
    salesforce: { proxyCredentials: CREDENTIALS },
    prepare: ({ salesforce }): LoginOptions => {
      const url = new URL(salesforce.env.https_proxy);
      url.password = encodeURIComponent(password);
      if (host) url.host = host;
      return { debug: true, header: false, secret, env: { https_proxy: url.href } };
    },
  };
}

testRows("a proxy's name and password", {
  "open it": { ...withPassword(PASSWORD), outcome: "minted", attempts: 1 },
  "open it again after a fault": {
    ...withPassword(PASSWORD),
    faults: [refuseConnect(503), faults.resetByProxy()],
    outcome: "minted",
    attempts: 3,
  },
  "are refused where they are wrong": {
    ...withPassword(`${PASSWORD}!`),
    outcome: "proxy-authentication",
    attempts: 1,
    requests: 0,
  },
  "are asked for where there are none": {
    salesforce: { proxyCredentials: CREDENTIALS },
    prepare: ({ salesforce }) => ({ env: { https_proxy: `http://${new URL(salesforce.env.https_proxy).host}` } }),
    outcome: "proxy-authentication",
    attempts: 1,
    requests: 0,
  },
  "are not shown where the proxy is down": {
    ...withPassword(PASSWORD, "127.0.0.1:1"),
    seconds: 2,
    outcome: "proxy-unreachable",
    attempts: "several",
    connects: 0,
    requests: 0,
  },
  "are not shown where they make the address no URL": {
    ...unasked(`http://${USERNAME}:${PASSWORD}@127.0.0.1:1`, "proxy-unknown"),
    prepare: () => ({ debug: true, header: false, secret: [{ name: "the proxy's password", value: PASSWORD }] }),
  },
});

/** On Windows a variable has one value, however its name is written. */
const whereCasesDiffer = (rows: Readonly<Record<string, FaultRow>>) => (process.platform === "win32" ? {} : rows);

testRows("the proxy is that of", {
  https_proxy: { outcome: "minted", attempts: 1 },
  "https_proxy, where no_proxy names another host": {
    options: { env: { no_proxy: `example.com, login.salesforce.com, x${HOST}`, ...lookups("ENOTFOUND") } },
    outcome: "minted",
    attempts: 1,
  },
  ...whereCasesDiffer({
    "HTTPS_PROXY, where https_proxy is not set": {
      prepare: ({ salesforce: { env } }) => ({
        env: { https_proxy: "", HTTPS_PROXY: env.https_proxy, ...lookups("ENOTFOUND") },
      }),
      outcome: "minted",
      attempts: 1,
    },
    "https_proxy, where both are set": {
      options: { env: { HTTPS_PROXY: faults.CLOSED_PROXY } },
      outcome: "minted",
      attempts: 1,
    },
  }),
});

/** Without a proxy: the embedded Salesforce's own port, at an address that is given for the name. */
function directly(answers: readonly string[], row: Partial<FaultRow> = {}): FaultRow {
  const prepare = ({ salesforce }: TestEnvironment): LoginOptions => {
    const host = `${HOST}:${salesforce.port}`;
    salesforce.serve(host, { org: salesforce.org });
    return { with: { login_url: `https://${host}` }, env: { no_proxy: HOST, ...lookups(...answers) } };
  };
  return { prepare, outcome: "minted", attempts: 1, connects: 0, ...row };
}

function healsDirectly(fault: Fault, row: Partial<FaultRow> = {}): FaultRow {
  return directly(["127.0.0.1"], { faults: [fault], attempts: 2, ...row });
}

const noProxy = (no_proxy: string): FaultRow => {
  const row = directly(["127.0.0.1"]);
  const prepare = (bench: TestEnvironment): LoginOptions => {
    const { env, ...options } = row.prepare?.(bench) ?? {};
    return { ...options, env: { ...env, no_proxy } };
  };
  return { ...row, prepare };
};

testRows("a host is asked without the proxy where no_proxy has", {
  "its name": noProxy(HOST),
  "its name in capitals, among others": noProxy(`example.com , ${HOST.toUpperCase()}`),
  "its domain": noProxy("salesforce.com"),
  "its domain with a dot": noProxy(".my.salesforce.com"),
  everything: noProxy("*"),
  ...whereCasesDiffer({ "its name in NO_PROXY": { ...noProxy(""), options: { env: { NO_PROXY: HOST } } } }),
});

testRows("without a proxy, a fault is the same:", {
  "reset before the answer": healsDirectly(faults.resetBeforeAnswer()),
  "a body that is cut off": healsDirectly(faults.cutOffBody()),
  "HTTP 503": healsDirectly(status(503)),
  silence: healsDirectly(faults.silence(), { seconds: 12, says: [/no answer within 6\.0 s/] }),
  "a redirect": directly(["127.0.0.1"], {
    faults: [faults.redirect(307, "https://globex.my.salesforce.com/")],
    outcome: "answer-redirect",
  }),
  "an untrusted certificate": directly(["127.0.0.1"], {
    faults: [badCertificate("unknown-authority")],
    outcome: "tls-untrusted",
    says: [/NODE_EXTRA_CA_CERTS/],
  }),
  "an unknown host": directly(["ENOTFOUND"], {
    outcome: "host-unknown",
    requests: 0,
    says: [new RegExp(`getaddrinfo ENOTFOUND ${HOST}`), /Current My Domain URL/],
  }),
  "a name service that is busy": directly(["EAI_AGAIN", "127.0.0.1"], {
    attempts: 2,
    requests: 1,
    says: [new RegExp(`the connection failed \\(getaddrinfo EAI_AGAIN ${HOST}\\)`)],
  }),
  "a name service that stays busy": directly(["EAI_AGAIN"], {
    seconds: 3,
    outcome: "connection-failed",
    attempts: "several",
    requests: 0,
    says: [/EAI_AGAIN/],
  }),
  "nobody listens": {
    options: { with: { login_url: `https://${HOST}:1` }, env: { no_proxy: HOST, ...lookups("127.0.0.1") } },
    seconds: 3,
    outcome: "connection-failed",
    attempts: "several",
    connects: 0,
    requests: 0,
    says: [/connect ECONNREFUSED 127\.0\.0\.1:1\)/],
  },
});

testRows("a certificate that doesn't verify ends it at once:", {
  expired: fails(badCertificate("expired"), "tls-expired", /NODE_EXTRA_CA_CERTS/, /Check the runner's clock/),
  "not valid yet": fails(badCertificate("not-yet-valid"), "tls-expired", /NODE_EXTRA_CA_CERTS/),
  "for another host": fails(badCertificate("wrong-name"), "tls-wrong-name", /NODE_EXTRA_CA_CERTS/, new RegExp(HOST)),
  "of an unknown authority": fails(badCertificate("unknown-authority"), "tls-untrusted", /NODE_EXTRA_CA_CERTS/),
  "its own": fails(badCertificate("self-signed"), "tls-untrusted", /NODE_EXTRA_CA_CERTS/),
  "of an authority that the step does not name": {
    options: { env: { NODE_EXTRA_CA_CERTS: "" } },
    outcome: "tls-untrusted",
    attempts: 1,
    requests: 0,
    says: [/set NODE_EXTRA_CA_CERTS to that file in the step's env/],
  },
  "no TLS at all": fails(faults.plainTextInTls(), "tls-handshake", /the TLS handshake failed/),
});
