#!/usr/bin/env bash
# Sets up an org for GitHub Actions: key pair, External Client App, permission set. Asks before each change, and can run again.
# Never prints the private key. docs/setup.md has the same steps by hand.
set -euo pipefail
# Only this user may read the private key and the app's settings that Salesforce returns.
umask 077

readonly TEMPLATE_APP=GitHub_Actions
readonly PERMISSION_SET=Pipeline_Login
readonly SOURCE=force-app/main/default
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly PROGRAM='setup.sh'
# shellcheck source=setup/common.sh
. "$here/common.sh"

target_org='' username='' contact_email='' app=$TEMPLATE_APP environment='' out=''
admin='' instance_url='' org_id='' consumer_key=''

usage() {
  cat <<'USAGE'
Usage: setup/setup.sh --target-org ALIAS --username USER --contact-email ADDRESS [options]

  --target-org ALIAS       Org to set up. Log in first: sf org login web --alias ALIAS --instance-url https://acme.my.salesforce.com
  --username USER          Salesforce user that GitHub Actions logs in as. The user must exist.
  --contact-email ADDRESS  Contact for the app, which Salesforce requires.
  --app NAME               API name of the External Client App (default: GitHub_Actions). Another name creates a second app with its own key.
  --environment NAME       GitHub environment that stores the values (default: none; the repository stores them).
  --out FOLDER             Folder for the key, the certificate, and the project (default: setup/out/ALIAS/NAME, which git ignores).

Without a stored key (preview): setup/setup.sh --keyless --help

Options can be in any order. --option=value also works.
USAGE
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --target-org=* | --username=* | --contact-email=* | --app=* | --environment=* | --out=*)
        take_option "${1%%=*}" "${1#*=}"
        shift
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

# Values that go into XML, SOQL, and paths are checked here, so that they don't need to be escaped later.
check_options() {
  local address='^[A-Za-z0-9._%+-]+@[A-Za-z0-9._-]+$'
  if [ -z "$target_org" ] || [ -z "$username" ] || [ -z "$contact_email" ]; then
    usage >&2
    die '--target-org, --username, and --contact-email are required'
  fi
  [[ $target_org =~ ^[A-Za-z0-9][A-Za-z0-9._@+-]*$ ]] || die "--target-org is not an alias or username: $target_org"
  [[ $username =~ $address ]] || die "--username is not a Salesforce username: $username"
  [[ $contact_email =~ $address ]] || die "--contact-email is not an email address: $contact_email"
  [[ $app =~ ^[A-Za-z](_?[A-Za-z0-9])*$ ]] || die "--app can contain letters, digits, and single underscores: $app"
  [ -n "$out" ] || out=$here/out/$target_org/$app
}

check_tools() {
  local tool
  for tool in openssl sf; do
    command -v "$tool" >/dev/null || die "$tool is not on the PATH"
  done
  # This script doesn't run them, so that they can still be installed later.
  command -v npm >/dev/null || say 'Note: npm is not on the PATH. The local check requires it: https://nodejs.org'
  gh variable set --help </dev/null >/dev/null 2>&1 ||
    say 'Note: gh is missing, or too old for "gh variable". Storing the values requires it: https://cli.github.com'
}

check_user() {
  finds_record "SELECT Id FROM User WHERE Username = '$username' AND IsActive = true" ||
    die "$instance_url has no active user $username. Setup > Users > New User; in a sandbox, the username ends in the sandbox's name."
}

make_pair() {
  if [ -e "$out/salesforce.key" ] && [ -e "$out/salesforce.crt" ]; then
    say "Key pair: using the existing pair in $out."
  elif [ -e "$out/salesforce.key" ]; then
    confirm "Create a certificate for the key in $out?"
    make_certificate -key salesforce.key
  elif [ -e "$out/salesforce.crt" ]; then
    reuse_certificate
  else
    confirm "Create a key pair in $out?"
    new_pair
  fi
  out=$(cd "$out" && pwd)
  check_pair
}

# After a sandbox refresh, the app needs its certificate again. The key is in GitHub and doesn't need to be on this machine.
reuse_certificate() {
  say "$out contains salesforce.crt, but not its private key."
  if agrees 'Deploy this certificate again? Its private key must still be stored in GitHub.'; then return; fi
  confirm 'Create a new key pair instead? You then have to store SALESFORCE_PRIVATE_KEY and SALESFORCE_CERTIFICATE again.'
  new_pair
}

new_pair() {
  mkdir -p "$out"
  make_certificate -nodes -newkey rsa:2048 -keyout salesforce.key
}

