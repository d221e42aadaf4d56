/** Makes a private key and the certificate that an app takes for it. */
export const KEY_PAIR_COMMAND =
  "openssl req -x509 -sha256 -nodes -days 730 -newkey rsa:2048 -keyout salesforce.key -out salesforce.crt -subj /CN=github-actions";
/** A place in the settings of an External Client App. */
export const inExternalClientApp = (path: string) =>
  `External Client App: Setup > External Client App Manager > your app > ${path}`;
/** A place in the settings of a Connected App. */
export const inConnectedApp = (path: string) => `Connected App: Setup > App Manager > your app > ${path}`;

export const MY_DOMAIN = "Setup > My Domain > Current My Domain URL";
export const USE_MY_DOMAIN = `Set login_url to the org's own address: ${MY_DOMAIN}.`;
export const LOGIN_HISTORY = "See what Salesforce noted: Setup > Login History, newest row of this user.";
export const WAIT =
  "After a change to the app or its policies wait 10 minutes (now and then 30), then run the job again.";
export const SET_CLOCK = "Set the runner's clock by NTP: timedatectl set-ntp true (Linux), w32tm /resync (Windows).";

export const PRE_AUTHORIZE = [
  inExternalClientApp(
    "Policies > OAuth Policies > Permitted Users: Admin approved users are pre-authorized. Select a permission set or profile there.",
  ),
  inConnectedApp(
    "Manage > Edit Policies > Permitted Users: Admin approved users are pre-authorized. Then Manage Permission Sets or Manage Profiles.",
  ),
  "Assign the permission set to the user: Setup > Permission Sets > the permission set > Manage Assignments.",
];
export const COPY_KEY = [
  inExternalClientApp("Settings > OAuth Settings > Consumer Key and Secret: copy the key with its button."),
  inConnectedApp("View > Manage Consumer Details: copy the key with its button."),
];
export const COMPARE_PAIR =
  "Check that they are a pair: openssl pkey -pubout -in salesforce.key and openssl x509 -pubkey -noout -in salesforce.crt print the same.";
/** Where an External Client App takes its certificate. */
export const UPLOAD_PATH =
  "Setup > External Client App Manager > your app > Settings > OAuth Settings > Flow Enablement > JWT Bearer Flow";
export const UPLOAD_CERTIFICATE = [
  inExternalClientApp("Settings > OAuth Settings > Flow Enablement > JWT Bearer Flow: upload salesforce.crt."),
  inConnectedApp("Edit > Use digital signatures: upload salesforce.crt."),
];
export const ENABLE_FLOW = [
  inExternalClientApp(
    "Settings > OAuth Settings > Flow Enablement: tick JWT Bearer Flow and upload the key's certificate.",
  ),
  inConnectedApp("Edit > Use digital signatures: tick it and upload the key's certificate."),
];
export const ADD_SCOPES = [
  inExternalClientApp("Settings > OAuth Settings > OAuth Scopes: add api and refresh_token (offline_access)."),
  inConnectedApp("Edit > Selected OAuth Scopes: add api and refresh_token (offline_access)."),
];
export const INSTALL =
  "Setup > Connected Apps OAuth Usage > Install beside the app; then Manage App Policies to let this user in.";
