import { type Fault, faults } from "../test/fakes/salesforce/index.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

const SEED = 20_260_601;
const SHARE = 1 / 3;
const FAULTS: readonly AnswerFault[] = [
  faults.status(503),
  faults.status(429, { "Retry-After": "2" }),
  faults.resetBeforeAnswer(),
];

/**
 * Answers about a third of the requests by one of a few faults, and the others as Salesforce would. The draws are the same
 * every time; which request gets which one is up to the order in which they come.
 *
 * @param most chance has its limits, too: from so many faults on Salesforce behaves
 */
export function unsteady(most: number): AnswerFault {
  const random = randomFrom(SEED);
  const honest = faults.withHeaders({});
  let left = most;
  const draw = (): AnswerFault => {
    if (left === 0 || random() >= SHARE) return honest;
    left -= 1;
    return FAULTS[Math.floor(random() * FAULTS.length)] ?? honest;
  };
  return {
    ...honest,
    deliver(exchange) {
      const drawn = draw();
      return drawn.deliver(exchange, () => drawn.make(exchange));
    },
  };
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
