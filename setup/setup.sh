#!/usr/bin/env bash
# Makes an org ready for GitHub Actions: key pair, External Client App, permission set. Asks before it writes, can run again,
# and never prints the private key. docs/setup.md has the same steps by hand.
set -euo pipefail
# The private key, and what Salesforce sends back of the app, are for this user alone.
umask 077

readonly TEMPLATE_APP=GitHub_Actions
readonly PERMISSION_SET=Pipeline_Login
readonly SOURCE=force-app/main/default
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

target_org='' username='' contact_email='' app=$TEMPLATE_APP environment='' out=''
admin='' instance_url='' org_id='' consumer_key=''

usage() {
  cat <<'USAGE'
Usage: setup/setup.sh --target-org ALIAS --username USER --contact-email ADDRESS [options]

  --target-org ALIAS       the org, as sf knows it; log in first: sf org login web --alias ALIAS --instance-url https://acme.my.salesforce.com
  --username USER          the Salesforce user that GitHub Actions will log in as; it has to exist
  --contact-email ADDRESS  whom Salesforce may ask about the app
  --app NAME               API name of the External Client App (default: GitHub_Actions); another name makes a second app, with a key of its own
  --environment NAME       the GitHub environment that gets the secrets (default: none, they are the repository's)
  --out FOLDER             where key, certificate and the filled-in project go (default: setup/out/ALIAS/NAME, which git ignores)
USAGE
}

die() {
  printf 'setup.sh: %s\n' "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

confirm() {
  local answer=''
  printf '%s [y/N] ' "$1"
  read -r answer || true
  say ''
  case $answer in
    y | Y | yes | Yes | YES) ;;
    *) die "stopped, as you said no. What was done before stays; run it again at any time." ;;
  esac
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --target-org | --username | --contact-email | --app | --environment | --out)
        [ $# -ge 2 ] || die "$1 needs a value"
        take_option "$1" "$2"
        shift 2
        ;;
      *)
        usage >&2
        die "unknown option $1"
        ;;
    esac
  done
}

take_option() {
  case $1 in
    --target-org) target_org=$2 ;;
    --username) username=$2 ;;
    --contact-email) contact_email=$2 ;;
    --app) app=$2 ;;
    --environment) environment=$2 ;;
    --out) out=$2 ;;
  esac
}

# What goes into XML, SOQL and paths is checked once, so that nothing has to be escaped later.
check_options() {
  local address='^[A-Za-z0-9._%+-]+@[A-Za-z0-9._-]+$'
  if [ -z "$target_org" ] || [ -z "$username" ] || [ -z "$contact_email" ]; then
    usage >&2
    die '--target-org, --username and --contact-email are needed'
  fi
  [[ $target_org =~ ^[A-Za-z0-9][A-Za-z0-9._@+-]*$ ]] || die "--target-org is not an alias or username: $target_org"
  [[ $username =~ $address ]] || die "--username is not a Salesforce username: $username"
  [[ $contact_email =~ $address ]] || die "--contact-email is not an e-mail address: $contact_email"
  [[ $app =~ ^[A-Za-z](_?[A-Za-z0-9])*$ ]] || die "--app takes letters, digits and single underscores: $app"
  [ -n "$out" ] || out=$here/out/$target_org/$app
}

check_tools() {
  local tool
  for tool in openssl sf; do
    command -v "$tool" >/dev/null || die "$tool is not on the PATH"
  done
}

# The value of a field in sf's JSON. It is all that is ever shown of it: older versions of sf put the access token there, too.
json_value() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

find_org() {
  local display
  display=$(sf org display --target-org "$target_org" --json </dev/null 2>/dev/null) ||
    die "sf is not logged in to $target_org: sf org login web --alias $target_org --instance-url https://acme.my.salesforce.com"
  admin=$(json_value username <<<"$display")
  instance_url=$(json_value instanceUrl <<<"$display")
  instance_url=${instance_url%/}
  org_id=$(json_value id <<<"$display")
  [[ $instance_url =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?$ ]] || die "sf org display names no instanceUrl for $target_org"
}

make_pair() {
  if [ -e "$out/salesforce.key" ] && [ -e "$out/salesforce.crt" ]; then
    say "Key pair: kept, $out has one."
  elif [ -e "$out/salesforce.key" ]; then
    confirm "Make a certificate for the key that is in $out?"
    (cd "$out" && make_certificate -key salesforce.key)
  else
    [ ! -e "$out/salesforce.crt" ] || die "$out has salesforce.crt, but not its key: move it away, or put the key beside it"
    confirm "Make a key pair in $out?"
    mkdir -p "$out"
    (cd "$out" && make_certificate -nodes -newkey rsa:2048 -keyout salesforce.key)
  fi
  out=$(cd "$out" && pwd)
  check_pair
}

# Git Bash on Windows would take /CN=… for a path.
make_certificate() {
  MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*' \
    openssl req -x509 -sha256 -days 730 -subj /CN=github-actions -out salesforce.crt "$@" 2>/dev/null ||
    die 'openssl could not make the certificate'
}

