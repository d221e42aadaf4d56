import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, it } from "node:test";
import { checkAssertionAudience, parseAssertion, verifyAssertion } from "../../../src/inputs/assertion.ts";
import { InputError, InputsError } from "../../../src/inputs/errors.ts";
import { readInputs } from "../../../src/inputs/inputs.ts";
import { parseLoginUrl } from "../../../src/inputs/login-url.ts";
import { rawInputs } from "../../../src/inputs/raw-inputs.ts";
import { secretsOfInputs } from "../../../src/inputs/reader.ts";
import { clientKey } from "../../fakes/salesforce/client-key.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const SECONDS = NOW.getTime() / 1000;
const { privateKey, publicKey, privateKeyPem, certificatePem } = await clientKey();
const CLAIMS = {
  iss: "3MVG9consumer",
  sub: "deploy@acme.example",
  aud: "https://acme.my.salesforce.com",
  exp: SECONDS + 180,
};
const LOGIN_URL = parseLoginUrl("acme.my.salesforce.com");

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const rs256 = (text: string) => sign("sha256", Buffer.from(text), privateKey);

/** An assertion as a signing step makes it, with what is wrong with it. */
function make(
  claims: object = CLAIMS,
  signer: (text: string) => Buffer | string = rs256,
  header: object = { alg: "RS256" },
) {
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = signer(text);
  return `${text}.${typeof signature === "string" ? signature : signature.toString("base64url")}`;
}
const withClaim = (name: string, value: unknown) => make({ ...CLAIMS, [name]: value });

/** Reads an assertion with all checks, and returns the first line of the error. */
function firstLine(text: string, key: KeyObject | undefined = undefined): string {
  try {
    const assertion = parseAssertion(text, NOW);
    checkAssertionAudience(assertion, LOGIN_URL);
    if (key) verifyAssertion(assertion, key);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    assert.ok(error.fixes.length > 0 && error.fixes.length <= 4);
    for (const part of text.split(/[.\s]/).filter((piece) => piece.length > 30)) {
      assert.equal(JSON.stringify([error.message, error.fixes]).includes(part), false, "shows a part of it");
    }
    assert.ok(`assertion ${error.message}.`.length <= 120, error.message);
    return `${error.code}: ${error.message}`;
  }
  return "";
}

