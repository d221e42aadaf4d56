import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { clientKey } from "../fakes/salesforce/index.ts";
import { certificateScript, commandFor } from "./document.ts";
import type { SigningService } from "./environment.ts";
import { createFolder, runScript, SOFTHSM_MODULE, startMoto } from "./tools.ts";
import { startTransit, VAULT_TOKEN } from "./transit.ts";

/** A service with a key, until it is closed. */
export interface RunningService extends SigningService {
  readonly close: () => Promise<void>;
}

/** Starts a local AWS KMS, and creates key and certificate with the commands of the document. */
export async function startAwsKms(): Promise<RunningService> {
  const { url, close } = await startMoto();
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "made-up",
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "eu-central-1",
  };
  const folder = await createFolder();
  try {
    const create = `${commandFor("AWS KMS", "Create the key")} --query KeyMetadata.KeyId --output text`;
    const keyId = await runScript(create, folder.path, env);
    const certificatePem = await certificate("AWS KMS", folder.path, { ...env, KEY_ID: keyId });
    return { keyId, certificatePem, env, close: async () => close() };
  } catch (error) {
    close();
    throw error;
  } finally {
    await folder.remove();
  }
}

/** Creates a software token with a key, with the commands of the document. Its PIN is a secret of GitHub's environment. */
export async function startSoftHsm(): Promise<RunningService> {
  const { path, remove } = await createFolder();
  const vars = { PKCS11_MODULE: SOFTHSM_MODULE ?? "", PKCS11_TOKEN: "ci" };
  const secrets = { PKCS11_PIN: "8246013579" };
  const env = { SOFTHSM2_CONF: join(path, "softhsm2.conf") };
  await writeFile(env.SOFTHSM2_CONF, `directories.tokendir = ${path}\n`);
  const all = { ...env, ...vars, ...secrets, KEY_LABEL: "salesforce" };
  await runScript('softhsm2-util --init-token --free --label ci --so-pin "$PKCS11_PIN" --pin "$PKCS11_PIN"', path, all);
  const create = commandFor("PKCS#11", "Create the key").replace("MODULE", '"$PKCS11_MODULE"').replace("TOKEN", "ci");
  await runScript(withPin(create), path, all);
  return {
    keyId: "salesforce",
    certificatePem: await certificate("PKCS#11", path, all),
    env,
    vars,
    secrets,
    close: remove,
  };
}

/** On a machine of an administrator, pkcs11-tool asks for the PIN. */
function withPin(script: string): string {
  return script.replace(/--login(?! --pin)/, "--login --pin env:PKCS11_PIN");
}

async function certificate(service: string, folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const said = await runScript(withPin(certificateScript(service)), folder, env);
  if (!/^salesforce\.crt: OK$/m.test(said)) throw new Error(`the certificate isn't valid: ${said}`);
  return readFile(join(folder, "salesforce.crt"), "utf8");
}

/** Makes a key for stand-ins: of commands, which find it in a file, and of Vault's server. */
export async function startStandIn(keyId: string): Promise<RunningService> {
  const { path, remove } = await createFolder();
  const { privateKeyPem, certificatePem } = await clientKey();
  const STAND_IN_KEY = join(path, "key.pem");
  await writeFile(STAND_IN_KEY, privateKeyPem);
  const transit = await startTransit(privateKeyPem);
  const env = { STAND_IN_KEY, VAULT_ADDR: transit.url, VAULT_TOKEN };
  const close = async () => {
    transit.close();
    await remove();
  };
  return { keyId, certificatePem, env, close };
}
