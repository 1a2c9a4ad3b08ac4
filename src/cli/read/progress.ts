// How much of a file was read, and how fast; nothing where stderr is no terminal.
import { statSync } from 'node:fs';

export class Progress {
  private readonly shown = process.stderr.isTTY === true;
  private readonly size: number;
  private readonly start = performance.now();
  private bytes = 0;
  private next = 0;

  constructor(file: string) {
    this.size = file === '-' ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  }

  step(bytes: number): void {
    this.bytes += bytes;
    const now = performance.now();
    if (!this.shown || now < this.next) return;
    this.next = now + 100;
    const share = this.size === 0 ? '' : `${Math.floor((100 * this.bytes) / this.size)} %, `;
    const rate = this.bytes / 1e6 / Math.max((now - this.start) / 1000, 0.001);
    process.stderr.write(`\r\x1b[K${share}${(this.bytes / 1e6).toFixed(0)} MB, ${rate.toFixed(0)} MB/s`);
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K');
  }
}