describe("an assertion", () => {
  it("is read with its claims, and with whitespace around it", () => {
    const text = make();
    assert.deepEqual(parseAssertion(` ${text}\n`, NOW), { text, claims: CLAIMS });
  });

  for (const [what, text] of Object.entries({
    "more members in the header": make(CLAIMS, rs256, { typ: "JWT", alg: "RS256", kid: "1" }),
    "more claims": make({ ...CLAIMS, iat: SECONDS, nbf: SECONDS + 30, jti: "1" }),
    "exp in 10 minutes": withClaim("exp", SECONDS + 600),
    "the documented audience of production": withClaim("aud", "https://login.salesforce.com"),
    "the documented audience of sandboxes": withClaim("aud", "https://test.salesforce.com"),
    "an audience with a slash at its end": withClaim("aud", "https://acme.my.salesforce.com/"),
  })) {
    it(`is accepted with ${what}`, () => assert.equal(firstLine(text, publicKey), ""));
  }

  const valid = make();
  const [head = "", payload = "", signature = ""] = valid.split(".");
  // biome-ignore format: a table
  const REJECTED: readonly (readonly [what: string, text: string, message: string])[] = [
    ["without a signature", `${head}.${payload}`, "assertion-not-a-jwt: has no signature"],
    ["with an empty signature", `${head}.${payload}.`, "assertion-not-a-jwt: has no signature"],
    ["that is one word", "assertion", "assertion-not-a-jwt: isn't a JWT, which has three base64url parts with a dot between them"],
    ["with four parts", `${valid}.x`, "assertion-not-a-jwt: isn't a JWT, which has three base64url parts with a dot between them"],
    ["with an authorization scheme", `Bearer ${valid}`, "assertion-not-a-jwt: contains a line break or a space"],
    ["with a line break, as base64 wraps", `${valid.slice(0, 400)}\n${valid.slice(400)}`, "assertion-not-a-jwt: contains a line break or a space"],
    ["with base64 padding", `${valid}==`, "assertion-not-a-jwt: is in base64, and a JWT is in base64url"],
    ["with base64 characters", `${head}.${payload}.${"ab+/".repeat(85)}ab`, "assertion-not-a-jwt: is in base64, and a JWT is in base64url"],
    ["that is base64 as a whole", Buffer.from(valid).toString("base64"), "assertion-not-a-jwt: isn't a JWT, which has three base64url parts with a dot between them"],
    ["with Vault's prefix", `${head}.${payload}.vault:v1:${signature}`, "assertion-not-a-jwt: contains Vault's prefix vault:v1: in its signature"],
    ["whose header isn't JSON", `aGVsbG8.${payload}.${signature}`, "assertion-not-a-jwt: has a header in another form than a JSON object"],
    ["whose claims are a list", `${head}.${encode([1])}.${signature}`, "assertion-not-a-jwt: has claims in another form than a JSON object"],

    ["that is a Salesforce access token", "00D000000000001!AQEAQFakeFakeFakeFakeFake", "assertion-not-a-jwt: is a Salesforce access token, not a JWT"],
    ["that is GitHub's OIDC token", withClaim("iss", "https://token.actions.githubusercontent.com"), "assertion-is-another-token: is GitHub's OIDC token, not an assertion that your key signed"],
    ["that is an OIDC token of GitHub Enterprise Server", withClaim("iss", "https://git.acme.example/_services/token"), "assertion-is-another-token: is a token that git.acme.example issued, not an assertion that your key signed"],
    ["that is a token of another issuer", withClaim("iss", "https://accounts.google.com"), "assertion-is-another-token: is a token that accounts.google.com issued, not an assertion that your key signed"],
    ["that is encrypted", "eyJh.eyJi.eyJj.eyJk.eyJl", "assertion-not-a-jwt: isn't a JWT, which has three base64url parts with a dot between them"],

    ["with alg none", make(CLAIMS, rs256, { alg: "none" }), "assertion-algorithm: has the alg none, and Salesforce accepts only RS256"],
    ["with alg PS256", make(CLAIMS, rs256, { alg: "PS256" }), "assertion-algorithm: has the alg PS256, and Salesforce accepts only RS256"],
    ["with alg ES256", make(CLAIMS, rs256, { alg: "ES256" }), "assertion-algorithm: has the alg ES256, and Salesforce accepts only RS256"],
    ["with another alg that isn't a name", make(CLAIMS, rs256, { alg: "::error::" }), "assertion-algorithm: has no valid alg, and Salesforce accepts only RS256"],
    ["with an alg that is no text", make(CLAIMS, rs256, { alg: { toString: 1 } }), "assertion-algorithm: has no valid alg, and Salesforce accepts only RS256"],
    ["with an iss that is no text", make({ ...CLAIMS, iss: { toString: 1 } }), "assertion-claim: has an invalid iss"],

    ["without iss", withClaim("iss", undefined), "assertion-claim: has no iss"],
    ["whose iss contains a line break", withClaim("iss", "3MVG9\n::error::"), "assertion-claim: has an invalid iss"],
    ["whose sub is a number", withClaim("sub", 5), "assertion-claim: has an invalid sub"],
    ["whose sub isn't a username", withClaim("sub", "deploy"), "assertion-claim: has an invalid sub"],
    ["whose sub ends in a space", withClaim("sub", "deploy@acme.example "), "assertion-claim: has an invalid sub"],
    ["whose sub is too long", withClaim("sub", `${"d".repeat(300)}@x`), "assertion-claim: has an invalid sub"],

    ["without aud", withClaim("aud", undefined), "assertion-audience: has no https URL as aud"],
    ["with a list as aud", withClaim("aud", ["https://acme.my.salesforce.com"]), "assertion-audience: has a list as aud, and Salesforce expects one string"],
    ["whose aud is a host", withClaim("aud", "login.salesforce.com"), "assertion-audience: has no https URL as aud"],
    ["for another org", withClaim("aud", "https://other.my.salesforce.com"), "assertion-audience: is for other.my.salesforce.com (its aud), but login_url is acme.my.salesforce.com"],

    ["without exp", withClaim("exp", undefined), "assertion-expiration: has no exp in whole seconds"],
    ["whose exp is text", withClaim("exp", "1"), "assertion-expiration: has no exp in whole seconds"],
    ["whose exp has a fraction", withClaim("exp", SECONDS + 0.5), "assertion-expiration: has no exp in whole seconds"],
    ["whose exp is in milliseconds", withClaim("exp", NOW.getTime() + 180_000), "assertion-expiration: has an exp in milliseconds, not in seconds"],
    ["that has expired", withClaim("exp", SECONDS - 42), "assertion-expiration: expired 42 s ago by the runner's clock"],
    ["that expires this second", withClaim("exp", SECONDS), "assertion-expiration: expired 0 s ago by the runner's clock"],
    ["that expires too late", withClaim("exp", SECONDS + 3600), "assertion-expiration: expires in 3600 s, and the limit is 600 s"],
    ["that isn't valid yet", withClaim("nbf", SECONDS + 120), "assertion-expiration: isn't valid yet"],

    ["whose signature was encoded twice", make(CLAIMS, (text) => Buffer.from(rs256(text).toString("base64"))), "assertion-signature: has a signature that was encoded twice"],
    ["whose signature is hexadecimal", make(CLAIMS, (text) => rs256(text).toString("hex")), "assertion-signature: has a signature that is hexadecimal"],
    ["whose signature is wrapped in DER", make(CLAIMS, (text) => Buffer.concat([Buffer.from("04820100", "hex"), rs256(text)])), "assertion-signature: has a signature that is wrapped in DER"],
    ["whose signature is that of an EC key", make(CLAIMS, () => Buffer.alloc(64, 1)), "assertion-signature: has a signature that has 64 bytes, and that of an RSA key has 256 or more"],
  ];

  for (const [what, text, message] of REJECTED) {
    it(`is rejected ${what}`, () => assert.equal(firstLine(text), message));
  }
});

