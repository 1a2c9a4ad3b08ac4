// How much of a capture was read, and how fast: a bar on a terminal while it lasts, the rate at the end.

import { cellsOf } from './cells.ts';

const BAR = 24;
/** Drawn no more often, milliseconds. */
export const PROGRESS_EVERY = 100;
/** What is read faster is not worth a word, milliseconds. */
const WORTH_SAYING = 1000;

/** The file being read for something. */
export interface Task {
  aborted: boolean;
  /** Of the file, so far. */
  bytes: number;
  /** When it began, and when its progress is shown next; milliseconds. */
  readonly start: number;
  next: number;
}

/** `[######      ] 50 %, 512 MB, 498 MB/s`. `size`: of the file; 0: not known. */
export function progressText(bytes: number, size: number, ms: number): string {
  const megabytes = bytes / 1e6;
  const rate = megabytes / Math.max(ms / 1000, 0.001);
  const said = `${megabytes.toFixed(0)} MB, ${rate.toFixed(0)} MB/s`;
  if (size === 0) return said;
  const share = Math.min(bytes / size, 1);
  const bar = '#'.repeat(Math.floor(share * BAR)).padEnd(BAR);
  return `[${bar}] ${Math.floor(100 * share)} %, ${said}`;
}

/** On stderr; nothing where that is no terminal. */
export class Progress {
  private readonly shown = process.stderr.isTTY === true;
  private readonly size: number;
  private readonly start = performance.now();
  private bytes = 0;
  private next = PROGRESS_EVERY;

  constructor(size: number) {
    this.size = size;
  }

  readonly step = (bytes: number): void => {
    this.bytes = bytes;
    const elapsed = performance.now() - this.start;
    if (!this.shown || elapsed < this.next) return;
    this.next = elapsed + PROGRESS_EVERY;
    const text = progressText(bytes, this.size, elapsed);
    // A line that wrapped could not be taken back.
    if (cellsOf(text) < (process.stderr.columns ?? 80)) process.stderr.write(`\r\x1b[K${text}`);
  };

  /** The bar goes; `rate` says what came of it, if it took a while. */
  end(rate: (megabytes: number, ms: number) => string): void {
    if (!this.shown) return;
    const elapsed = performance.now() - this.start;
    process.stderr.write('\r\x1b[K');
    if (elapsed >= WORTH_SAYING) process.stderr.write(`${rate(this.bytes / 1e6, elapsed)}\n`);
  }
}
