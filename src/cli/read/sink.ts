// Where an export goes: a file that must not be there yet, or the standard output.
import { createWriteStream, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Messages } from '../../trace/text/messages.ts';
import { CommandError } from '../exit.ts';

export const STDOUT = '-';

export class Sink {
  private readonly file: string;
  /** Null: nothing was written yet. */
  private stream: Writable | null = null;
  private readonly messages: Messages;
  private failure: string | null = null;

  /** @throws CommandError if `file` is there and must not be replaced; a device or a pipe may be. */
  constructor(file: string, force: boolean, messages: Messages) {
    this.file = file;
    this.messages = messages;
    const isThere = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    if (file !== STDOUT && isThere && !force) throw new CommandError(messages.exports.exists({ file }));
  }

  write(data: string | Uint8Array): void {
    if (this.failure === null) this.open().write(data);
  }

  /** Resolves when so much was taken that more may come. @throws CommandError if it can't be written */
  async ready(): Promise<void> {
    this.check();
    const { stream } = this;
    if (stream?.writableNeedDrain !== true) return;
    await new Promise<void>((resolve) => {
      stream.once('drain', resolve);
      stream.once('close', resolve);
    });
    this.check();
  }

  /** Resolves when all is written. @throws CommandError if it can't be */
  async close(): Promise<void> {
    if (this.file === STDOUT) return;
    const stream = this.open();
    stream.end();
    await finished(stream).catch(() => {}); // `failure` has the reason
    this.check();
  }

  private open(): Writable {
    if (this.stream !== null) return this.stream;
    this.stream = this.file === STDOUT ? process.stdout : createWriteStream(this.file);
    this.stream.on('error', (error: NodeJS.ErrnoException) => {
      this.failure ??= error.code ?? error.message;
    });
    return this.stream;
  }

  private check(): void {
    const { failure: code, file } = this;
    if (code !== null) throw new CommandError(this.messages.exports.unwritable({ file, code }));
  }
}
