#!/usr/bin/env bash
# Sets up an org for logins without a stored secret (preview): setup/setup.sh --keyless. Asks before each change, and can run
# again, for another repository or environment as well. docs/keyless.md explains what it deploys.
set -euo pipefail
umask 077

readonly APP=GitHub_Keyless
readonly HANDLER=GitHubLoginHandler
readonly PERMISSION_SET=GitHub_Keyless_Login
readonly SOURCE=force-app/main/default
# In this order: the policies of the app refer to the permission set, and the handler to its class and the app.
readonly FOUNDATION=(--source-dir "$SOURCE/permissionsets" --source-dir "$SOURCE/objects" --source-dir "$SOURCE/customMetadata"
  --source-dir "$SOURCE/classes" --source-dir "$SOURCE/remoteSiteSettings")
readonly CLIENT=(--source-dir "$SOURCE/externalClientApps" --source-dir "$SOURCE/extlClntAppGlobalOauthSets"
  --source-dir "$SOURCE/extlClntAppOauthSettings" --source-dir "$SOURCE/extlClntAppOauthPolicies"
  --source-dir "$SOURCE/extlClntAppPolicies")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly PROGRAM='setup.sh --keyless'
# shellcheck source=setup/common.sh
. "$here/common.sh"

target_org='' username='' contact_email='' repository='' environment='' ref='' workflow='' run_as='' out=''
admin='' instance_url='' org_id='' repository_id='' owner_id='' rule='' consumer_key=''

usage() {
  cat <<'USAGE'
Usage: setup/setup.sh --keyless --target-org ALIAS --username USER --contact-email ADDRESS
         --repository OWNER/REPO (--environment NAME | --ref REF) --run-as USER [options]

  --target-org ALIAS       Org to set up. Log in first: sf org login web --alias ALIAS --instance-url https://acme.my.salesforce.com
  --username USER          Salesforce user that the job logs in as. The user must exist.
  --contact-email ADDRESS  Contact for the app, which Salesforce requires.
  --repository OWNER/REPO  GitHub repository whose jobs may log in.
  --environment NAME       GitHub environment of the jobs that may log in. Its protection rules decide who can start one.
  --ref REF                Instead of an environment: the ref of the runs that may log in, such as refs/heads/main.
  --run-as USER            Salesforce user that the Apex handler runs as: an integration user, not an administrator.
  --workflow WORKFLOW      Reusable workflow that the jobs have to be defined in: OWNER/REPO/.github/workflows/FILE@REF
  --out FOLDER             Folder for the project (default: setup/out/ALIAS/GitHub_Keyless, which git ignores).

Preview: read docs/keyless.md first.
USAGE
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --keyless) shift ;;
      --*=*)
        take_option "${1%%=*}" "${1#*=}"
        shift
        ;;
      *)
        [ $# -ge 2 ] || die "$1 needs a value"
        take_option "$1" "$2"
        shift 2
        ;;
    esac
  done
}

take_option() {
  case $1 in
    --target-org) target_org=$2 ;;
    --username) username=$2 ;;
    --contact-email) contact_email=$2 ;;
    --repository) repository=$2 ;;
    --environment) environment=$2 ;;
    --ref) ref=$2 ;;
    --workflow) workflow=$2 ;;
    --run-as) run_as=$2 ;;
    --out) out=$2 ;;
    *)
      usage >&2
      die "unknown option $1"
      ;;
  esac
}

