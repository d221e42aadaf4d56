# Uses curl with an access token, which stays off the command line, and prints the query's answer as it is.
set -euo pipefail
printf 'header = "Authorization: Bearer %s"\n' "$ACCESS_TOKEN" |
  curl --silent --show-error --fail --config - --get \
    --data-urlencode "q=SELECT Name FROM Account" "$INSTANCE_URL/services/data/v60.0/query"
