import type { Answer } from "./answer.ts";
import type { Place } from "./hosts.ts";
import type { RecordedRequest } from "./requests.ts";
import type { Session } from "./sessions.ts";
import type { TokenOptions } from "./token-options.ts";
import type { World } from "./world.ts";

/** A request that found its route. */
export interface Call {
  readonly world: World;
  readonly request: RecordedRequest;
  readonly place: Place;
  /** What the route's pattern caught, part by part. */
  readonly parts: readonly string[];
  /** What a fault makes of the token and its answer. */
  readonly tokens: TokenOptions;
}

/** A route that answers for itself. */
export interface OpenRoute {
  readonly name: string;
  /** Answers only at this host; by default at every host. */
  readonly host?: string;
  /** Matches the path below the site's own. */
  readonly path: RegExp;
  answer(call: Call): Answer;
}

/** A route that depends on whose token it is. */
export interface SessionRoute {
  readonly name: string;
  readonly path: RegExp;
  readonly methods: readonly string[];
  answerTo(session: Session, call: Call): Answer;
}

/** One line of the table of all that Salesforce answers. */
export type Route = OpenRoute | SessionRoute;
