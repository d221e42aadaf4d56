import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { INPUT_ERRORS, type InputErrorCode, InputsError, inputError } from "../../../src/inputs/errors.ts";

/** How the fixes of each error begin, the surest first. Those without one get theirs from where they are thrown. */
// biome-ignore format: a table
const FIXES: readonly (readonly [code: InputErrorCode, ...fixes: readonly string[]])[] = [
  ["input-blank"],
  ["input-is-a-private-key", "Pass the key as","If the key came"],
  ["input-placeholder", "In the step itself,","If the step has"],
  ["input-quoted", "Remove the quotes, the"],
  ["input-too-long", "Check what is stored:"],
  ["input-not-a-boolean", "Write true or false."],
  ["input-not-a-number", "Write a number from"],
  ["consumer-key-malformed", "Copy it with its"],
  ["username-malformed", "Copy it from the"],
  ["login-given-twice", "Keep one of them,"],
  ["input-without-effect", "Remove it from the"],
  ["private-key-file-unreadable"],
  ["private-key-empty", "If a step writes","Store the whole file"],
  ["private-key-is-public", "Use the file that","Store the whole file","If the private key"],
  ["private-key-is-certificate", "Use the file that","Store the whole file","Pass the certificate itself","If the private key"],
  ["private-key-other-format", "Then store the new"],
  ["private-key-encrypted-file", "Decrypt it on your","Then store the new"],
  ["private-key-other-value", "Use the file that","Store the whole file"],
  ["private-key-is-file-path", "If the file is","Store the whole file"],
  ["private-key-not-rsa", "Make a new pair","Upload the new salesforce.crt:","Then store the new"],
  ["private-key-too-short", "Make a new pair","Upload the new salesforce.crt:","Then store the new"],
  ["private-key-needs-passphrase", "Add private_key_passphrase: ${{ secrets.SALESFORCE_PRIVATE_KEY_PASSPHRASE","Or decrypt the key,","Then store the new"],
  ["private-key-wrong-passphrase", "Try the passphrase on","If it opens the","Store the same file"],
  ["private-key-encryption-unsupported", "Encrypt it again: openssl","Then store the new"],
  ["private-key-truncated", "Store the whole file","Check the file itself:","If the private key"],
  ["private-key-unrecognized", "Store the whole file","Look at the file's","If the private key"],
  ["login-url-blank", "If it comes from","Copy the org's own"],
  ["login-url-characters", "Give exactly one address,","Copy the org's own"],
  ["login-url-not-https", "Write https:// in place"],
  ["login-url-scheme", "Write https:// and the","Copy the org's own"],
  ["login-url-username", "Pass the Salesforce username","Copy the org's own"],
  ["login-url-user-info", "Remove everything between https://","If that was a"],
  ["login-url-incomplete", "Copy the org's own"],
  ["login-url-ip-address", "Copy the org's own"],
  ["login-url-unreadable", "Copy the org's own"],
  ["login-url-misspelled", "Copy the org's own"],
  ["login-url-no-login-host", "Copy the org's own"],
  ["audience-not-https-url", "Remove audience from the","Or give https://login.salesforce.com, https://test.salesforce.com,"],
  ["audience-user-info", "Remove everything between https://"],
  ["audience-at-other-host", "If login_url is a","Remove audience from the"],
  ["assertion-not-a-jwt", "In the signing step,", "Compare the signing step"],
  ["assertion-is-another-token", "Pass the output of", "To log in with"],
  ["assertion-algorithm", "Use RSASSA_PKCS1_V1_5_SHA_256 (AWS), a"],
  ["assertion-claim", "In the signing step,"],
  ["assertion-mismatch", "Remove it from the", "Or correct the signing"],
  ["assertion-audience"],
  ["assertion-expiration", "In the signing step,", "Synchronize the runner's clock"],
  ["assertion-signature", "Use RSASSA_PKCS1_V1_5_SHA_256 (AWS), a", "Compare the signing step"],
  ["token-handler-malformed", "Copy the handler's name:"],
  ["login-url-not-for-keyless", "Copy the org's own"],
  ["audience-missing-at-site", "Set audience to the"],
  ["certificate-is-a-request", "Make the certificate of","Store the file that"],
  ["certificate-is-a-public-key", "Store the file that"],
  ["certificate-is-a-file-name", "Store the file that"],
  ["certificate-truncated", "Copy the whole file,","Store the file that"],
  ["certificate-unreadable", "Store the file that","From a PKCS#12 file:","From a PKCS#7 file:"],
  ["certificate-key-mismatch", "Store both files of","If the app has","Find the old one:","Compare with your files:"],
  ["org-id-malformed", "Copy it again: Setup"],
  ["org-id-prefix", "Copy it again: Setup"],
  ["org-id-checksum", "Copy it again: Setup"],
];

const LONGEST_NAME = "certificate_warning_days";

describe("INPUT_ERRORS", () => {
  it("has a known number of fixes for each code", () => {
    const beginnings = Object.entries(INPUT_ERRORS).map(([code, { fixes }]) => [
      code,
      ...fixes.map((fix) => fix.split(" ").slice(0, 4).join(" ")),
    ]);
    assert.deepEqual(beginnings, FIXES);
  });

  for (const [code, { message, fixes }] of Object.entries(INPUT_ERRORS)) {
    it(`has a form that can be printed after the input's name: ${code}`, () => {
      assert.match(message, /^(?:\{detail\}.*|(?:is|isn't|has|and|contains|begins|can't|doesn't) .{5,})$/);
      assert.doesNotMatch(message, /\.$|-----/);
      assert.ok(`${LONGEST_NAME} ${message}.`.length <= 120);
    });

    it(`gives acts without a dead end: ${code}`, () => {
      for (const fix of fixes) {
        assert.match(fix, /^[A-Z][^{}]*(?:\$\{\{ [a-z]+\.[A-Z_]+ \}\}[^{}]*|\{detail\}[^{}]*)*$/);
        assert.doesNotMatch(fix, /-----|→/);
        if (!code.startsWith("audience")) assert.doesNotMatch(fix, /(?:login|test)\.salesforce\.com/);
      }
    });
  }
});

describe("inputError", () => {
  it("puts the detail into message and fixes, as it is", () => {
    const { message, fixes } = inputError("input-not-a-number", { detail: "$& to 3" });
    assert.deepEqual(
      [message, fixes],
      ["isn't a whole number from $& to 3", ["Write a number from $& to 3, in digits only."]],
    );
  });

  it("puts given fixes first, and keeps to four", () => {
    const { fixes } = inputError("certificate-unreadable", { fixes: ["First.", undefined, "Second."] });
    assert.deepEqual(fixes.slice(0, 2), ["First.", "Second."]);
    assert.equal(fixes.length, 4);
  });

  it("gives an error that can be printed by itself", () => {
    const error = inputError("input-without-effect");
    assert.equal(error.code, "input-without-effect");
    assert.deepEqual(error.causes, [{ fix: "Remove it from the step." }]);
  });
});

describe("InputsError", () => {
  it("keeps every issue", () => {
    const issues = [
      { input: "username", code: "input-blank", message: "is blank", fixes: ["Check the name."] },
    ] as const;
    const error = new InputsError(issues);
    assert.deepEqual([error.code, error.issues], ["inputs", issues]);
  });
});
