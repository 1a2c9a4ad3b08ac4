// The two number spaces of a connection: a script begins where its SYN lines say, mostly at zero, and the stack
// where it likes. `live` is what packets hold, `script` what the script says; both 0 to 2^32 - 1.

/**
 * Live minus script, for the numbers of the peer that the script plays. Not zero, so that these numbers wrap in
 * nearly every script: a stack that compares them wrongly is found out.
 */
const PEER_SHIFT = 0xfffff000;

/** Whose sequence space a number lies in. */
export type Space = 'ours' | 'peer';

export class Numbers {
  /** Live minus script, for what the stack numbers; 0 until its first SYN says. */
  private shift = 0;
  /** The next SYN of the stack opens a connection whose initial sequence number is not known yet. */
  private unknown = true;
  /** Timestamps of the stack, by the value that the script has for them, and the other way. */
  private readonly liveStamps = new Map<number, number>();
  private readonly scriptStamps = new Map<number, number>();
  /** The first pair of them; null: none left yet. */
  private firstStamp: { readonly script: number; readonly live: number } | null = null;
  /** Window scale of the stack as it said it, and as the script says it did; 0 = none. */
  liveScale = 0;
  scriptScale = 0;
  /** The peer's SYN had a window scale: those two hold (RFC 7323 §2.2). */
  peerScales = false;

  /** A connection of the stack's begins: its initial sequence number will be another. */
  renew(): void {
    this.unknown = true;
  }

  /** The stack sent a SYN, which the script numbers `script`. */
  synLeft(script: number, live: number): void {
    if (!this.unknown) return;
    this.unknown = false;
    this.shift = (live - script) >>> 0;
  }

  toLive(script: number, space: Space): number {
    return (script + (space === 'ours' ? this.shift : PEER_SHIFT)) >>> 0;
  }

  toScript(live: number, space: Space): number {
    return (live - (space === 'ours' ? this.shift : PEER_SHIFT)) >>> 0;
  }

  /** The stack sent timestamp `live` where the script has `script`. */
  stampLeft(script: number, live: number): void {
    this.liveStamps.set(script, live);
    this.scriptStamps.set(live, script);
    this.firstStamp ??= { script, live };
  }

  /**
   * What the script's `ecr` is on the wire; null: no timestamp that left has this value. `scaled`: count from the
   * first that left instead (`--tcp_ts_ecr_scaled`).
   */
  echoToLive(script: number, scaled: boolean): number | null {
    const known = this.liveStamps.get(script);
    if (known !== undefined) return known;
    if (script === 0) return 0;
    if (!scaled || this.firstStamp === null) return null;
    return (this.firstStamp.live + script - this.firstStamp.script) >>> 0;
  }

  /** The script's value for a timestamp that left; its own value when the script had none for it. */
  stampToScript(live: number): number {
    return this.scriptStamps.get(live) ?? live;
  }

  /**
   * How much more than the script says the stack's timestamp clock has moved since its first timestamp, in ticks;
   * 0 if this is the first.
   */
  stampDrift(script: number, live: number): number {
    if (this.firstStamp === null) return 0;
    return (live - this.firstStamp.live - (script - this.firstStamp.script)) | 0;
  }
}
