import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import type { Connection } from "./connection.ts";
import type { RecordedRequest } from "./requests.ts";
import type { TokenOptions } from "./token-options.ts";

/** One request and the way back to who sent it. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the client to the proxy, below TLS. */
  readonly connection: Connection;
  /** Salesforce's clock, in milliseconds since 1970. */
  readonly now: number;
  /** What Salesforce has to say without any fault. Asking for it does what was requested: a token is minted. */
  honest(tokens?: TokenOptions): Answer;
}

/** Begins an answer: its status and headers, on the record too. */
export function sendHead({ request, response, now }: Exchange, answer: Answer): void {
  request.status = answer.status;
  request.answeredWith ||= answer.says;
  request.because ??= answer.because;
  response.statusCode = answer.status;
  response.setHeader("Date", new Date(now).toUTCString());
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

/** Sends a whole answer. */
export function send(exchange: Exchange, answer: Answer): void {
  sendHead(exchange, answer);
  exchange.response.end(answer.body);
}