describe("the audience of an assertion", () => {
  const check = (aud: string, loginUrl: string) => () =>
    checkAssertionAudience(parseAssertion(withClaim("aud", aud), NOW), parseLoginUrl(loginUrl));

  it("must not be Salesforce's if login_url isn't", () => {
    assert.throws(check("https://login.salesforce.com", "portal.acme.example"), {
      message: "is for login.salesforce.com (its aud), but login_url is portal.acme.example",
    });
    assert.doesNotThrow(check("https://portal.acme.example", "portal.acme.example"));
  });

  it("names the login_url that fits", () => {
    assert.throws(check("https://acme.my.salesforce.com", "https://login.salesforce.com"), ({ fixes }: InputError) =>
      fixes.some((fix) => fix.includes("set login_url to https://acme.my.salesforce.com,")),
    );
  });

  it("may be that of a site", () =>
    assert.doesNotThrow(check("https://acme.my.site.com/partners", "https://acme.my.site.com/partners")));
});

describe("the signature of an assertion", () => {
  for (const type of ["ed25519", "ec"] as const) {
    it(`isn't that of a certificate with a key of the type ${type}`, () => {
      const key = generateKeyPairSync(type as "ec", { namedCurve: "P-256" }).publicKey;
      assert.equal(firstLine(make(), key), "assertion-signature: isn't signed with the key of the input certificate");
    });
  }

  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const sha256 = (text: string) => createHash("sha256").update(text).digest();
  const pss =
    (key: KeyObject, hash = "sha256") =>
    (text: string) =>
      sign(hash, Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING });
  const rawRsa = (text: string) => {
    // PKCS#11's mechanism RSA-PKCS pads what it is given, without the DigestInfo of RFC 8017 §9.2.
    const block = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(221, 0xff), Buffer.from([0]), sha256(text)]);
    return rsaRaw(block, privateKey);
  };
  // biome-ignore format: a table
  const MISTAKES: readonly (readonly [what: string, text: string, message: string])[] = [
    ["with PSS padding", make(CLAIMS, pss(privateKey)), "has a PSS signature, and Salesforce accepts only PKCS#1 v1.5 (RS256)"],
    ["with PSS padding and SHA-512", make(CLAIMS, pss(privateKey, "sha512")), "has a PSS signature, and Salesforce accepts only PKCS#1 v1.5 (RS256)"],
    ["of another key or key version", make(CLAIMS, (text) => sign("sha256", Buffer.from(text), other)), "isn't signed with the key of the input certificate"],
    ["of a digest that was hashed again", make(CLAIMS, (text) => sign("sha256", sha256(text), privateKey)), "has a signature of the hash's hash: it was hashed twice"],
    ["of the text with a line end", make(CLAIMS, (text) => rs256(`${text}\n`)), "has a signature of the text with a line end"],
    ["without DigestInfo", make(CLAIMS, rawRsa), "has a signature without the name of its hash (DigestInfo)"],
    ["with SHA-512", make(CLAIMS, (text) => sign("sha512", Buffer.from(text), privateKey)), "has a signature of another text, or with another hash than SHA-256"],
    ["of claims that were changed", make(CLAIMS, () => rs256("other.text")), "has a signature of another text, or with another hash than SHA-256"],
  ];

  it("is verified", () => assert.equal(firstLine(make(), publicKey), ""));

  for (const [what, text, message] of MISTAKES) {
    it(`is rejected ${what}`, () => assert.equal(firstLine(text, publicKey), `assertion-signature: ${message}`));
  }
});

