import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { InputsError } from "../../../src/inputs/errors.ts";
import { type Inputs, readInputs, wantsSummary } from "../../../src/inputs/inputs.ts";
import { parseLoginUrl } from "../../../src/inputs/login-url.ts";
import { INPUT_DEFAULTS, type InputName, rawInputs } from "../../../src/inputs/raw-inputs.ts";
import { secretsOfInputs } from "../../../src/inputs/reader.ts";
import { clientKey } from "../../fakes/salesforce/client-key.ts";
import { BEGINNING, type Recorder, record } from "../../support/recorder.ts";
import { assertSilent, everythingOn, secretLines } from "../../support/secrets.ts";

const DAY_MS = 86_400_000;
const { privateKey, privateKeyPem, certificatePem } = await clientKey({
  notBefore: new Date(BEGINNING - DAY_MS),
  notAfter: new Date(BEGINNING + 20.5 * DAY_MS),
});
const otherPair = await clientKey();
const PASSPHRASE = "correct horse battery staple";
const encryptedPem = privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
  .toString();

const MINIMAL = { consumer_key: "3MVG9consumer", username: "ci@example.com", private_key: privateKeyPem };
type Given = Partial<Record<InputName, string>>;

const INPUTS_FOR_NO_KEY = (Object.keys(INPUT_DEFAULTS) as InputName[]).filter(
  (name) => name !== "private_key" && name !== "private_key_passphrase",
);

/** The environment as the runner makes it of inputs. */
function environment(given: Given): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

interface Reading {
  readonly recorder: Recorder;
  readonly inputs: () => Inputs;
}

/** Reads inputs, with a key file where there is one. */
function reading(given: Given, files: Readonly<Record<string, Buffer | Error>> = {}): Reading {
  const recorder = record();
  const readFile = (path: string) => {
    const file = files[path] ?? assert.fail(`${path} is not expected`);
    if (file instanceof Error) throw file;
    return file;
  };
  const deps = { env: {}, readFile, mask: recorder.runner.mask, now: new Date(recorder.clock.now()) };
  return { recorder, inputs: () => readInputs(rawInputs(environment(given)), deps) };
}

const read = (given: Given) => reading({ ...MINIMAL, ...given }).inputs();

/** The problems with inputs as pairs of name and code, from a failure that shows no secret. */
function problemsOf({ recorder, inputs }: Reading, secrets: readonly string[] = []): (readonly [InputName, string])[] {
  try {
    inputs();
  } catch (error) {
    assert.ok(error instanceof InputsError, String(error));
    for (const { message, fixes } of error.issues) {
      assert.match(message, /^[^.{}]+$|\.ppk|\.p12/);
      assert.ok(fixes.length > 0 && fixes.length <= 4);
    }
    assertSilent(
      [...secretLines(privateKeyPem), ...secretLines(encryptedPem), PASSPHRASE, ...secrets],
      recorder,
      error,
    );
    return error.issues.map(({ input, code }) => [input, code]);
  }
  return [];
}

describe("action.yml", () => {
  interface Metadata {
    readonly inputs: Readonly<Record<string, { readonly required: boolean; readonly default?: unknown }>>;
  }
  const { inputs } = parse(readFileSync(new URL("../../../action.yml", import.meta.url), "utf8")) as Metadata;

  test("declares the inputs that are read, with the same defaults", () => {
    const declared = Object.entries(inputs).map(([name, input]) => [name, input.default ?? ""]);
    assert.deepEqual(declared, Object.entries(INPUT_DEFAULTS));
  });

  test("gives defaults as strings, as the runner passes them", () => {
    for (const input of Object.values(inputs)) assert.match(typeof input.default, /^(string|undefined)$/);
  });

  test("requires what has no substitute", () => {
    const required = Object.entries(inputs).filter(([, input]) => input.required);
    assert.deepEqual(
      required.map(([name]) => name),
      [],
    );
  });
});

describe("rawInputs", () => {
  const cases: readonly (readonly [what: string, given: Given, name: InputName, value: string])[] = [
    ["that isn't set has its default", {}, "timeout_seconds", "60"],
    ["that is not there and has no default is blank", {}, "audience", ""],
    ["that is blank has its default", { timeout_seconds: "" }, "timeout_seconds", "60"],
    ["that is whitespace has its default", { revoke_token: " \n" }, "revoke_token", "false"],
    ["that is whitespace and has no default is blank", { private_key: "\n" }, "private_key", ""],
    ["is kept as it was given", { private_key: " key \n" }, "private_key", " key \n"],
    ["login_url that isn't set has its default", {}, "login_url", "https://login.salesforce.com"],
    ["login_url that is blank stays blank", { login_url: "" }, "login_url", ""],
    ["login_url that is whitespace stays whitespace", { login_url: " " }, "login_url", " "],
  ];
  for (const [what, given, name, value] of cases) {
    test(what, () => assert.equal(rawInputs(environment(given))[name], value));
  }
});