check_pair() {
  local of_key of_certificate
  of_key=$(openssl pkey -pubout -in "$out/salesforce.key" </dev/null) || die "$out/salesforce.key is no key that openssl can read"
  of_certificate=$(openssl x509 -noout -pubkey -in "$out/salesforce.crt") || die "$out/salesforce.crt is no certificate"
  [ "$of_key" = "$of_certificate" ] || die "salesforce.crt in $out is not the certificate of salesforce.key beside it"
}

# The templates stay as they are: what is deployed is a copy, with the app's name in file names as well as in the files.
fill_in_project() {
  local certificate source_file copy content
  certificate=$(tr -d '\r' <"$out/salesforce.crt")
  rm -rf "$out/project"
  while IFS= read -r source_file; do
    copy=${source_file//$TEMPLATE_APP/$app}
    mkdir -p "$out/project/$(dirname "$copy")"
    content=$(<"$here/$source_file")
    content=${content//$TEMPLATE_APP/$app}
    content=${content//@@CONTACT_EMAIL@@/$contact_email}
    content=${content//@@CERTIFICATE@@/$certificate}
    printf '%s\n' "$content" >"$out/project/$copy"
  done < <(cd "$here" && find sfdx-project.json manifest force-app -type f)
}

# Conflicts with what the org tracks are only with earlier runs of this script, since each run makes its project anew.
deploy() {
  (cd "$out/project" && sf project deploy start --target-org "$target_org" --ignore-conflicts --wait 30 "$@" </dev/null) ||
    die "the deployment failed. If Salesforce misses a permission, see docs/setup.md; nothing is lost, run it again afterwards."
}

assign_permission_set() {
  local assigned
  assigned=$(sf data query --target-org "$target_org" --json --query \
    "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = '$PERMISSION_SET' AND Assignee.Username = '$username'" \
    </dev/null 2>/dev/null) || die "could not look up the permission sets of $username"
  if [ -n "$(json_value Id <<<"$assigned")" ]; then
    say "Permission set: $username has $PERMISSION_SET."
    return
  fi
  confirm "Assign the permission set $PERMISSION_SET to $username?"
  sf org assign permset --target-org "$target_org" --name "$PERMISSION_SET" --on-behalf-of "$username" </dev/null ||
    die "could not assign $PERMISSION_SET to $username: does the user exist in this org?"
}

# What comes back can hold the consumer secret as well, which nobody needs here: it doesn't stay on the disk.
read_consumer_key() {
  local retrieved=$out/project/retrieved
  trap 'rm -rf "$out/project/retrieved"' EXIT
  (cd "$out/project" && sf project retrieve start --target-org "$target_org" --ignore-conflicts --output-dir retrieved \
    --metadata "ExtlClntAppGlobalOauthSettings:${app}_glbloauth" </dev/null >/dev/null) || true
  if [ -d "$retrieved" ]; then
    consumer_key=$(find "$retrieved" -name '*.ecaGlblOauth-meta.xml' -exec sed -n 's:.*<consumerKey>\([^<]*\)</consumerKey>.*:\1:p' {} +)
    [[ $consumer_key =~ ^[A-Za-z0-9._]+$ ]] || consumer_key=''
  fi
}

print_next_steps() {
  local to='' key certificate shown_key=$consumer_key
  key=$(printf '%q' "$out/salesforce.key")
  certificate=$(printf '%q' "$out/salesforce.crt")
  [ -z "$environment" ] || to=" --env $(printf '%q' "$environment")"
  if [ -z "$consumer_key" ]; then
    shown_key=CONSUMER_KEY
    say "Salesforce keeps the consumer key to itself. Copy it in the place of CONSUMER_KEY below:"
    say "  Setup → External Client App Manager → $app → Settings → OAuth Settings → Consumer Key and Secret"
    say ''
  fi
  cat <<STEPS
Check the login from here (a new app takes 2 to 10 minutes to work, now and then 30):

  cd $(printf '%q' "$(dirname "$here")") && npm ci
  SALESFORCE_CONSUMER_KEY=$shown_key SALESFORCE_USERNAME=$username \\
    SALESFORCE_LOGIN_URL=$instance_url SALESFORCE_PRIVATE_KEY_FILE=$key npm start

Then store it, in the folder of the repository whose workflows log in:

  gh secret set SALESFORCE_CONSUMER_KEY$to --body $shown_key
  gh secret set SALESFORCE_PRIVATE_KEY$to < $key
  gh variable set SALESFORCE_USERNAME$to --body $username
  gh variable set SALESFORCE_LOGIN_URL$to --body $instance_url
  gh variable set SALESFORCE_CERTIFICATE$to < $certificate
  gh variable set SALESFORCE_ORG_ID$to --body $org_id

GitHub holds the key from then on: move $out/salesforce.key to a safe place, or delete it.
STEPS
}

main() {
  read_options "$@"
  check_options
  check_tools
  find_org
  say "Org: $instance_url ($org_id), where you are $admin"
  make_pair
  fill_in_project
  confirm "Deploy the app $app and the permission set $PERMISSION_SET to $instance_url?"
  # The app's policies name the permission set, so it has to be there first.
  deploy --source-dir "$SOURCE/permissionsets"
  deploy --manifest manifest/package.xml
  assign_permission_set
  read_consumer_key
  say ''
  print_next_steps
}

case " $* " in *' --keyless '*) exec bash "$here/keyless.sh" "$@" ;; esac
main "$@"
