// Tests that need TUN devices: run in a private network namespace (`npm test` enters one), elsewhere skipped with
// the reason printed. With CI=true nothing is skipped: the reason is thrown.

import { beforeAll, describe } from 'vitest';
import type { LinkReceiver } from '../../src/host/link.ts';
import { raiseLoopback } from '../../src/node/interface-config.ts';
import { inPrivateNamespace, tunAvailable } from '../../src/node/namespace.ts';
import type { ChecksumState, Packet } from '../../src/wire/packet.ts';

/** `describe`, where the tests may make TUN devices. Give each file names and subnets of its own. */
export function describeTun(name: string, body: () => void): void {
  const reason = obstacle();
  if (reason === null) {
    describe(name, () => {
      beforeAll(() => raiseLoopback());
      body();
    });
    return;
  }
  if (process.env.CI === 'true') throw new Error(`TUN tests cannot run, and CI skips none: ${reason}`);
  process.stderr.write(`skipped: ${name}: ${reason}\n`);
  describe.skip(`${name} (${reason})`, body);
}

function obstacle(): string | null {
  const tun = tunAvailable();
  if (!tun.ok) return tun.reason;
  // Root could make them here, but a test has no business in the machine's own network.
  return inPrivateNamespace()
    ? null
    : 'not in a private network namespace; run `npm test` or `unshare -rn npx vitest`';
}

/** A packet as a link delivered it, copied. */
export interface Delivered {
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

/** Keeps everything that a link says. */
export class RecordingReceiver implements LinkReceiver {
  readonly packets: Delivered[] = [];
  flushes = 0;
  writables = 0;
  readonly downs: Error[] = [];
  #waiting: (() => void)[] = [];

  receive(packet: Packet): void {
    const { checksum, segmentSize } = packet;
    this.packets.push({ bytes: packet.bytes.slice(packet.start, packet.end), checksum, segmentSize });
  }

  flush(): void {
    this.flushes++;
    this.#wake();
  }

  writable(): void {
    this.writables++;
    this.#wake();
  }

  down(reason: Error): void {
    this.downs.push(reason);
    this.#wake();
  }

  /** The first delivered packet that `matches`, now or later; the test's time limit is the limit. */
  async packet(matches: (delivered: Delivered) => boolean): Promise<Delivered> {
    await this.until(() => this.packets.some(matches));
    return this.packets.find(matches)!;
  }

  /** Resolves when `condition` holds after something was delivered. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
