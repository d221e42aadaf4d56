import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import { type Exchange, send, sendHead } from "./exchange.ts";
import type { AnswerFault } from "./misbehaviour.ts";

// How an answer fails to arrive. Most take the fault whose answer it is, the honest one by default: then the request is
// carried out, a token is minted, and the client never hears of it.

/** What no test should take longer than, or read more than. */
const LONGEST_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Takes the request and says nothing, for ever. */
export function silence(): AnswerFault {
  return delivering("silence", undefined, () => {});
}

/** The connection is lost before the answer. */
export function resetBeforeAnswer(): AnswerFault {
  return delivering("reset before the answer", undefined, ({ connection }) => connection.reset());
}

/** The connection is closed before the answer. */
export function closeBeforeAnswer(): AnswerFault {
  return delivering("closed before the answer", undefined, ({ connection }) => connection.close());
}

/** The token is minted, but the connection is lost before the client hears of it. */
export function resetAfterMint(of?: AnswerFault): AnswerFault {
  return delivering("reset in place of the answer", of, ({ connection }, make) => {
    make();
    connection.reset();
  });
}

/** A correct answer after a number of milliseconds. */
export function late(milliseconds: number, of?: AnswerFault): AnswerFault {
  return delivering(`after ${milliseconds} ms`, of, async (exchange, make) => {
    if (await goesOn(exchange, milliseconds)) send(exchange, make());
  });
}

/** Headers, a number of bytes of the body, then nothing more. */
export function stalledBody(bytes = 5, of?: AnswerFault): AnswerFault {
  return delivering(`stalled after ${bytes} bytes`, of, (exchange, make) => {
    sendWithLength(exchange, make(), bytes);
  });
}

/** A body that comes byte by byte with a pause before each: never idle, and never complete. */
export function drippingBody(everyMs = 100, of?: AnswerFault): AnswerFault {
  return delivering("dripping", of, async (exchange, make) => {
    sendHead(exchange, make());
    const end = Date.now() + LONGEST_MS;
    while (Date.now() < end && (await goesOn(exchange, everyMs))) exchange.response.write(" ");
  });
}

/** The connection ends within a body whose length was announced. */
export function cutOffBody(bytes = 5, of?: AnswerFault): AnswerFault {
  return delivering(`cut off after ${bytes} bytes`, of, (exchange, make) => {
    sendWithLength(exchange, make(), bytes, () => exchange.message.socket.destroy());
  });
}

/** The connection ends in the middle of a chunked body (RFC 9112 §8). */
export function cutOffChunks(bytes = 5, of?: AnswerFault): AnswerFault {
  return delivering(`cut off in chunks after ${bytes} bytes`, of, (exchange, make) => {
    const answer = make();
    sendHead(exchange, answer);
    exchange.response.write(answer.body.slice(0, bytes), () => exchange.message.socket.destroy());
  });
}

/** A body that never ends: the text again and again, until the client leaves. */
export function endlessBody(text = "Salesforce ", of?: AnswerFault): AnswerFault {
  return delivering("endless body", of, async (exchange, make) => {
    sendHead(exchange, make());
    const signal = AbortSignal.timeout(LONGEST_MS);
    await pipeline(repeat(text), exchange.response, { signal }).catch(() => exchange.response.destroy());
  });
}

/** Something that is no HTTP at all. */
export function garbage(text = "\u0000 this is no HTTP\r\n\r\n"): AnswerFault {
  return delivering("garbage", undefined, ({ message }) => void message.socket.end(text));
}

function delivering(name: string, of: AnswerFault | undefined, deliver: AnswerFault["deliver"]): AnswerFault {
  const make = (exchange: Exchange): Answer => (of ? of.make(exchange) : exchange.honest());
  return { stage: "answer", name: of ? `${of.name}, ${name}` : name, make, deliver };
}

/** At most 16 MiB a second: a fast client would otherwise see the end of it before it leaves. */
async function* repeat(text: string): AsyncGenerator<string> {
  const chunk = text.repeat(Math.ceil(CHUNK_BYTES / Buffer.byteLength(text)));
  for (let sent = 0; sent < MOST_BYTES; sent += CHUNK_BYTES) {
    yield chunk;
    await sleep(4);
  }
}

function sendWithLength(exchange: Exchange, answer: Answer, bytes: number, then?: () => void): void {
  const body = Buffer.from(answer.body);
  sendHead(exchange, answer);
  // One byte more than there is: even a whole body is not all of it.
  exchange.response.setHeader("Content-Length", body.length + 1);
  exchange.response.write(body.subarray(0, bytes), then);
}

/** Waits, and says whether the client is still there after it. */
async function goesOn({ response }: Exchange, milliseconds: number): Promise<boolean> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once("close", leave);
  await sleep(milliseconds, undefined, { signal: gone.signal }).catch(() => {});
  response.off("close", leave);
  return !response.destroyed;
}
