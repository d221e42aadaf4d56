# Functions that setup.sh and keyless.sh share. The script that sources this file sets PROGRAM and target_org.
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
