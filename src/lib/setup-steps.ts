/** Makes a private key and the certificate that an app takes for it. */
export const KEY_PAIR_COMMAND =
  "openssl req -x509 -sha256 -nodes -days 730 -newkey rsa:2048 -keyout salesforce.key -out salesforce.crt -subj /CN=github-actions";

/** Ends a fix for an External Client App: the way to the same setting of a Connected App is on the linked page. */
export const CONNECTED_APP = " (Connected App: see the link.)";

const APP = "Setup > External Client App Manager > your app";
/** Where an External Client App takes its certificate. */
export const UPLOAD_PATH = `${APP} > Settings > Edit > OAuth Settings > Flow Enablement`;
const inApp = (path: string) => `${APP} > ${path}${CONNECTED_APP}`;

export const MY_DOMAIN = "Setup > My Domain > Current My Domain URL";
export const USE_MY_DOMAIN = `Set login_url to the org's My Domain: ${MY_DOMAIN}.`;
export const LOGIN_HISTORY =
  "Open Setup > Login History and read the newest row of this user: it often names the reason.";
export const WAIT = "Wait 10 minutes (sometimes 30), then run the job again.";
export const SET_CLOCK =
  "Synchronize the runner's clock by NTP: timedatectl set-ntp true (Linux), w32tm /resync (Windows).";

export const PRE_AUTHORIZE = inApp(
  "Policies > Edit: under App Policies select one of the user's permission sets, and under OAuth Policies set Permitted Users to “Admin approved users are pre-authorized”.",
);
export const SELECT_PERMISSION_SET = inApp(
  "Policies > Edit > App Policies: select one of the user's permission sets, or the user's profile.",
);
export const ASSIGN_PERMISSION_SET =
  "Setup > Permission Sets > the permission set that the app's policies list > Manage Assignments: add the user, without an expiration date.";
export const COPY_KEY = inApp("Settings > OAuth Settings > Consumer Key and Secret: copy the key with its button.");
export const UPLOAD_CERTIFICATE = inApp(
  "Settings > Edit > OAuth Settings > Flow Enablement: upload the certificate of this private key.",
);
/** Ends a fix that creates an app. */
export const BY_SCRIPT = "(setup/setup.sh in the action's repository does it)";
export const NEW_PAIR =
  "Create a new pair with setup/setup.sh in the action's repository (or openssl, see the link), upload its certificate to the app, and store the new key.";
export const COMPARE_PAIR =
  "Compare them: openssl pkey -pubout -in salesforce.key and openssl x509 -pubkey -noout -in salesforce.crt print the same for a pair. If you no longer have the files, create a new pair with setup/setup.sh in the action's repository.";
export const ENABLE_FLOW = inApp(
  "Settings > Edit > OAuth Settings > Flow Enablement: select “Enable JWT Bearer Flow” and upload the certificate.",
);
export const ADD_SCOPES = inApp(
  "Settings > Edit > OAuth Settings > OAuth Scopes: add “Manage user data via APIs (api)” and “Perform requests at any time (refresh_token, offline_access)”.",
);
export const ENABLE_APP = inApp("Policies > Edit > App Policies: select Enabled.");
export const INSTALL_APP =
  "Setup > Connected Apps OAuth Usage: click Install beside the app, then Manage App Policies, and assign one of the user's permission sets.";