# Values that go into XML, SOQL, and paths are checked here, so that they don't need to be escaped later.
check_options() {
  local address='^[A-Za-z0-9._%+-]+@[A-Za-z0-9._-]+$' markup='[][<>&"[:cntrl:]]'
  if [ -z "$target_org" ] || [ -z "$username" ] || [ -z "$contact_email" ] || [ -z "$repository" ] || [ -z "$run_as" ]; then
    usage >&2
    die '--target-org, --username, --contact-email, --repository, and --run-as are required'
  fi
  [ -n "$environment$ref" ] || die '--environment or --ref is required'
  [ -z "$environment" ] || [ -z "$ref" ] || die 'pass --environment or --ref, not both'
  [[ $target_org =~ ^[A-Za-z0-9][A-Za-z0-9._@+-]*$ ]] || die "--target-org is not an alias or username: $target_org"
  [[ $username =~ $address ]] || die "--username is not a Salesforce username: $username"
  [[ $run_as =~ $address ]] || die "--run-as is not a Salesforce username: $run_as"
  [[ $contact_email =~ $address ]] || die "--contact-email is not an email address: $contact_email"
  [[ $repository =~ ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$ ]] || die "--repository is not OWNER/REPO: $repository"
  [[ -z $ref || $ref =~ ^refs/(heads|tags)/.+$ ]] || die "--ref starts with refs/heads/ or refs/tags/: $ref"
  [[ -z $workflow || $workflow =~ ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+/\.github/workflows/.+@.+$ ]] ||
    die "--workflow is not OWNER/REPO/.github/workflows/FILE@REF: $workflow"
  [[ ! "$environment$ref$workflow" =~ $markup ]] ||
    die '--environment, --ref, and --workflow cannot contain < > & " [ ] or control characters'
  [ ${#environment} -le 255 ] && [ ${#ref} -le 255 ] && [ ${#workflow} -le 255 ] || die 'a value is longer than 255 characters'
  [ -n "$out" ] || out=$here/out/$target_org/$APP
}

check_tools() {
  local tool
  for tool in sf gh; do
    command -v "$tool" >/dev/null || die "$tool is not on the PATH"
  done
}

check_user() {
  finds_record "SELECT Id FROM User WHERE Username = '$1' AND IsActive = true" ||
    die "$instance_url has no active user $1. Setup > Users > New User; in a sandbox, the username ends in the sandbox's name."
}

# IDs, because a name can go to somebody else when the repository is renamed or its owner gives the name up.
find_repository() {
  local ids
  ids=$(gh api "repos/$repository" --jq '"\(.id) \(.owner.id)"' </dev/null) ||
    die "gh cannot read $repository. Run: gh auth login"
  read -r repository_id owner_id <<<"$ids"
  [[ $repository_id =~ ^[0-9]+$ && $owner_id =~ ^[0-9]+$ ]] || die "gh returned no IDs for $repository"
}

url_encode() {
  local text=$1 index character LC_ALL=C
  for ((index = 0; index < ${#text}; index++)); do
    character=${text:index:1}
    case $character in
      [A-Za-z0-9._~-]) printf '%s' "$character" ;;
      *) printf '%%%02X' "$(($(printf '%d' "'$character") & 255))" ;;
    esac
  done
}

# Without protection rules, everybody who can push a branch can start a job in the environment.
check_environment() {
  local count
  [ -n "$environment" ] || return 0
  count=$(gh api "repos/$repository/environments/$(url_encode "$environment")" --jq '.protection_rules | length' </dev/null 2>/dev/null) || count=0
  [ "$count" = 0 ] || return 0
  say "Warning: the environment $environment of $repository does not exist or has no protection rules."
  say "Everybody who can push a branch to $repository could then log in as $username. See docs/keyless.md."
}

# One record for each repository and place. A checksum tells places apart whose names differ in special characters alone.
name_rule() {
  local place=$environment$ref slug
  slug=$(sed 's/[^A-Za-z0-9]\{1,\}/_/g; s/^_//; s/_$//' <<<"$place")
  rule=R${repository_id}_${slug:0:14}
  rule=${rule%_}
  [ "${slug:0:14}" = "$place" ] || rule=${rule}_$(printf '%s' "$place" | cksum | cut -d ' ' -f 1)
}

# Replaces a placeholder in $content. Without a value, the field is null, as Salesforce writes it.
fill_in() {
  local text="<value xsi:type=\"xsd:string\">@@$1@@</value>" empty='<value xsi:nil="true"/>'
  [ -n "$2" ] || content=${content//"$text"/$empty}
  content=${content//"@@$1@@"/$2}
}

# Fills in a copy of the templates.
fill_in_project() {
  local source_file copy content label="$repository $environment$ref"
  rm -rf "$out/project"
  while IFS= read -r source_file; do
    copy=${source_file//Login_Rule.Login_Rule/Login_Rule.$rule}
    mkdir -p "$out/project/$(dirname "$copy")"
    content=$(<"$here/keyless/$source_file")
    fill_in ENVIRONMENT "$environment"
    fill_in REF "$ref"
    fill_in JOB_WORKFLOW_REF "$workflow"
    fill_in REPOSITORY_ID "$repository_id"
    fill_in REPOSITORY_OWNER_ID "$owner_id"
    fill_in USERNAME "$username"
    fill_in RUN_AS "$run_as"
    fill_in RULE_LABEL "${label:0:40}"
    fill_in CONTACT_EMAIL "$contact_email"
    printf '%s\n' "$content" >"$out/project/$copy"
  done < <(cd "$here/keyless" && find sfdx-project.json force-app -type f)
}

# Each run creates the project again, so the only conflicts that sf can find are with earlier runs of this script.
deploy() {
  (cd "$out/project" && sf project deploy start --target-org "$target_org" --ignore-conflicts --wait 30 "$@" </dev/null) ||
    die 'the deployment failed. Completed steps were kept. docs/keyless.md lists what it requires; then run the script again.'
}

print_next_steps() {
  local to='' shown_key=$consumer_key
  [ -z "$environment" ] || to=" --env $(printf '%q' "$environment")"
  if [ -z "$consumer_key" ]; then
    # shellcheck disable=SC2016 # The user's shell expands it.
    shown_key='"${SALESFORCE_CONSUMER_KEY:?}"'
    print_where_the_consumer_key_is "$APP"
  fi
  cat <<STEPS
Store the values. None of them is a secret:

  gh variable set SALESFORCE_CONSUMER_KEY --repo $repository$to --body $shown_key
  gh variable set SALESFORCE_LOGIN_URL --repo $repository$to --body $instance_url
  gh variable set SALESFORCE_ORG_ID --repo $repository$to --body $org_id

Add examples/keyless.yml to the repository, and run it. A new app takes 2 to 10 minutes to work, sometimes 30.
Keep the rule in source control: $out/project/$SOURCE/customMetadata/GitHub_Login_Rule.$rule.md-meta.xml
STEPS
}

main() {
  local place
  read_options "$@"
  check_options
  check_tools
  find_org
  say "Org: $instance_url ($org_id), logged in as $admin"
  check_user "$username"
  check_user "$run_as"
  find_repository
  check_environment
  name_rule
  fill_in_project
  place=${environment:+environment $environment}${ref:+ref $ref}
  say "Rule $rule: jobs of $repository (ID $repository_id, owner ID $owner_id), $place, log in as $username"
  confirm "Deploy this rule, the Apex classes, the remote site, and the permission set $PERMISSION_SET to $instance_url?"
  # Production requires tests for Apex. These are the tests of these classes alone.
  deploy "${FOUNDATION[@]}" --test-level RunSpecifiedTests --tests GitHubLoginTest
  confirm "Deploy the app $APP, and enable the handler $HANDLER for it, which runs as $run_as?"
  deploy "${CLIENT[@]}"
  deploy --source-dir "$SOURCE/oauthtokenexchangehandlers"
  assign_permission_set
  read_consumer_key "$APP"
  say ''
  print_next_steps
}

main "$@"