describe("secretsOfInputs", () => {
  const secrets = (given: Given) => secretsOfInputs(rawInputs(environment({ ...MINIMAL, ...given })));
  const keyLines = secretLines(privateKeyPem);

  test("returns the lines of the key that aren't BEGIN or END lines", () => {
    assert.deepEqual(secrets({}), keyLines);
    assert.deepEqual(secrets({ private_key: ` ${privateKeyPem.replaceAll("\n", "\r\n  ")}` }), keyLines);
    assert.deepEqual(secrets({ private_key: privateKeyPem.replaceAll("\n", " ") }), [
      privateKeyPem.replaceAll("\n", " ").trim(),
    ]);
  });

  test("returns no line of a key file that is shorter than 8 characters", () => {
    assert.deepEqual(secrets({ private_key: '{\n---\n1\n1234567\n "12345678"\n}' }), ['"12345678"']);
  });

  test("returns each line of the passphrase, however short", () => {
    assert.deepEqual(secrets({ private_key: "", private_key_passphrase: " a\r\nb c\n\n" }), ["a", "b c"]);
  });

  test("returns nothing of other inputs", () => {
    assert.deepEqual(
      secrets({
        private_key: " ",
        certificate: certificatePem,
        private_key_file: "key.pem",
        audience: "x".repeat(300),
      }),
      [],
    );
  });

  for (const input of INPUTS_FOR_NO_KEY) {
    test(`returns the lines of a key in ${input}`, () => {
      const found = secrets({ private_key: "", [input]: encryptedPem, private_key_passphrase: PASSPHRASE });
      for (const line of [...secretLines(encryptedPem), PASSPHRASE]) assert.ok(found.includes(line));
    });
  }

  test("returns the lines of a key that is encoded in another input", () => {
    const found = secrets({
      private_key: "",
      username: `${Buffer.from(privateKeyPem).toString("base64")}@acme.example`,
    });
    for (const line of [...keyLines, keyLines.join("")]) assert.ok(found.includes(line));
  });
});

test("a job summary is wanted in any spelling of true, whatever else is wrong", () => {
  const wanted = ["true", "True", "TRUE", " true\n"].map((text) =>
    wantsSummary(rawInputs(environment({ write_job_summary: text }))),
  );
  assert.deepEqual(wanted, [true, true, true, true]);
  const unwanted = ["", "false", "yes", "1"].map((text) =>
    wantsSummary(rawInputs(environment({ write_job_summary: text }))),
  );
  assert.deepEqual(unwanted, [false, false, false, false]);
});

