// The descriptors of the program under test. A script chooses their numbers: whatever a call returned first is
// known by the number that the script expected of it.

import type { Epoll } from './epoll.ts';
import type { SocketFile } from './sockets.ts';

export type OpenFile = SocketFile | Epoll;

export class FileTable {
  private readonly files = new Map<number, OpenFile>();

  /** False: the script gave this number to a file that is still open. */
  add(fd: number, file: OpenFile): boolean {
    if (this.files.has(fd)) return false;
    this.files.set(fd, file);
    return true;
  }

  /** Null: EBADF. */
  get(fd: number): OpenFile | null {
    return this.files.get(fd) ?? null;
  }

  /** Forget `fd`; every epoll set forgets its file. */
  remove(fd: number): OpenFile | null {
    const file = this.files.get(fd) ?? null;
    this.files.delete(fd);
    for (const other of this.files.values()) {
      if (other.kind === 'epoll' && file !== null) other.forget(file);
    }
    return file;
  }

  /** With their numbers. */
  entries(): IterableIterator<[number, OpenFile]> {
    return this.files.entries();
  }

  [Symbol.iterator](): IterableIterator<OpenFile> {
    return this.files.values();
  }
}
