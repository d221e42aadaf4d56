/** Work that wasn't done in its time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  /** @param milliseconds that the work was given */
  constructor(milliseconds: number) {
    super(`no answer within ${(milliseconds / 1000).toFixed(1)} s`);
  }
}

/** The current time and timers; a test brings its own. */
export interface Clock {
  /** Milliseconds since 1970 on the runner's clock, which may be wrong. */
  now(): number;
  /** Milliseconds on a clock that is never set: for durations. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * Runs work that ends with its signal at the latest.
   *
   * @throws TimeoutError when the time is over first
   */
  withTimeout<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  withTimeout: async (milliseconds, work) => {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // Unlike AbortSignal.timeout(), this timer keeps the process alive: Node must not end before there is a result.
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