/** RSA without padding, by the numbers of the key. */
function rsaRaw(block: Buffer, key: KeyObject): Buffer {
  const { n = "", d = "" } = key.export({ format: "jwk" });
  const [modulus = 0n, exponent = 0n] = [n, d].map((part) =>
    BigInt(`0x${Buffer.from(part, "base64url").toString("hex")}`),
  );
  let [result, base, rest] = [1n, BigInt(`0x${block.toString("hex")}`) % modulus, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return Buffer.from(result.toString(16).padStart(512, "0"), "hex");
}

describe("inputs with an assertion", () => {
  const login_url = "https://acme.my.salesforce.com";
  const read = (given: Readonly<Record<string, string>>) => {
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    );
    return readInputs(rawInputs(env), { env, readFile: () => Buffer.alloc(0), mask: () => {}, now: NOW });
  };
  const problems = (given: Readonly<Record<string, string>>) => {
    try {
      read(given);
    } catch (error) {
      if (error instanceof InputsError) return error.issues.map(({ input, message }) => `${input} ${message}`);
      throw error;
    }
    return [];
  };

  it("take consumer key, username and audience from it", () => {
    const { consumerKey, username, audience, fallbackAudience, assertion } = read({ assertion: make(), login_url });
    assert.deepEqual({ iss: consumerKey, sub: username, aud: audience, exp: CLAIMS.exp }, CLAIMS);
    assert.equal(fallbackAudience, undefined);
    assert.equal(assertion?.text, make());
  });

  it("may repeat consumer key and username, in another case", () => {
    const same = { consumer_key: CLAIMS.iss, username: "Deploy@Acme.example", certificate: certificatePem };
    assert.deepEqual(problems({ assertion: make(), login_url, ...same }), []);
  });

  it("must not name another consumer key or user", () => {
    assert.deepEqual(
      problems({ assertion: make(), login_url, consumer_key: "3mvg9consumer", username: "ada@acme.example" }),
      [
        "consumer_key isn't the iss of the assertion",
        "username isn't the sub of the assertion, which is deploy@acme.example",
      ],
    );
  });

  it("are verified with the certificate", () => {
    const tampered = make(CLAIMS, () => rs256("other.text"));
    assert.deepEqual(problems({ assertion: tampered, login_url, certificate: certificatePem }), [
      "assertion has a signature of another text, or with another hash than SHA-256",
    ]);
  });

  it("name all inputs that have no effect", () => {
    const useless = { audience: "https://login.salesforce.com", private_key_passphrase: "x", token_handler: "Github" };
    assert.deepEqual(problems({ assertion: make(), login_url, ...useless }), [
      "token_handler has no effect with assertion",
      "private_key_passphrase has no effect with assertion",
      "audience has no effect with assertion",
    ]);
  });

  it("are masked before they are read: the assertion, and its signature by itself", () => {
    const text = make();
    const env = { INPUT_ASSERTION: `"${text}"\n` };
    assert.deepEqual(secretsOfInputs(rawInputs(env)), [text, text.split(".")[2]]);
  });
});

