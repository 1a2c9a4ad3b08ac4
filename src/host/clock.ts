// Where a host gets its time from: Node's clock, or a virtual one that stands still until it is moved.

export interface Clock {
  /** Milliseconds from any origin, never going back. */
  now(): number;
  /**
   * Have `wake` called once `now() >= deadline`. A clock holds one alarm for each `wake` function: asking
   * again moves it, Infinity removes it.
   */
  alarm(wake: () => void, deadline: number): void;
}
