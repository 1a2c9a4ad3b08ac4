// socket.trace(): the recording of one socket's connection, by observers of that connection alone. Others of its host
// pay nothing for it.

import { combined } from '../host/observers.ts';
import type { HostProbe } from '../host/probe.ts';
import { checkFinite, checkInteger, checkOptions, invalidType } from '../lib/check.ts';
import { CaptureFile } from '../node/capture-file.ts';
import { type LadderOutput, ladderTo } from '../node/ladder-output.ts';
import { messagesIn } from '../node/language.ts';
import type { TraceEvent, TraceListener } from '../trace/events.ts';
import { Ladder } from '../trace/ladder.ts';
import { PcapngExport } from '../trace/pcapng-export.ts';
import { Recorder } from '../trace/recorder.ts';
import { LANGUAGES } from '../trace/text/language.ts';
import type { Language, Messages } from '../trace/text/messages.ts';
import type { Transport } from './transport.ts';

/** What `socket.trace` is asked for. */
export interface TraceOptions {
  /** Events that are kept, the latest; by default 10,000. Infinity: all of them. */
  readonly keep?: number;
  /** Where each row of the ladder is written as it happens, such as `process.stderr`. */
  readonly ladder?: LadderOutput;
  /** A capture of the packets, our reasons as comments, for Wireshark: the file's name, or what takes its bytes. */
  readonly pcapng?: string | ((bytes: Uint8Array) => void);
  /** In a capture, what the host's clock counts from: milliseconds since 1970; by default that of this process. */
  readonly epoch?: number;
  /** Of ladders and of a capture's comments: `en`, the default, or `ko`. */
  readonly language?: Language;
}

/** How a ladder is drawn. */
export interface LadderStyle {
  /** Columns; by default 100, at least 72. */
  readonly width?: number;
  /** ANSI colours; by default none. */
  readonly color?: boolean;
}

const OPTIONS: Readonly<Record<keyof TraceOptions, true>> = {
  keep: true,
  ladder: true,
  pcapng: true,
  epoch: true,
  language: true,
};

const WIDTH = 100;
const SIDES = { left: 'socket', right: null, rightTitle: 'peer' } as const;

/** Captures that are not finished when the process ends are so then. */
const unfinished = new Set<() => void>();
const finishAll = (): void => {
  for (const finish of unfinished) finish();
};

/** The recording of one socket's connection; it has come from `socket.trace`. */
export class SocketTrace implements AsyncIterable<TraceEvent> {
  /** @internal What the connection tells. */
  readonly observer: HostProbe;
  private readonly recorder: Recorder;
  private readonly messages: Messages;
  private readonly stopped: () => void;
  private readonly finishers: (() => void)[] = [];
  private readonly transports = new Set<Transport>();
  /** Connections that have neither ended nor reached TIME-WAIT. */
  private readonly live = new Set<number | null>();
  /** The socket will open no other connection. */
  private closed = false;
  private over = false;
  private waiting: (() => void)[] = [];

  /** @internal */
  constructor(options: TraceOptions, stopped: () => void) {
    checkOptions('trace', options, OPTIONS);
    const { keep, ladder, pcapng, epoch = performance.timeOrigin, language = 'en' } = options;
    if (keep !== undefined) checkInteger('keep', keep, 0, Number.POSITIVE_INFINITY);
    if (pcapng !== undefined && typeof pcapng !== 'string' && typeof pcapng !== 'function') {
      throw invalidType('pcapng', 'the name of a file, or a function', pcapng);
    }
    checkFinite('epoch', epoch, 0);
    if (!LANGUAGES.includes(language)) throw invalidType('language', LANGUAGES.join(' or '), language);
    this.messages = messagesIn(language);
    this.stopped = stopped;
    this.recorder = new Recorder(keep);
    const capture = pcapng === undefined ? null : this.openCapture(pcapng, epoch);
    this.observer = combined(this.recorder.probeFor(SIDES.left), capture)!;
    if (ladder !== undefined) {
      const { event, flush } = ladderTo(ladder, SIDES, this.messages);
      this.recorder.listen(event);
      this.finishers.push(flush);
    }
    this.recorder.listen((event) => this.follow(event));
  }

  /** What has happened so far, oldest first; the latest of it, if that is more than is kept. */
  get events(): readonly TraceEvent[] {
    return this.recorder.events;
  }

  /** Events that are no longer kept. */
  get forgotten(): number {
    return this.recorder.forgotten;
  }

  /** Hear every event from now on. Returns how to stop. */
  listen(listener: TraceListener): () => void {
    return this.recorder.listen(listener);
  }

  /** What is kept, drawn as a ladder: lines of text, the peer's states as they follow from its segments. */
  ladder({ width = WIDTH, color = false }: LadderStyle = {}): string {
    let text = '';
    const write = (line: string): void => {
      text += `${line}\n`;
    };
    const ladder = new Ladder({ ...SIDES, messages: this.messages, width, color, write });
    for (const event of this.events) ladder.event(event);
    ladder.flush();
    return text;
  }

  /** The recording ends: what is kept stays, and a capture is complete. */
  stop(): void {
    for (const transport of this.transports) transport.unobserve(this.observer);
    this.stopped();
    this.finish();
  }

  /** `stop`, at the end of a scope. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /**
   * Every event that is kept, and then each as it happens, until the connection is closed or in TIME-WAIT, or the
   * recording is stopped. Who reads more slowly than events are forgotten misses those.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TraceEvent, void, undefined> {
    let last = 0;
    for (;;) {
      const { events } = this;
      const news = events.slice(events.findLastIndex(({ id }) => id <= last) + 1);
      for (const event of news) {
        last = event.id;
        yield event;
      }
      if (news.length > 0) continue;
      if (this.over) return;
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
  }

  /** @internal The socket has this connection now, which has been told of `observer`. */
  begins(transport: Transport): void {
    this.transports.add(transport);
  }

  /** @internal The socket is closed; its connection may have to see to its end. */
  closes(): void {
    this.closed = true;
    this.endIfOver();
  }

  private follow(event: TraceEvent): void {
    if (event.kind === 'connection') this.live.add(event.connection);
    else if (event.kind === 'state' && (event.to === 'CLOSED' || event.to === 'TIME-WAIT')) {
      this.live.delete(event.connection);
      // The last segment of a connection leaves after its state has changed.
      setImmediate(() => this.endIfOver());
    }
    this.wake();
  }

  private endIfOver(): void {
    if (this.closed && this.live.size === 0) this.finish();
  }

  private finish(): void {
    this.over = true;
    for (const finish of this.finishers) finish();
    this.wake();
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  private openCapture(target: string | ((bytes: Uint8Array) => void), epoch: number): HostProbe {
    if (typeof target === 'function') {
      const capture = new PcapngExport(target, this.messages, epoch);
      this.finishers.push(() => capture.flush());
      return capture;
    }
    const file = new CaptureFile(target, (error) => process.emitWarning(error));
    const capture = new PcapngExport((block) => file.write(block), this.messages, epoch);
    const finish = (): void => {
      capture.flush();
      file.close();
      unfinished.delete(finish);
      if (unfinished.size === 0) process.off('exit', finishAll);
    };
    if (unfinished.size === 0) process.on('exit', finishAll);
    unfinished.add(finish);
    this.finishers.push(finish);
    return capture;
  }
}
