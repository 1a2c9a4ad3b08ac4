// The terminal that a viewer runs on: its own screen, keys one by one, and everything as it was found at the end,
// whatever the end is: a key, a signal, an exception, or Ctrl-Z for a while.

import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Size } from './cells.ts';
import { type Key, KeyDecoder } from './keys.ts';
import { type Frame, Painter } from './painter.ts';

/** The other screen; no cursor; lines that are too long are cut. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

/** Of the standard output. */
const DESCRIPTOR = 1;
/** So long an ESC may take to become a sequence, milliseconds: slow lines deliver it in pieces. */
const ESCAPE_DELAY = 60;
/** Whoever can't be stopped, as nobody could make it go on, goes on; milliseconds. */
const STOP_DELAY = 100;

export interface TerminalUser {
  readonly key: (key: Key) => void;
  readonly draw: (size: Size) => Frame;
}

export class Terminal {
  private readonly input: ReadStream;
  private readonly output: WriteStream;
  private readonly user: TerminalUser;
  private readonly painter = new Painter();
  private readonly decoder = new KeyDecoder();
  private escape: NodeJS.Timeout | null = null;
  private stopping: NodeJS.Timeout | null = null;
  private isOpen = false;
  private isDue = false;

  constructor(input: ReadStream, output: WriteStream, user: TerminalUser) {
    this.input = input;
    this.output = output;
    this.user = user;
  }

  open(): void {
    this.input.setEncoding('utf8');
    this.input.on('data', this.read);
    this.output.on('resize', this.resize);
    process.on('SIGTSTP', this.stop);
    process.on('SIGCONT', this.proceed);
    // The last resort: nothing asynchronous runs any more.
    process.on('exit', this.restore);
    this.enter();
  }

  /** The terminal is as it was found; nothing more is heard of it. */
  close(): void {
    this.restore();
    this.input.off('data', this.read);
    this.input.pause();
    this.output.off('resize', this.resize);
    process.off('SIGTSTP', this.stop);
    process.off('SIGCONT', this.proceed);
    process.off('exit', this.restore);
    for (const timer of [this.escape, this.stopping]) if (timer !== null) clearTimeout(timer);
  }

  /** What is to be seen has changed; several changes at once are one frame. */
  update(): void {
    if (this.isDue || !this.isOpen) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.paint();
    });
  }

  /** Write everything again. */
  redraw(): void {
    this.painter.forget();
    this.update();
  }

  /** As Ctrl-Z does it to other programs: with all of its process group, so that the shell notices. */
  readonly stop = (): void => {
    if (!this.isOpen) return;
    this.restore();
    process.off('SIGTSTP', this.stop);
    process.kill(0, 'SIGTSTP');
    this.stopping = setTimeout(this.proceed, STOP_DELAY);
  };

  private get size(): Size {
    return { columns: this.output.columns || 80, rows: this.output.rows || 24 };
  }

  private enter(): void {
    this.isOpen = true;
    this.input.setRawMode(true);
    this.input.resume();
    this.output.write(ENTER);
    this.redraw();
  }

  private readonly restore = (): void => {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.input.setRawMode(false);
    try {
      writeSync(DESCRIPTOR, LEAVE);
    } catch {
      // The terminal has gone, or takes nothing: what waits to be written ends with the same.
      this.output.write(LEAVE);
    }
  };

  private readonly proceed = (): void => {
    if (this.stopping !== null) clearTimeout(this.stopping);
    this.stopping = null;
    process.off('SIGTSTP', this.stop);
    process.on('SIGTSTP', this.stop);
    // Someone else may have had it meanwhile, in another mode.
    if (this.isOpen) this.input.setRawMode(false);
    this.enter();
  };

  private readonly read = (text: string): void => {
    if (this.escape !== null) clearTimeout(this.escape);
    this.escape = null;
    for (const key of this.decoder.push(text)) this.user.key(key);
    if (!this.decoder.isWaiting) return;
    this.escape = setTimeout(() => {
      this.escape = null;
      for (const key of this.decoder.flush()) this.user.key(key);
    }, ESCAPE_DELAY);
  };

  private readonly resize = (): void => this.redraw();

  private paint(): void {
    if (!this.isOpen) return;
    // A slow line gets the latest frame, not each of them.
    if (this.output.writableNeedDrain) {
      this.output.once('drain', () => this.update());
      return;
    }
    const { size } = this;
    const written = this.painter.paint(this.user.draw(size), size);
    if (written !== '') this.output.write(written);
  }
}
