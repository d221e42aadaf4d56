/** Makes a private key and the certificate that an app takes for it. */
export const KEY_PAIR_COMMAND =
  "openssl req -x509 -sha256 -nodes -days 730 -newkey rsa:2048 -keyout salesforce.key -out salesforce.crt -subj /CN=github-actions";
/** Where an External Client App takes its certificate. */
export const UPLOAD_PATH =
  "Setup → External Client App Manager → your app → Settings → OAuth Settings → Flow Enablement → JWT Bearer Flow";
