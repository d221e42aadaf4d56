import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Recorder } from "./recorder.ts";

/** Long enough not to occur by chance, short enough that a leak of a piece is a leak. */
const PIECE = 16;

/** Every piece of a secret that is long enough to search for. */
export function piecesOf(secret: string): string[] {
  if (secret.length <= PIECE) return [secret];
  return Array.from({ length: secret.length - PIECE + 1 }, (_, start) => secret.slice(start, start + PIECE));
}

/** The lines of a PEM block that are secret: all but the armor. */
export function secretLines(pem: string): string[] {
  return pem.split(/\s*\n\s*/).filter((line) => line !== "" && !line.includes("-----"));
}

/**
 * Fails if the log or an error contains a secret, or a telling piece of one.
 *
 * @param secrets what no text may contain; those sent as an assertion are added
 * @param recorder what happened
 * @param error what was thrown, with all that is on it
 */
export function assertSilent(secrets: readonly string[], recorder: Recorder, error?: unknown): void {
  const assertions = recorder.sent.flatMap(({ form }) => form["assertion"]?.split(".").slice(1) ?? []);
  const text = `${recorder.visible()}\n${everythingOn(error)}`;
  // JSON escapes line ends, so that a secret of several lines shows in either spelling.
  const spellings = [text, text.replaceAll("\\n", "\n")];
  const pieces = new Set(spellings.flatMap(piecesOf));
  const shows = (piece: string) =>
    piece.length < PIECE ? spellings.some((spelling) => spelling.includes(piece)) : pieces.has(piece);
  for (const secret of [...secrets, ...assertions]) {
    assert.equal(piecesOf(secret).find(shows), undefined, "a secret, or a piece of one, can be read");
  }
}

/** All text of a value: of an error its message, stack and causes too, which aren't enumerable, at any depth. */
export function everythingOn(value: unknown, seen = new Set<object>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  const names = Object.getOwnPropertyNames(value);
  return names.map((name) => `${name}: ${everythingOn(Reflect.get(value, name), seen)}`).join("\n");
}

/** Bytes that look random and are the same for the same seed. */
export function bytesFrom(seed: number | string, length: number): Buffer {
  return createHash("shake256", { outputLength: length }).update(String(seed)).digest();
}

/** A made-up opaque token: no org has this id. */
export const OPAQUE_TOKEN = `00D5e000000AbCd!AQ8AQ${bytesFrom("opaque", 60).toString("base64").replace(/[+/=]/g, ".")}`;

/** A made-up token of the JWT format that ends at the given time. */
export function jwtToken(exp: unknown): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode({ sub: "uid:0055e000000XyZ1AAK", exp })}.${bytesFrom("jwt", 64).toString("base64url")}`;
}