describe("valid inputs", () => {
  test("are read from the three required ones alone", () => {
    const { privateKey: key, ...others } = read({});
    assert.ok(key.equals(privateKey));
    assert.deepEqual(others, {
      consumerKey: "3MVG9consumer",
      username: "ci@example.com",
      loginUrl: parseLoginUrl("https://login.salesforce.com"),
      audience: "https://login.salesforce.com",
      fallbackAudience: undefined,
      certificate: undefined,
      expectedOrgId: undefined,
      exportEnvironmentVariables: false,
      revokeToken: false,
      writeJobSummary: false,
      timeoutSeconds: 60,
      warnings: [],
      notices: [
        "login_url isn't set, so the login goes to https://login.salesforce.com. Set it to the org's own address (Setup > My Domain > Current My Domain URL): since Spring '26, External Client Apps may be found only there.",
      ],
    });
  });

  test("are each read from their own name", () => {
    const inputs = read({
      consumer_key: " 3MVG9other\n",
      username: "ci@example.com.uat\n",
      login_url: "acme--uat.sandbox.my.salesforce.com",
      certificate: certificatePem,
      certificate_warning_days: "0",
      expected_org_id: "00D5e000000AbCd",
      export_environment_variables: "true",
      revoke_token: "True",
      write_job_summary: "TRUE",
      timeout_seconds: "600",
    });
    assert.equal(inputs.consumerKey, "3MVG9other");
    assert.equal(inputs.username, "ci@example.com.uat");
    assert.equal(inputs.audience, "https://acme--uat.sandbox.my.salesforce.com");
    assert.equal(inputs.fallbackAudience, "https://test.salesforce.com");
    assert.equal(inputs.certificate?.notAfter.getTime(), Math.floor((BEGINNING + 20.5 * DAY_MS) / 1000) * 1000);
    assert.equal(inputs.expectedOrgId, "00D5e000000AbCdEAK");
    assert.deepEqual(
      [inputs.exportEnvironmentVariables, inputs.revokeToken, inputs.writeJobSummary],
      [true, true, true],
    );
    assert.equal(inputs.timeoutSeconds, 600);
    assert.deepEqual([inputs.warnings, inputs.notices], [[], []]);
  });

  test("count as not passed if they are optional and blank", () => {
    const optional = Object.keys(INPUT_DEFAULTS).filter((name) => !(name in MINIMAL) && name !== "login_url");
    const { privateKey: key, ...others } = read(Object.fromEntries(optional.map((name) => [name, " \n"])));
    const { privateKey: sameKey, ...expected } = read({});
    assert.deepEqual(others, expected);
    assert.ok(key.equals(sameKey));
  });

  test("may be as long as their limits", () => {
    const passphrase = "é".repeat(512);
    const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
    const inputs = read({
      consumer_key: "x".repeat(255),
      username: `x@${"x".repeat(253)}`,
      private_key: String(privateKey.export(cipher)).padEnd(65_536),
      private_key_passphrase: `${passphrase}\n`,
      login_url: `acme.my.site.com/${"x".repeat(2031)}`,
      audience: `https://a.my.site.com/${"x".repeat(2026)}`,
      certificate: certificatePem.padEnd(65_536),
    });
    assert.deepEqual([inputs.consumerKey.length, inputs.username.length, inputs.audience.length], [255, 255, 2048]);
    const key = Buffer.from(privateKeyPem);
    const file = "k".repeat(4096);
    assert.ok(reading({ ...MINIMAL, private_key: "", private_key_file: file }, { [file]: key }).inputs().privateKey);
  });

  test("may be numbers at the ends of their ranges", () => {
    for (const seconds of [1, 600]) assert.equal(read({ timeout_seconds: String(seconds) }).timeoutSeconds, seconds);
    for (const days of ["0", "3650"]) assert.ok(read({ certificate_warning_days: days }));
  });

  test("can't be changed afterwards", () => {
    assert.throws(() => Object.assign(read({}), { username: "other@example.com" }), TypeError);
  });

  test("with an explicit audience have no fallback audience", () => {
    const inputs = read({ login_url: "acme.my.salesforce.com", audience: "https://test.salesforce.com" });
    assert.deepEqual([inputs.audience, inputs.fallbackAudience], ["https://test.salesforce.com", undefined]);
  });

  test("warn of an audience that isn't the host of login_url", () => {
    const [warning, ...others] = read({
      login_url: "login.acme.example",
      audience: "https://other.example",
    }).warnings;
    assert.match(warning ?? "", /audience names other\.example/);
    assert.deepEqual(others, []);
  });

  test("warn of a certificate that expires within certificate_warning_days", () => {
    const warnings = (days: string) => read({ certificate: certificatePem, certificate_warning_days: days }).warnings;
    assert.match(read({ certificate: certificatePem }).warnings[0] ?? "", /certificate expires on 2026-01-22/);
    assert.equal(warnings("21").length, 1);
    assert.deepEqual(warnings("20"), []);
  });
});

