/** An attempt that got no whole answer in its time. */
export class TimeoutError extends Error {
  override readonly name = "AttemptTimeout";

  /** @param milliseconds what the attempt was given */
  constructor(milliseconds: number) {
    super(`no answer within ${(milliseconds / 1000).toFixed(1)} s`);
  }
}

/** Time as the rooms need it, so that a test can bring its own. */
export interface Clock {
  /** Milliseconds since 1970 on the runner's clock, which may be wrong. */
  now(): number;
  /** Milliseconds on a clock that nobody sets: for durations. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * Runs work that ends with its signal at the latest.
   *
   * @throws AttemptTimeout when the time is over first
   */
  withTimeout<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export const systemClock: Clock = {
  now: Date.now,
  // `performance` and `timers/promises` would do the same, but node takes a millisecond or two to load them.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  withTimeout: async (milliseconds, work) => {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // Unlike AbortSignal.timeout(), this timer keeps the process alive: node must not end before there is an outcome.
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new TimeoutError(milliseconds);
        reject(error);
        controller.abort(error);
      }, milliseconds);
    });
    try {
      return await Promise.race([work(controller.signal), over]);
    } finally {
      clearTimeout(timer);
    }
  },
};
