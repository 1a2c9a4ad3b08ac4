// How the demo is watched: the ladder or the events as they happen, and the summary when it is over.
import type { TraceEvent } from '../trace/events.ts';
import { Recorder } from '../trace/recorder.ts';
import { type ConnectionSummary, Summary } from '../trace/summary.ts';
import { formatSummary } from '../trace/summary-text.ts';
import { type LadderSides, ladderTo } from './tracing.ts';

export class DemoTrace {
  readonly recorder = new Recorder();
  private readonly summary = new Summary();
  private readonly json: boolean;
  private readonly ladder: ReturnType<typeof ladderTo>;
  private readonly stop: () => void;
  private start = Number.NaN;

  constructor(json: boolean, sides: LadderSides) {
    this.json = json;
    this.ladder = ladderTo(process.stdout, sides);
    this.stop = this.recorder.listen((event) => this.event(event));
  }

  /** The first connection; null: there was none. */
  get connection(): ConnectionSummary | null {
    return this.summary.connections()[0] ?? null;
  }

  /** A line that is no event: on stdout with the ladder, else out of the events' way. */
  say(line: string): void {
    (this.json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  /** Nothing that happens from here on is shown: it is only the demo that clears away. */
  end(): void {
    this.stop();
    this.ladder.flush();
  }

  /** `fault`: what the exchange lacks; empty = it is complete, which a reset that was asked for can be as well. */
  print(connection: ConnectionSummary, fault: string, remarks: readonly string[]): void {
    if (this.json) {
      process.stdout.write(`${JSON.stringify({ kind: 'summary', ...connection, fault })}\n`);
      return;
    }
    const lines = formatSummary(connection, this.start, performance.now());
    lines.splice(-1, 1, `  exchange    ${fault === '' ? 'complete' : `not complete: ${fault}`}`);
    for (const line of ['', ...lines, ...remarks]) this.say(line);
  }

  private event(event: TraceEvent): void {
    this.summary.event(event);
    if (this.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    // Neither is what the kernel says to all of a new network part of the exchange.
    if (event.connection === null) return;
    if (Number.isNaN(this.start)) this.start = event.t;
    if (!this.json) this.ladder.event(event);
  }
}

/** Neither end has anything to do any more: each is CLOSED, or waits in TIME-WAIT. */
export function isOver({ client, server }: ConnectionSummary): boolean {
  return [client, server].every(({ state }) => state === 'CLOSED' || state === 'TIME-WAIT');
}