type Problem = readonly [input: InputName, code: string];
const problems: readonly (readonly [what: string, given: Given, ...problems: readonly Problem[]])[] = [
  ["a blank consumer key", { consumer_key: "" }, ["consumer_key", "input-blank"]],
  ["a consumer key of whitespace", { consumer_key: " \n" }, ["consumer_key", "input-blank"]],
  ["a blank username", { username: "\t" }, ["username", "input-blank"]],
  ["no key at all", { private_key: "" }, ["private_key", "input-blank"]],
  ["a key of whitespace and no file", { private_key: " \n", private_key_file: " " }, ["private_key", "input-blank"]],
  ["a key and a file", { private_key_file: "key.pem" }, ["private_key", "login-given-twice"]],
  ["a blank login_url", { login_url: "" }, ["login_url", "login-url-blank"]],
  ["a login_url of whitespace", { login_url: " \n" }, ["login_url", "login-url-blank"]],
  ["a login_url without TLS", { login_url: "http://login.salesforce.com" }, ["login_url", "login-url-not-https"]],
  ["an audience that is no URL", { audience: "login" }, ["audience", "audience-not-https-url"]],
  [
    "an audience and a login_url that aren't URLs",
    { audience: "login", login_url: "" },
    ["login_url", "login-url-blank"],
    ["audience", "audience-not-https-url"],
  ],
  [
    "an audience of Salesforce's with a login_url that isn't",
    { audience: "https://login.salesforce.com", login_url: "portal.acme.example" },
    ["audience", "audience-at-other-host"],
  ],
  ["a long consumer key", { consumer_key: "x".repeat(256) }, ["consumer_key", "input-too-long"]],
  ["a long username", { username: `x@${"x".repeat(254)}` }, ["username", "input-too-long"]],
  ["a long private key", { private_key: " ".repeat(65_536) + privateKeyPem }, ["private_key", "input-too-long"]],
  ["a long passphrase", { private_key_passphrase: "é".repeat(513) }, ["private_key_passphrase", "input-too-long"]],
  ["a long login_url", { login_url: `acme.my.site.com/${"x".repeat(2032)}` }, ["login_url", "input-too-long"]],
  ["a long audience", { audience: `https://a.example/${"x".repeat(2031)}` }, ["audience", "input-too-long"]],
  ["a long certificate", { certificate: certificatePem + " ".repeat(65_536) }, ["certificate", "input-too-long"]],
  ["a long org ID", { expected_org_id: "x".repeat(256) }, ["expected_org_id", "input-too-long"]],
  ["a masked passphrase", { private_key_passphrase: "***" }, ["private_key_passphrase", "input-placeholder"]],
  ...(
    [
      "consumer_key",
      "username",
      "login_url",
      "audience",
      "certificate",
      "expected_org_id",
      "revoke_token",
      "timeout_seconds",
    ] as const
  ).map(
    (input) =>
      [`a name of a secret as ${input}`, { [input]: "secrets.NAME" }, [input, "input-placeholder"] as const] as const,
  ),
  ...(["consumer_key", "username", "audience", "expected_org_id", "revoke_token", "timeout_seconds"] as const).map(
    (input) => [`quotes around ${input}`, { [input]: '"3MVG9"' }, [input, "input-quoted"] as const] as const,
  ),
  ["something that is no certificate", { certificate: "no" }, ["certificate", "certificate-unreadable"]],
  [
    "a certificate of another key",
    { certificate: otherPair.certificatePem },
    ["certificate", "certificate-key-mismatch"],
  ],
  ["a negative number of days", { certificate_warning_days: "-1" }, ["certificate_warning_days", "input-not-a-number"]],
  ["too many days", { certificate_warning_days: "3651" }, ["certificate_warning_days", "input-not-a-number"]],
  ["a malformed org ID", { expected_org_id: "acme" }, ["expected_org_id", "org-id-malformed"]],
  ["yes", { export_environment_variables: "yes" }, ["export_environment_variables", "input-not-a-boolean"]],
  ["on", { revoke_token: "on" }, ["revoke_token", "input-not-a-boolean"]],
  ["1", { write_job_summary: "1" }, ["write_job_summary", "input-not-a-boolean"]],
  ["no time at all", { timeout_seconds: "0" }, ["timeout_seconds", "input-not-a-number"]],
  ["too much time", { timeout_seconds: "601" }, ["timeout_seconds", "input-not-a-number"]],
  ["a fraction of a second", { timeout_seconds: "1.5" }, ["timeout_seconds", "input-not-a-number"]],
  ["an encrypted key alone", { private_key: encryptedPem }, ["private_key", "private-key-needs-passphrase"]],
  [
    "everything at once",
    {
      consumer_key: "",
      username: "ci",
      private_key: "key.pem",
      login_url: "",
      certificate: "no",
      certificate_warning_days: "x",
      expected_org_id: "x",
      export_environment_variables: "x",
      revoke_token: "x",
      write_job_summary: "x",
      timeout_seconds: "x",
    },
    ["consumer_key", "input-blank"],
    ["username", "username-malformed"],
    ["private_key", "private-key-is-file-path"],
    ["login_url", "login-url-blank"],
    ["certificate", "certificate-unreadable"],
    ["certificate_warning_days", "input-not-a-number"],
    ["expected_org_id", "org-id-malformed"],
    ["export_environment_variables", "input-not-a-boolean"],
    ["revoke_token", "input-not-a-boolean"],
    ["write_job_summary", "input-not-a-boolean"],
    ["timeout_seconds", "input-not-a-number"],
  ],
];

