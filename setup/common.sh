# Functions that setup.sh and keyless.sh share. The script that sources this file sets PROGRAM, PERMISSION_SET, target_org, username, and out.
# shellcheck shell=bash

die() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# Succeeds if the user agrees. No answer counts as no.
agrees() {
  local answer=''
  printf '%s [y/N] ' "$1"
  read -r answer || true
  say ''
  # Git Bash can pass the carriage return of a Windows line ending.
  case ${answer%$'\r'} in
    y | Y | yes | Yes | YES) return 0 ;;
    *) return 1 ;;
  esac
}

confirm() { agrees "$1" || die 'canceled. Completed steps were kept; run the script again to continue.'; }

# Prints the value of one field of sf's JSON, and nothing else: older versions of sf also return the access token.
json_value() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

find_org() {
  local display
  display=$(sf org display --target-org "$target_org" --json </dev/null 2>/dev/null) ||
    die "sf is not logged in to $target_org. Run: sf org login web --alias $target_org --instance-url https://acme.my.salesforce.com"
  admin=$(json_value username <<<"$display")
  instance_url=$(json_value instanceUrl <<<"$display")
  instance_url=${instance_url%/}
  org_id=$(json_value id <<<"$display")
  [[ $instance_url =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?$ ]] || die "sf org display returned no instanceUrl for $target_org"
}

# Succeeds if the query returns a record.
finds_record() {
  local result
  result=$(sf data query --target-org "$target_org" --json --query "$1" </dev/null 2>/dev/null) || die "the query failed: $1"
  [ -n "$(json_value Id <<<"$result")" ]
}

assign_permission_set() {
  if finds_record "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = '$PERMISSION_SET' AND Assignee.Username = '$username'"; then
    say "Permission set: $username already has $PERMISSION_SET."
    return
  fi
  confirm "Assign the permission set $PERMISSION_SET to $username?"
  sf org assign permset --target-org "$target_org" --name "$PERMISSION_SET" --on-behalf-of "$username" </dev/null ||
    die "could not assign $PERMISSION_SET to $username"
}

# Reads the consumer key of an app. Salesforce can return the consumer secret as well. This flow doesn't use it, so it doesn't stay on the disk.
read_consumer_key() {
  local retrieved=$out/project/retrieved
  trap 'rm -rf "$out/project/retrieved"' EXIT
  (cd "$out/project" && sf project retrieve start --target-org "$target_org" --ignore-conflicts --output-dir retrieved \
    --metadata "ExtlClntAppGlobalOauthSettings:$1_glbloauth" </dev/null >/dev/null) || true
  if [ -d "$retrieved" ]; then
    consumer_key=$(find "$retrieved" -name '*.ecaGlblOauth-meta.xml' -exec sed -n 's:.*<consumerKey>\([^<]*\)</consumerKey>.*:\1:p' {} +)
    [[ $consumer_key =~ ^[A-Za-z0-9._]+$ ]] || consumer_key=''
  fi
}

# Prints where the consumer key of an app is. The placeholder is a syntax error in a shell, so it can't be stored by accident.
print_where_the_consumer_key_is() {
  cat <<STEPS
Salesforce didn't return the consumer key. To copy it:

  1. Open Setup > External Client App Manager > $1 > Settings > OAuth Settings > Consumer Key and Secret.
     Salesforce first sends a verification code to the email address of the user who is logged in.
  2. In the shell that runs the commands below, replace <consumer key>:

  export SALESFORCE_CONSUMER_KEY=<consumer key>

STEPS
}
