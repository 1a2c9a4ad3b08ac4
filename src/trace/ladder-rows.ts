// Writes the rows of a ladder: the time since the first event, which states to name, silence in between.

import type { Draft, Lane } from './ladder-draft.ts';
import type { LadderLayout, Side } from './ladder-layout.ts';
import type { Messages } from './text/messages.ts';

/** Both states are written again after so many rows without. */
const REMIND_AFTER = 16;
/** Silence from here on is drawn, milliseconds. */
const GAP = 1_000;

export class RowWriter {
  /** More than one connection has been seen: rows are tagged. */
  several = false;
  private readonly layout: LadderLayout;
  private readonly messages: Messages;
  private readonly write: (line: string) => void;
  private start = Number.NaN;
  private lastTime = 0;
  private lastLane: Lane | null = null;

  constructor(layout: LadderLayout, messages: Messages, write: (line: string) => void) {
    this.layout = layout;
    this.messages = messages;
    this.write = write;
  }

  /** The first call says when the time is 0, milliseconds. */
  begin(t: number): void {
    if (Number.isNaN(this.start)) this.start = t;
  }

  /** A connection begins: the name and the endpoint on each side. */
  header(lane: Lane, left: readonly [string, string], right: readonly [string, string]): void {
    if (!this.several) this.lines(this.layout.words(this.messages.ladder.legend, '   '));
    this.lines(this.layout.header(this.tag(lane), left, right));
    this.lastLane = null;
  }

  row(draft: Draft): void {
    this.gap(draft.t);
    const { body, lane, side, remarks } = draft;
    const major = draft.reasons.filter((reason) => !reason.minor);
    const reasons = major.length > 0 ? major : draft.reasons;
    const time = (draft.t - this.start).toFixed(3);
    const labels = this.labels(draft);
    this.lines(this.layout.row({ time, tag: this.tag(lane), ...labels, body, side, remarks, reasons }));
    this.lastLane = lane;
  }

  /** A sentence between the rows. */
  say(text: string): void {
    this.lines(this.layout.words(text.split(' '), ' '));
  }

  private lines(lines: readonly string[]): void {
    for (const line of lines) this.write(line);
  }

  private tag(lane: Lane | null): string {
    return lane !== null && this.several ? `#${lane.number}` : '';
  }

  /**
   * States are written where they change. As a reminder, in parentheses, they are written where the rows turn
   * to another connection, and now and then.
   */
  private labels({ lane, changed }: Draft): { left: string; right: string } {
    if (lane === null) return { left: '', right: '' };
    lane.unlabelled += 1;
    const remind = lane !== this.lastLane || lane.unlabelled > REMIND_AFTER;
    if (remind) lane.unlabelled = 0;
    const show = (side: Side): string => {
      if (changed.has(side)) return lane.state[side];
      return remind && lane.state[side] !== '' ? `(${lane.state[side]})` : '';
    };
    return { left: show('left'), right: show('right') };
  }

  private gap(t: number): void {
    const silence = t - this.lastTime;
    if (this.lastLane !== null && silence >= GAP) {
      this.write(this.layout.gap(this.messages.ladder.silence({ ms: silence })));
    }
    this.lastTime = t;
  }
}
