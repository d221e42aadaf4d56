import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { login, startTestEnvironment } from "../e2e/login.ts";

/** A client of Salesforce that others wrote, or a program of ours that sends what one of theirs sends. */
interface Client {
  /** The program that has to be there. */
  readonly tool: readonly string[];
  /** Gets its packages. */
  readonly install?: (folder: string) => Promise<unknown>;
  /** How it is started, once that is done. */
  readonly command: (folder: string) => readonly [program: string, ...args: string[]];
  /** What it finds beside the accounts. */
  readonly finds?: readonly string[];
  /** Whether it can use a token that it is given. */
  readonly usesToken: boolean;
  /** What it sends to log in, if it can: header, claims, and the form's fields. */
  readonly logsInWith?: LoginRequest;
}

interface LoginRequest {
  readonly header: readonly string[];
  /** `exp` with its type. */
  readonly claims: readonly string[];
  readonly form: readonly string[];
}

const HERE = fileURLToPath(new URL(".", import.meta.url));
const INSTALL_MS = 180_000;
const RUN_MS = 60_000;
const FORM = ["assertion", "grant_type"];
const STRING_CLAIMS = ["aud", "exp: string", "iss", "sub"];
const NUMBER_CLAIMS = ["aud", "exp: number", "iss", "sub"];
const run = promisify(execFile);

const python = {
  tool: ["python3", "-m", "pip", "--version"],
  install: (folder: string) =>
    run(
      "python3",
      ["-m", "pip", "install", "--quiet", "--target", folder, "--requirement", join(HERE, "requirements.txt")],
      {
        timeout: INSTALL_MS,
      },
    ),
};

const CLIENTS: Readonly<Record<string, Client>> = {
  "simple-salesforce": {
    ...python,
    command: () => ["python3", join(HERE, "simple_salesforce_client.py")],
    finds: ["objects", "fields", "limits"],
    usesToken: true,
    logsInWith: { header: ["alg", "typ"], claims: STRING_CLAIMS, form: FORM },
  },
  jsforce: {
    tool: [process.execPath, "--version"],
    command: () => [process.execPath, join(HERE, "jsforce-client.mjs")],
    finds: ["username", "objects", "fields", "limits"],
    usesToken: true,
    logsInWith: {
      header: ["alg"],
      claims: NUMBER_CLAIMS,
      form: ["assertion", "client_id", "grant_type", "redirect_uri"],
    },
  },
  "go-salesforce": {
    tool: ["go", "version"],
    install: (folder) =>
      run("go", ["build", "-o", join(folder, "client"), "."], { cwd: join(HERE, "go"), timeout: INSTALL_MS }),
    command: (folder) => [join(folder, "client")],
    usesToken: true,
    logsInWith: { header: ["alg", "typ"], claims: STRING_CLAIMS, form: FORM },
  },
  curl: { tool: ["curl", "--version"], command: () => ["bash", join(HERE, "curl.sh")], usesToken: true },
  "the walk-through's Python program": {
    ...python,
    command: () => ["python3", join(HERE, "walk_through.py")],
    usesToken: false,
    logsInWith: { header: ["alg", "typ"], claims: NUMBER_CLAIMS, form: FORM },
  },
  "Salesforce's Java sample": {
    tool: ["javac", "-version"],
    command: () => ["java", join(HERE, "JavaSample.java")],
    usesToken: false,
    logsInWith: { header: ["alg"], claims: STRING_CLAIMS, form: FORM },
  },
};

const folders = new Map<Client["install"], Promise<string>>();
after(async () => {
  for (const folder of folders.values()) await rm(await folder, { recursive: true, force: true });
});

/** The folder with a client's packages, which clients that install the same share. */
function installed({ install }: Client): Promise<string> {
  const folder = folders.get(install) ?? installAnew(install);
  folders.set(install, folder);
  return folder;
}

async function installAnew(install: Client["install"]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "client-"));
  await install?.(folder);
  return folder;
}

/** Why a client can't be tried here; `false` where it can. With REQUIRE_ALL_CHECKS that is an error. */
function whyNot({ tool: [program = "", ...args] }: Client): string | false {
  const isThere = spawnSync(program, args, { stdio: "ignore" }).status === 0;
  if (!isThere && process.env["REQUIRE_ALL_CHECKS"]) throw new Error(`${program} is missing`);
  return !isThere && `${program} is missing`;
}

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, inputs } = environment;
const { https_proxy, NODE_EXTRA_CA_CERTS } = salesforce.env;

/** How the clients find the embedded Salesforce, each by a variable of its own. */
const NETWORK = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  https_proxy,
  HTTPS_PROXY: https_proxy,
  NODE_EXTRA_CA_CERTS,
  REQUESTS_CA_BUNDLE: NODE_EXTRA_CA_CERTS,
  CURL_CA_BUNDLE: NODE_EXTRA_CA_CERTS,
  SSL_CERT_FILE: NODE_EXTRA_CA_CERTS,
};
const CREDENTIALS = {
  LOGIN_URL: inputs["login_url"],
  CONSUMER_KEY: inputs["consumer_key"],
  SALESFORCE_USERNAME: inputs["username"],
  PRIVATE_KEY: inputs["private_key"],
};
const ACCOUNTS = ["Edge Communications", "Burlington Textiles"];

for (const [name, client] of Object.entries(CLIENTS)) {
  describe(name, { skip: whyNot(client), timeout: INSTALL_MS + 2 * RUN_MS }, () => {
    let folder: string;
    before(async () => {
      folder = await installed(client);
    });

    /** Runs it in an environment of its own, and gives what it found. */
    async function start(variables: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
      const [program, ...args] = client.command(folder);
      const env = { ...NETWORK, PYTHONPATH: folder, ...variables };
      const { stdout } = await run(program, args, { env, timeout: RUN_MS });
      const { records, ...found } = JSON.parse(stdout);
      return records ? { accounts: records.map((record: { Name: string }) => record.Name) } : found;
    }

    function assertFound(found: Readonly<Record<string, unknown>>): void {
      assert.deepEqual(found["accounts"], ACCOUNTS);
      for (const what of client.finds ?? []) assert.notDeepEqual(found[what] ?? [], [], what);
    }

    if (client.usesToken) {
      test("works with the action's outputs access_token and instance_url", async () => {
        const { outputs } = await login(environment);
        const { access_token: ACCESS_TOKEN, instance_url: INSTANCE_URL } = outputs;
        assertFound(await start({ ACCESS_TOKEN, INSTANCE_URL }));
      });
    }

    const { logsInWith } = client;
    if (!logsInWith) return;
    test("logs in at the embedded Salesforce by itself, with what it is known to send", async () => {
      const known = salesforce.requests.length;
      assertFound(await start(CREDENTIALS));
      const request = salesforce.requests.slice(known).find(({ route }) => route === "token");
      assert.equal(request?.answeredWith, "granted");
      const { header = {}, claims = {}, form } = request;
      const { exp, ...others } = claims;
      assert.deepEqual(
        {
          header: Object.keys(header).sort(),
          claims: Object.keys({ ...others, [`exp: ${typeof exp}`]: true }).sort(),
          form: Object.keys(form).sort(),
        },
        logsInWith,
      );
    });
  });
}
