import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the stub of `sf` returns. The values are made up and have the format of real ones. */
export const ORG = {
  admin: "admin@acme.example",
  instanceUrl: "https://acme.my.salesforce.com",
  orgId: "00D5e000000AbCdEAK",
  accessToken: "00D5e000000AbCd!AQEAQStubAccessToken",
  consumerKey: "3MVG9StubConsumerKey.of_the_app",
  consumerSecret: "StubConsumerSecret0123456789",
} as const;

/** Records each call as one line: the command, then each argument in brackets. */
const NOTE = String.raw`{ printf '%s' "$(basename "$0")"; printf ' [%s]' "$@"; printf '\n'; } >>"$STUB_FOLDER/calls"`;

const SF = `#!/usr/bin/env bash
${NOTE}
case "$1 $2 $3" in
  'org display --target-org')
    [ "$4" = acme ] || exit 1
    printf '{\\n  "status": 0,\\n  "result": {\\n    "id": "${ORG.orgId}",\\n    "accessToken": "${ORG.accessToken}",\\n    "instanceUrl": "${ORG.instanceUrl}",\\n    "username": "${ORG.admin}"\\n  }\\n}\\n'
    ;;
  'project deploy start') if [ -e "$STUB_FOLDER/rejects-deployments" ]; then echo 'Insufficient access' >&2; exit 1; fi ;;
  'data query --target-org')
    found=
    case "$*" in
      *'FROM User WHERE'*) if [ ! -e "$STUB_FOLDER/no-user" ]; then found=0055e000000AbCd; fi ;;
      *) if [ -e "$STUB_FOLDER/assigned" ]; then found=0Pa5e000000AbCd; fi ;;
    esac
    if [ -n "$found" ]; then printf '{\\n  "result": {\\n    "records": [\\n      {\\n        "Id": "%s"\\n      }\\n    ]\\n  }\\n}\\n' "$found"
    else printf '{\\n  "result": {\\n    "records": [],\\n    "totalSize": 0\\n  }\\n}\\n'; fi
    ;;
  'org assign permset') : >"$STUB_FOLDER/assigned" ;;
  'project retrieve start')
    mkdir -p retrieved/main/default/extlClntAppGlobalOauthSets
    printf '<x>\\n    %s<consumerSecret>${ORG.consumerSecret}</consumerSecret>\\n</x>\\n' "$STUB_CONSUMER_KEY" >retrieved/main/default/extlClntAppGlobalOauthSets/x.ecaGlblOauth-meta.xml
    ;;
esac
`;

/** Records its call, and keeps the value that it was given to store. `gh api` stores nothing, and help isn't recorded. */
const GH = `#!/usr/bin/env bash
if [ "$3" = --help ]; then [ ! -e "$STUB_FOLDER/old-gh" ]; exit; fi
${NOTE}
[ "$1" != api ] || exit 0
name=$3; shift 3; body=
while [ $# -gt 0 ]; do [ "$1" = --body ] && body=$2; shift 2; done
if [ -n "$body" ]; then printf '%s' "$body"; else cat; fi >"$STUB_FOLDER/stored.$name"
`;

/** Commands that replace the real ones. */
export interface Stubs {
  readonly env: NodeJS.ProcessEnv;
  /** The file with one line for each call. */
  readonly calls: string;
  /** Returns the file with the value that `gh` was given for a name. */
  readonly stored: (name: string) => string;
  /** Makes the org behave in another way from now on. */
  readonly set: (behavior: "no-user" | "old-gh" | "rejects-deployments") => void;
}

/**
 * Puts stubs of `sf` and `gh` in front of the PATH.
 *
 * @param folder an empty folder
 * @param consumerKey whether the org returns it
 */
export function stubCommands(folder: string, consumerKey: "shown" | "withheld"): Stubs {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries({ sf: SF, gh: GH })) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  return {
    env: {
      PATH: `${bin}${delimiter}${process.env["PATH"]}`,
      STUB_FOLDER: folder,
      STUB_CONSUMER_KEY: consumerKey === "shown" ? `<consumerKey>${ORG.consumerKey}</consumerKey>` : "",
    },
    calls,
    stored: (name) => join(folder, `stored.${name}`),
    set: (behavior) => writeFileSync(join(folder, behavior), ""),
  };
}
