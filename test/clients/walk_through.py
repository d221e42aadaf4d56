"""Sends what a widely read walk-through of the flow sends, field for field (gist 30d345ecf0617db0ea19c54c7a44d06f).

PyJWT adds `typ` to the header, and `exp` is five minutes ahead. The walk-through leaves the endpoint's path out of its
printed form; it is the documented one here.
"""

import json
import time
from os import environ

import jwt
import requests

claim = {
    "iss": environ["CONSUMER_KEY"],
    "exp": int(time.time()) + 300,
    "aud": environ["LOGIN_URL"],
    "sub": environ["SALESFORCE_USERNAME"],
}
assertion = jwt.encode(claim, environ["PRIVATE_KEY"], algorithm="RS256", headers={"alg": "RS256"})
response = requests.post(
    environ["LOGIN_URL"] + "/services/oauth2/token",
    data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion},
    timeout=30,
)
grant = response.json()
versions = requests.get(grant["instance_url"] + "/services/data", timeout=30).json()
accounts = requests.get(
    grant["instance_url"] + versions[-1]["url"] + "/query",
    params={"q": "SELECT Name FROM Account"},
    headers={"Authorization": "OAuth " + grant["access_token"]},
    timeout=30,
).json()
print(json.dumps({"accounts": [record["Name"] for record in accounts["records"]]}))