describe("readInputs refuses, by the input's name,", () => {
  for (const [what, given, ...expected] of problems) {
    test(what, () => assert.deepEqual(problemsOf(reading({ ...MINIMAL, ...given })), expected));
  }

  test("a file that can't be read", () => {
    const missing = Object.assign(new Error("gone"), { code: "ENOENT" });
    const given = { ...MINIMAL, private_key: "", private_key_file: "key.pem" };
    assert.deepEqual(problemsOf(reading(given, { "key.pem": missing })), [
      ["private_key_file", "private-key-file-unreadable"],
    ]);
  });

  const path: readonly (readonly [what: string, path: string, code: string])[] = [
    ["a masked path", "***", "input-placeholder"],
    ["a path in quotes", '"key.pem"', "input-quoted"],
    ["a long path", "x".repeat(4097), "input-too-long"],
  ];
  for (const [what, file, code] of path) {
    test(what, () => {
      const given = { ...MINIMAL, private_key: "", private_key_file: file };
      assert.deepEqual(problemsOf(reading(given)), [["private_key_file", code]]);
    });
  }

  for (const input of INPUTS_FOR_NO_KEY) {
    test(`a private key as ${input}, which is masked and not shown`, () => {
      const given = { ...MINIMAL, [input]: privateKeyPem, ...(input === "private_key_file" && { private_key: "" }) };
      assert.deepEqual(problemsOf(reading(given)), [[input, "input-is-a-private-key"]]);
    });
  }

  test("a file that contains a certificate instead of a key", () => {
    const given = { ...MINIMAL, private_key: "", private_key_file: "key.pem" };
    const files = { "key.pem": Buffer.from(otherPair.certificatePem) };
    assert.deepEqual(problemsOf(reading(given, files)), [["private_key_file", "private-key-is-certificate"]]);
  });

  test("a wrong passphrase", () => {
    const given = { ...MINIMAL, private_key: encryptedPem, private_key_passphrase: "not the passphrase" };
    assert.deepEqual(problemsOf(reading(given), ["not the passphrase"]), [
      ["private_key", "private-key-wrong-passphrase"],
    ]);
  });
});

test("a defect is not taken for a problem with an input", () => {
  const defect = new TypeError("of the code");
  const { inputs } = reading({ ...MINIMAL, private_key: "", private_key_file: "key.pem" }, { "key.pem": defect });
  assert.throws(inputs, defect);
});

const masksOf = ({ recorder }: Reading) =>
  recorder.calls.filter(([name]) => name === "mask").map(([, secret]) => String(secret));

describe("readInputs masks a key", () => {
  const ofKey = secretLines(privateKeyPem);
  const ofEncrypted = secretLines(encryptedPem);
  const forms: readonly (readonly [what: string, given: Given, lines: readonly string[]])[] = [
    ["rebuilt from one line", { private_key: privateKeyPem.replaceAll("\n", " ") }, ofKey],
    ["on one line", {}, [ofKey.join("")]],
    ["out of base64", { private_key: Buffer.from(privateKeyPem).toString("base64") }, ofKey],
    [
      "encrypted, though the passphrase is wrong",
      { private_key: encryptedPem, private_key_passphrase: "x" },
      ofEncrypted,
    ],
    ["though another input can't be used", { timeout_seconds: "x", username: "" }, ofKey],
  ];
  for (const [what, given, lines] of forms) {
    test(what, () => {
      const outcome = reading({ ...MINIMAL, ...given });
      problemsOf(outcome);
      const masks = masksOf(outcome);
      for (const line of lines) assert.ok(masks.includes(line), `${line.slice(0, 4)}… is not masked`);
    });
  }

  test("line by line as it is in a file", () => {
    const given = { ...MINIMAL, private_key: "", private_key_file: "key.pem" };
    const outcome = reading(given, { "key.pem": Buffer.from(`\ufeff# deploy key\n1\n${privateKeyPem}`) });
    assert.ok(outcome.inputs().privateKey.equals(createPrivateKey(privateKeyPem)));
    assert.deepEqual(masksOf(outcome).slice(0, ofKey.length + 1), ["# deploy key", ...ofKey]);
    assert.ok(masksOf(outcome).every((line) => line.length >= 8 && !/\n|-----/.test(line)));
  });

  test("as the base64 of a binary file", () => {
    const given = { ...MINIMAL, private_key: "", private_key_file: "key.der" };
    const der = privateKey.export({ type: "pkcs8", format: "der" });
    const outcome = reading(given, { "key.der": der });
    outcome.inputs();
    assert.equal(masksOf(outcome)[0], der.toString("base64"));
  });
});

test("no error repeats the value of an input", () => {
  const marked: Given = Object.fromEntries(
    Object.keys(INPUT_DEFAULTS)
      .filter((name) => name !== "private_key_file")
      .map((name) => [name, `hidden value of ${name}`]),
  );
  const { inputs } = reading(marked);
  assert.throws(inputs, (error) => {
    assert.ok(error instanceof InputsError);
    assert.ok(error.issues.length > 8);
    assert.doesNotMatch(everythingOn(error), /hidden value/);
    return true;
  });
});
