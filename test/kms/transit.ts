import { constants, createPrivateKey, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { LocalService } from "./tools.ts";

/** Of the login in the step before. */
export const VAULT_TOKEN = "hvs.CAESIStandInForATokenOfVault";

/**
 * Starts a stand-in for the Transit engine of Vault and OpenBao, which signs as its API documentation says: with PSS unless
 * `signature_algorithm` is `pkcs1v15`.
 */
export async function startTransit(privateKeyPem: string): Promise<LocalService> {
  const key = createPrivateKey(privateKeyPem);
  const server = createServer(async (request, response) => {
    const isSign = request.method === "POST" && request.url === "/v1/transit/sign/salesforce/sha2-256";
    if (!isSign || request.headers["x-vault-token"] !== VAULT_TOKEN) return void response.writeHead(403).end();
    const { input, signature_algorithm } = JSON.parse(await text(request)) as Record<string, string>;
    const isPss = signature_algorithm !== "pkcs1v15";
    const padding = isPss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
    const signature = sign("sha256", Buffer.from(input ?? "", "base64"), { key, padding }).toString("base64");
    response.end(JSON.stringify({ data: { key_version: 1, signature: `vault:v1:${signature}` } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
