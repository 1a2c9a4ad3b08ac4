// `--redact`: nothing of what was said, and nobody's address, is left; everything else is.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionPcapng } from '../../../src/trace/export/pcapng.ts';
import { Redaction } from '../../../src/trace/export/redaction.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { Address } from '../../../src/wire/address.ts';
import { joinBytes, pcap } from '../../wire/captures.ts';
import { capture, OPENED } from '../reader/exchange.ts';
import { ipv4, ipv6, sealed, tcp } from '../reader/frames.ts';
import { keptExchange, keptOf } from '../reader/kept.ts';
import { conversation } from '../reader/truth.ts';
import { damaged } from './support.ts';

const key = (n: number): Uint8Array => new Uint8Array(16).fill(n);
const KEY = key(7);

const v4 = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((word) => new Address(4, 0, 0, 0xffff, word));
const v6 = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 4, maxLength: 4 })
  .map(([a, b, c, d]) => new Address(6, a!, b!, c!, d!));

const bitsOf = ({ family, a, b, c, d }: Address): string =>
  (family === 4 ? [d] : [a, b, c, d]).map((word) => (word >>> 0).toString(2).padStart(32, '0')).join('');

function shared(one: Address, two: Address): number {
  const [first, second] = [bitsOf(one), bitsOf(two)];
  let n = 0;
  while (n < first.length && first[n] === second[n]) n++;
  return n;
}

describe('addresses', () => {
  test.each([
    ['IPv4', v4],
    ['IPv6', v6],
  ] as const)(
    '%s: those that share n bits share n bits afterwards, and the first octet stays',
    (_name, address) => {
      fc.assert(
        fc.property(address, fc.nat(127), address, (one, bit, other) => {
          const redaction = new Redaction(KEY);
          // Two with a long prefix in common, and two that have none.
          const words = [one.a, one.b, one.c, one.d];
          const at = one.family === 4 ? 96 + (bit % 32) : bit;
          words[at >> 5] = words[at >> 5]! ^ (1 << (31 - (at & 31)));
          const near = new Address(one.family, words[0]!, words[1]!, words[2]!, words[3]!);
          for (const two of [near, other]) {
            expect(shared(redaction.address(one), redaction.address(two))).toBe(shared(one, two));
          }
          expect(bitsOf(redaction.address(one)).slice(0, 8)).toBe(bitsOf(one).slice(0, 8));
        }),
      );
    },
  );

  test('the same key gives the same addresses, another gives others', () => {
    const address = Address.parse('10.1.2.3')!;
    const name = new Redaction(KEY).address(address).toString();
    expect(new Redaction(key(7)).address(address).toString()).toBe(name);
    expect(new Redaction(key(8)).address(address).toString()).not.toBe(name);
  });

  test('endpoints keep their ports', () => {
    const redaction = new Redaction(KEY);
    expect(redaction.endpoint('10.1.2.3:443')).toMatch(/^10\.\d+\.\d+\.\d+:443$/);
    expect(redaction.endpoint('[2001:db8::1]:80')).toMatch(/^\[20[0-9a-f:]+\]:80$/);
  });
});

/** Whether `needle` is somewhere in `bytes`. */
const holds = (bytes: Uint8Array, needle: readonly number[]): boolean =>
  Buffer.from(bytes).includes(Buffer.from(needle));

describe('packets', () => {
  const SECRET = [...'hunter2 is the password'].map((letter) => letter.charCodeAt(0));

  test('no address, no text and no secret option is left, and both checksums are right', () => {
    const options = [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1];
    const segment = [...tcp(0, options), ...SECRET];
    const bytes = sealed(ipv4(segment));
    const file = pcap(101, [{ s: 1, fraction: 0, data: bytes }]);
    const [kept] = keptOf(file);
    const redacted = new Redaction(KEY).connection(kept!);
    const written = connectionPcapng(redacted, ENGLISH);
    for (const secret of [SECRET, [10, 0, 0, 1], [10, 0, 0, 2], [1, 2, 3, 4, 5, 6, 7, 8]]) {
      expect(holds(connectionPcapng(kept!, ENGLISH), secret)).toBe(true);
      expect(holds(written, secret)).toBe(false);
    }
    expect(JSON.stringify(redacted.summary)).not.toMatch(/10\.0\.0\.[12]:/);
    const [again] = keptOf(written);
    expect(again!.packets[0]!.flags).toBe(kept!.packets[0]!.flags);
    expect(again!.packets[0]!.segment.length).toBe(SECRET.length);
    expect(again!.packets[0]!.bytes.subarray(-SECRET.length)).toEqual(new Uint8Array(SECRET.length));
  });

  test('IP options and extension headers, which may list addresses, are taken away', () => {
    const route = [7, 7, 4, 10, 9, 8, 7, 0];
    const hop = [6, 0, 1, 4, 10, 9, 8, 7];
    const padded = ipv6([...hop, ...tcp(4)], 0);
    for (const data of [ipv4(tcp(4), { options: route }), padded]) {
      const [kept] = keptOf(pcap(101, [{ s: 1, fraction: 0, data }]));
      const { bytes, tcpStart } = new Redaction(KEY).connection(kept!).packets[0]!;
      expect(holds(bytes, [10, 9, 8, 7])).toBe(false);
      expect(bytes.length).toBe(tcpStart + 24);
      expect(keptOf(pcap(101, [{ s: 1, fraction: 0, data: bytes }]))[0]!.packets[0]!.flags).toBe(0);
    }
  });

  test('what the capture cut stays cut, with the checksum of the whole', () => {
    const whole = sealed(ipv4(tcp(1000)));
    const file = pcap(101, [{ s: 1, fraction: 0, data: whole.subarray(0, 60), length: whole.length }]);
    const [packet] = new Redaction(KEY).connection(keptOf(file)[0]!).packets;
    expect([packet!.bytes.length, packet!.wireLength]).toEqual([60, whole.length]);
    const filled = joinBytes(packet!.bytes, new Uint8Array(whole.length - 60));
    const [again] = keptOf(pcap(101, [{ s: 1, fraction: 0, data: filled }]));
    expect(again!.summary.client.flags).toEqual({});
  });

  test('the analysis says the same of what is left', () => {
    for (let seed = 0; seed < 12; seed++) {
      const file = conversation(seed, { loss: 0.1, jitter: 10, duplicate: 0.05, reorder: 0.1 }).capture;
      for (const kept of keptOf(file)) {
        const [again] = keptOf(connectionPcapng(new Redaction(KEY).connection(kept), ENGLISH));
        expect(
          again!.packets.map(({ flags }) => flags),
          `seed ${seed}`,
        ).toEqual(kept.packets.map(({ flags }) => flags));
        expect(again!.summary.history).toBe(kept.summary.history);
      }
    }
  });

  test('hostile captures: whatever is read can be redacted, and read again', () => {
    const sound = capture([...OPENED, '+5 > P. 1:101 ack 1', '+20 < . 1:1 ack 101']);
    for (let seed = 0; seed < 400; seed++) {
      for (const kept of keptOf(damaged(sound, seed))) {
        const written = connectionPcapng(new Redaction(KEY).connection(kept), ENGLISH);
        const again = keptOf(written).reduce((sum, { packets }) => sum + packets.length, 0);
        expect(again, `seed ${seed}`).toBe(kept.packets.length);
      }
    }
  });

  test('one that is kept alone is not changed', () => {
    const kept = keptExchange(OPENED);
    const bytes = kept.packets.map((packet) => packet.bytes.slice());
    new Redaction(KEY).connection(kept);
    expect(kept.packets.map((packet) => packet.bytes)).toEqual(bytes);
  });
});