describe("the ways to log in", () => {
  const base = { consumer_key: "3MVG9consumer", login_url: "https://acme.my.salesforce.com" };
  const codes = (given: Readonly<Record<string, string>>) => {
    const all = { ...base, ...given };
    const env = Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
    try {
      readInputs(rawInputs(env), { env: {}, readFile: () => Buffer.alloc(0), mask: () => {}, now: NOW });
    } catch (error) {
      if (error instanceof InputsError) return error.issues.map(({ input, code }) => `${input}: ${code}`);
      throw error;
    }
    return [];
  };
  const key = { username: "ada@acme.example", private_key: privateKeyPem };
  const keyless = { github_oidc: "true" };

  // biome-ignore format: a table
  const CASES: readonly (readonly [what: string, given: Readonly<Record<string, string>>, codes: readonly string[]])[] = [
    ["accept a key", key, []],
    ["accept a token of GitHub", keyless, []],
    ["accept a token of GitHub with a handler", { ...keyless, token_handler: "Github_Login" }, []],
    ["refuse a key and an assertion", { ...key, assertion: make() }, ["private_key: login-given-twice"]],
    ["refuse a key and a token of GitHub", { ...key, ...keyless }, ["private_key: login-given-twice"]],
    ["refuse all of them", { ...key, private_key_file: "k.pem", assertion: make(), ...keyless }, ["private_key: login-given-twice"]],
    ["require one", { username: "ada@acme.example" }, ["private_key: input-blank"]],
    ["require a username with a key", { private_key: privateKeyPem }, ["username: input-blank"]],
    ["refuse a handler without a token of GitHub", { ...key, token_handler: "Github_Login" }, ["token_handler: input-without-effect"]],
    ["refuse what has no effect with a token of GitHub", { ...keyless, username: "ada@acme.example", certificate: certificatePem, certificate_warning_days: "7", private_key_passphrase: "x" },
      ["username: input-without-effect", "private_key_passphrase: input-without-effect", "certificate: input-without-effect", "certificate_warning_days: input-without-effect"]],
    ["refuse another word than true or false", { ...key, github_oidc: "yes" }, ["github_oidc: input-not-a-boolean"]],
    ["refuse a handler that has no API name", { ...keyless, token_handler: "Github Login" }, ["token_handler: token-handler-malformed"]],
    ["refuse a generic login host with a token of GitHub", { ...keyless, login_url: "login.salesforce.com" }, ["login_url: login-url-not-for-keyless"]],
    ["require an audience for a token of GitHub at a site", { ...keyless, login_url: "https://acme.my.site.com" }, ["audience: audience-missing-at-site"]],
    ["accept a token of GitHub at a site with an audience", { ...keyless, login_url: "https://acme.my.site.com", audience: "https://acme.my.salesforce.com" }, []],
  ];

  for (const [what, given, expected] of CASES) {
    it(what, () => assert.deepEqual(codes(given), expected));
  }
});
