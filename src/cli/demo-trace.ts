// How the demo is watched: the ladder or the events as they happen, and the summary when it is over.

import { type LadderSides, ladderTo } from '../node/ladder-output.ts';
import type { TraceEvent } from '../trace/events.ts';
import { Recorder } from '../trace/recorder.ts';
import { type ConnectionSummary, Summary } from '../trace/summary.ts';
import { formatSummary, summaryLine } from '../trace/summary-text.ts';
import type { Messages } from '../trace/text/messages.ts';
import { DEMO_TEXT } from './demo-text.ts';

export interface DemoTraceOptions extends LadderSides {
  /** Instead of the ladder: events, one JSON object per line. */
  readonly json: boolean;
  readonly time: 'real' | 'virtual';
  readonly messages: Messages;
}

/** What an exchange was, beside its connection. */
export interface Outcome {
  /** On the clock of the events, milliseconds. */
  readonly now: number;
  /** Empty: there was none. */
  readonly request: string;
  readonly response: string;
  /** What the exchange lacks; empty = it went as it was meant to, which can be with a reset. */
  readonly fault: string;
  /** How it went, where there is no fault. */
  readonly verdict: string;
  readonly remarks: readonly string[];
}

export class DemoTrace {
  readonly recorder = new Recorder(0);
  private readonly summary = new Summary();
  private readonly json: boolean;
  private readonly messages: Messages;
  /** What an end is called that is not observed. */
  private readonly other: string;
  private readonly ladder: ReturnType<typeof ladderTo>;
  private readonly stop: () => void;
  private start = Number.NaN;
  /** How many there were so far. */
  events = 0;

  constructor(options: DemoTraceOptions) {
    this.json = options.json;
    this.messages = options.messages;
    this.other = options.right === null ? options.rightTitle : '';
    this.ladder = ladderTo(process.stdout, options, options.messages, options.time);
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

  print(connection: ConnectionSummary, outcome: Outcome): void {
    const { now, request, response, fault, verdict, remarks } = outcome;
    if (this.json) {
      const summary = { kind: 'summary', ...connection, request, response, fault };
      process.stdout.write(`${JSON.stringify(summary)}\n`);
      return;
    }
    const lines = formatSummary(connection, this.start, now, this.messages, this.other);
    const text = DEMO_TEXT[this.messages.language];
    const { summary } = this.messages;
    const entry = (title: string, said: string): string => summaryLine(title, said, summary);
    const whole = fault === '' ? verdict : text.notComplete({ fault });
    lines.splice(-1, 1, entry(summary.titles.exchange, whole));
    lines.splice(
      1,
      0,
      entry(text.request, request || text.none),
      entry(text.response, response || text.none),
    );
    for (const line of ['', ...lines, ...remarks]) this.say(line);
  }

  private event(event: TraceEvent): void {
    this.events += 1;
    this.summary.event(event);
    if (this.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else this.ladder.event(event);
    // What the kernel says to all of a new network is no part of the exchange.
    if (event.connection !== null && Number.isNaN(this.start)) this.start = event.t;
  }
}

/** Neither end has anything to do any more: each is CLOSED, or waits in TIME-WAIT. */
export function isOver({ client, server }: ConnectionSummary): boolean {
  return [client, server].every(({ state }) => state === 'CLOSED' || state === 'TIME-WAIT');
}
