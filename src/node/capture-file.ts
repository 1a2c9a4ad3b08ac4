// Where a capture is written: whole blocks, gathered into larger writes.

import { closeSync, openSync, writeSync } from 'node:fs';

const BATCH = 1 << 18;

export class CaptureFile {
  private readonly path: string;
  private readonly failed: (error: Error) => void;
  /** -1: closed, or given up after a failed write. */
  private fd: number;
  private waiting: Uint8Array[] = [];
  private bytes = 0;

  /** `failed` hears, once, that the recording ends early. @throws Error if the file cannot be made. */
  constructor(path: string, failed: (error: Error) => void) {
    this.path = path;
    this.failed = failed;
    try {
      this.fd = openSync(path, 'w');
    } catch (error) {
      throw new Error(`cannot write ${path}: ${code(error)}`);
    }
  }

  /** Keeps the reference. */
  write(block: Uint8Array): void {
    if (this.fd < 0) return;
    this.waiting.push(block);
    this.bytes += block.length;
    if (this.bytes >= BATCH) this.flush();
  }

  close(): void {
    this.flush();
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  /** A disk that is full ends the recording, not the connections. */
  flush(): void {
    const { fd } = this;
    const data = Buffer.concat(this.waiting);
    this.waiting = [];
    this.bytes = 0;
    if (fd < 0) return;
    try {
      for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
    } catch (error) {
      closeSync(fd);
      this.fd = -1;
      this.failed(new Error(`${this.path} ends here: ${code(error)}`));
    }
  }
}

function code(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
