// Frames out of a capture file, pcap or pcapng as its first bytes say.

import type { CaptureFrame } from './capture-frame.ts';
import { PCAP_MICROSECONDS, PCAP_NANOSECONDS, type PcapFault, PcapReader } from './pcap.ts';
import { SECTION_HEADER } from './pcapng.ts';
import { type PcapngFault, PcapngReader } from './pcapng-reader.ts';

/** `magic`: neither format; `truncated`: the file ends within a record. The others are those of the formats. */
export type CaptureFault = PcapFault | PcapngFault | 'truncated';

const MAGICS: readonly number[] = [PCAP_MICROSECONDS, PCAP_NANOSECONDS, SECTION_HEADER];
const MAGIC_LENGTH = 4;

/**
 * Feed it with `push`, ask it with `next` until it says false, and `finish` it at the end of the file. Any bytes
 * give frames or a fault.
 */
export class CaptureReader {
  /** Why no more will come; null while the file is sound. */
  fault: CaptureFault | null = null;
  private reader: PcapReader | PcapngReader | null = null;
  /** What came before the format was known: fewer than MAGIC_LENGTH bytes. */
  private head = new Uint8Array(0);
  private frames = 0;

  /** Offset in the file of the first byte that was not read; with a fault, of what is broken. */
  get offset(): number {
    return this.reader?.offset ?? 0;
  }

  /** Null while it is not known. */
  get format(): 'pcap' | 'pcapng' | null {
    if (this.reader === null) return null;
    return this.reader instanceof PcapReader ? 'pcap' : 'pcapng';
  }

  /** Add the next bytes of the file; they are copied. Frames handed out are no longer valid. */
  push(bytes: Uint8Array): void {
    if (this.fault !== null) return;
    if (this.reader !== null) {
      this.reader.push(bytes);
      return;
    }
    const head = new Uint8Array(this.head.length + bytes.length);
    head.set(this.head);
    head.set(bytes, this.head.length);
    this.head = head;
    if (head.length < MAGIC_LENGTH) return;
    this.head = new Uint8Array(0);
    this.open(head);
  }

  /** The next frame; false: push more, or see `fault`. */
  next(into: CaptureFrame): boolean {
    const { reader } = this;
    if (reader === null) return false;
    const found = reader instanceof PcapReader ? reader.next(into) : reader.nextFrame(into);
    if (found) into.number = ++this.frames;
    else this.fault ??= reader.fault;
    return found;
  }

  /** The file ends here, and all its frames were taken. */
  finish(): void {
    const pending = this.reader === null ? this.head.length : this.reader.pending;
    if (this.reader === null) this.fault ??= 'magic';
    else if (pending > 0) this.fault ??= 'truncated';
  }

  private open(head: Uint8Array): void {
    const view = new DataView(head.buffer);
    const word = [view.getUint32(0, true), view.getUint32(0, false)].find((magic) => MAGICS.includes(magic));
    if (word === undefined) {
      this.fault = 'magic';
      return;
    }
    this.reader = word === SECTION_HEADER ? new PcapngReader() : new PcapReader();
    this.reader.push(head);
  }
}
