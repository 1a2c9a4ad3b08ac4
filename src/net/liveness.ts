// Keeps Node's event loop running while a socket or server that was not unref'd is open, whatever carries the
// host's packets: a memory link has no handle of its own, and a device's handle knows nothing of sockets.

const LONGEST_TIMER = 0x7fff_ffff;

export class Liveness {
  private holders = 0;
  private timer: NodeJS.Timeout | null = null;

  hold(): void {
    this.holders++;
    this.timer ??= setInterval(() => {}, LONGEST_TIMER);
  }

  release(): void {
    if (--this.holders > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

/** One socket's or server's part in it: it counts while it is open and wanted. */
export class Hold {
  private readonly liveness: Liveness;
  private open = false;
  private wanted = true;

  constructor(liveness: Liveness) {
    this.liveness = liveness;
  }

  set(open: boolean, wanted: boolean = this.wanted): void {
    const before = this.open && this.wanted;
    this.open = open;
    this.wanted = wanted;
    const after = open && wanted;
    if (after && !before) this.liveness.hold();
    else if (before && !after) this.liveness.release();
  }

  ref(): void {
    this.set(this.open, true);
  }

  unref(): void {
    this.set(this.open, false);
  }
}
