"""Uses simple-salesforce with an access token or with its own JWT login, and prints what it finds as JSON."""

import json
from os import environ

from simple_salesforce import Salesforce

if "ACCESS_TOKEN" in environ:
    salesforce = Salesforce(instance_url=environ["INSTANCE_URL"], session_id=environ["ACCESS_TOKEN"])
else:
    salesforce = Salesforce(
        username=environ["SALESFORCE_USERNAME"],
        consumer_key=environ["CONSUMER_KEY"],
        privatekey=environ["PRIVATE_KEY"],
        domain=environ["LOGIN_URL"].removeprefix("https://").removesuffix(".salesforce.com"),
    )
accounts = [record["Name"] for record in salesforce.query("SELECT Name FROM Account")["records"]]
objects = [found["name"] for found in salesforce.describe()["sobjects"]]
fields = [field["name"] for field in salesforce.Account.describe()["fields"]]
print(json.dumps({"accounts": accounts, "objects": objects, "fields": fields, "limits": list(salesforce.limits())}))