# Runs in the folder, because Git Bash on Windows converts paths in arguments, and with them /CN=….
make_certificate() {
  (cd "$out" && MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*' \
    openssl req -x509 -sha256 -days 730 -subj /CN=github-actions -out salesforce.crt "$@" 2>/dev/null) ||
    die 'openssl could not create the certificate'
}

has_key() { [ -e "$out/salesforce.key" ]; }

check_pair() {
  local of_key of_certificate
  of_certificate=$(openssl x509 -noout -pubkey -in "$out/salesforce.crt") || die "$out/salesforce.crt is not a certificate"
  openssl x509 -noout -checkend 2592000 -in "$out/salesforce.crt" >/dev/null ||
    say "Warning: the certificate expires soon ($(openssl x509 -noout -enddate -in "$out/salesforce.crt")). For a new pair, use another --out folder."
  if ! has_key; then return; fi
  of_key=$(openssl pkey -pubout -in "$out/salesforce.key" </dev/null) || die "openssl cannot read the key $out/salesforce.key"
  [ "$of_key" = "$of_certificate" ] || die "salesforce.crt in $out is not the certificate of salesforce.key"
}

# Fills in a copy of the templates. The app's name is in the names of the files, too.
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

# Each run creates the project again, so the only conflicts that sf can find are with earlier runs of this script.
deploy() {
  (cd "$out/project" && sf project deploy start --target-org "$target_org" --ignore-conflicts --wait 30 "$@" </dev/null) ||
    die_of_deployment
}

# Both are required by the Metadata API Developer Guide, ExtlClntAppGlobalOauthSettings.
die_of_deployment() {
  cat >&2 <<REQUIREMENTS

Salesforce rejected the deployment. Check the following, and run the script again:
  1. Setup > External Client App Settings: "Allow access to OAuth consumer secrets via Metadata API" is on, if your org shows it.
  2. $admin has the permissions "View External Client Apps Consumer Secrets in Metadata" and
     "View all External Client Apps, view their settings, and edit their policies".
     To grant them: Setup > Permission Sets > a permission set of $admin > System Permissions.

REQUIREMENTS
  die 'the deployment failed. Completed steps were kept.'
}

url_encode() {
  local text=$1 index character LC_ALL=C
  for ((index = 0; index < ${#text}; index++)); do
    character=${text:index:1}
    case $character in
      [A-Za-z0-9._~-]) printf '%s' "$character" ;;
      # Old versions of bash give bytes above 127 as negative numbers.
      *) printf '%%%02X' "$(($(printf '%d' "'$character") & 255))" ;;
    esac
  done
}

print_local_check() {
  if ! has_key; then
    say "The private key isn't on this machine. To check the login, run your workflow. An app takes 2 to 10 minutes to work, sometimes 30."
    return
  fi
  cat <<STEPS
Check the login from this machine. A new app takes 2 to 10 minutes to work, sometimes 30:

  cd $(printf '%q' "$(dirname "$here")") && npm ci
  SALESFORCE_CONSUMER_KEY=$1 SALESFORCE_USERNAME=$username \\
    SALESFORCE_LOGIN_URL=$instance_url SALESFORCE_ORG_ID=$org_id \\
    SALESFORCE_CERTIFICATE="\$(cat $(printf '%q' "$out/salesforce.crt"))" \\
    SALESFORCE_PRIVATE_KEY_FILE=$(printf '%q' "$out/salesforce.key") npm start
STEPS
}

# GitHub answers 404 for secrets of an environment that doesn't exist.
print_environment() {
  local path
  path="repos/{owner}/{repo}/environments/$(url_encode "$environment")"
  cat <<STEPS

If the environment doesn't exist, create it first. Only the branch main can then use it:

  gh api --method PUT '$path' -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'
  gh api --method POST '$path/deployment-branch-policies' -f name=main
STEPS
}

print_storing() {
  local to=''
  say ''
  say 'Store the values. Run these commands in the folder of the repository that contains your workflows.'
  if [ -n "$environment" ]; then
    to=" --env $(printf '%q' "$environment")"
    print_environment
  fi
  say ''
  say "  gh secret set SALESFORCE_CONSUMER_KEY$to --body $1"
  if has_key; then say "  gh secret set SALESFORCE_PRIVATE_KEY$to < $(printf '%q' "$out/salesforce.key")"; fi
  cat <<STEPS
  gh variable set SALESFORCE_USERNAME$to --body $username
  gh variable set SALESFORCE_LOGIN_URL$to --body $instance_url
  gh variable set SALESFORCE_CERTIFICATE$to < $(printf '%q' "$out/salesforce.crt")
  gh variable set SALESFORCE_ORG_ID$to --body $org_id

STEPS
  if has_key; then
    say "GitHub then stores the key. Delete $out/salesforce.key, or move it to a safe place. Keep salesforce.crt: after a sandbox refresh, the script deploys it again."
  else
    say 'SALESFORCE_PRIVATE_KEY stays as it is.'
  fi
}

print_next_steps() {
  local shown_key=$consumer_key
  if [ -z "$consumer_key" ]; then
    print_where_the_consumer_key_is "$app"
    # shellcheck disable=SC2016 # The user's shell expands it.
    shown_key='"${SALESFORCE_CONSUMER_KEY:?}"'
  fi
  print_local_check "$shown_key"
  print_storing "$shown_key"
}

main() {
  read_options "$@"
  check_options
  check_tools
  find_org
  say "Org: $instance_url ($org_id), logged in as $admin"
  check_user
  make_pair
  fill_in_project
  confirm "Deploy the app $app and the permission set $PERMISSION_SET to $instance_url?"
  # The app's policies refer to the permission set, so it has to exist first.
  deploy --source-dir "$SOURCE/permissionsets"
  deploy --manifest manifest/package.xml
  assign_permission_set
  read_consumer_key "$app"
  say ''
  print_next_steps
}

case " $* " in *' --keyless '*) exec bash "$here/keyless.sh" "$@" ;; esac
main "$@"
