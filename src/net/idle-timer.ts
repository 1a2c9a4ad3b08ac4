// socket.setTimeout: fires after a time without activity, and does not keep the process running.

export class IdleTimer {
  private timer: NodeJS.Timeout | null = null;

  /** `ms` 0 = never. */
  set(ms: number, fire: () => void): void {
    this.stop();
    if (ms > 0) this.timer = setTimeout(fire, ms).unref();
  }

  /** There was activity. A timer that fired starts again. */
  touch(): void {
    this.timer?.refresh();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
