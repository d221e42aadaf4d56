import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the stub of `sf` answers with. Made up, and of the shapes that the real ones have. */
export const ORG = {
  admin: "admin@acme.example",
  instanceUrl: "https://acme.my.salesforce.com",
  orgId: "00D5e000000AbCdEAK",
  accessToken: "00D5e000000AbCd!AQEAQStubAccessToken",
  consumerKey: "3MVG9StubConsumerKey.of_the_app",
  consumerSecret: "StubConsumerSecret0123456789",
} as const;

/** Notes each call as one line: the command, then each argument in brackets. */
const NOTE = String.raw`{ printf '%s' "$(basename "$0")"; printf ' [%s]' "$@"; printf '\n'; } >>"$STUB_FOLDER/calls"`;

const SF = `#!/usr/bin/env bash
${NOTE}
case "$1 $2 $3" in
  'org display --target-org')
    [ "$4" = acme ] || exit 1
    printf '{\\n  "status": 0,\\n  "result": {\\n    "id": "${ORG.orgId}",\\n    "accessToken": "${ORG.accessToken}",\\n    "instanceUrl": "${ORG.instanceUrl}",\\n    "username": "${ORG.admin}"\\n  }\\n}\\n'
    ;;
  'data query --target-org')
    if [ -e "$STUB_FOLDER/assigned" ]; then printf '{\\n  "result": {\\n    "records": [\\n      {\\n        "Id": "0Pa5e000000AbCd"\\n      }\\n    ]\\n  }\\n}\\n'
    else printf '{\\n  "result": {\\n    "records": [],\\n    "totalSize": 0\\n  }\\n}\\n'; fi
    ;;
  'org assign permset') : >"$STUB_FOLDER/assigned" ;;
  'project retrieve start')
    mkdir -p retrieved/main/default/extlClntAppGlobalOauthSets
    printf '<x>\\n    %s<consumerSecret>${ORG.consumerSecret}</consumerSecret>\\n</x>\\n' "$STUB_CONSUMER_KEY" >retrieved/main/default/extlClntAppGlobalOauthSets/x.ecaGlblOauth-meta.xml
    ;;
esac
`;

/** Beside its call, keeps what it was given to store. */
const GH = `#!/usr/bin/env bash
${NOTE}
name=$3; shift 3; body=
while [ $# -gt 0 ]; do [ "$1" = --body ] && body=$2; shift 2; done
if [ -n "$body" ]; then printf '%s' "$body"; else cat; fi >"$STUB_FOLDER/stored.$name"
`;

/** Commands that stand in for the real ones. */
export interface Stubs {
  readonly env: NodeJS.ProcessEnv;
  /** The file with one line a call. */
  readonly calls: string;
  /** The file with what `gh` was given for a name. */
  readonly stored: (name: string) => string;
}

/**
 * Puts stubs of `sf` and `gh` in front of the PATH.
 *
 * @param folder a folder of their own
 * @param consumerKey whether the org shows it
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
  };
}
