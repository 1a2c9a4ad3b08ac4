// RFC 3168 and AccECN (RFC 9768) between two hosts: a bottleneck that marks where it would drop.

import { describe, expect, test } from 'vitest';
import { decodeIpv4, encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { converge, expectStreams, type Pair, type PairOptions, pair, serverApp } from '../support/pair.ts';

const BYTES = 600_000;
/** 8 Mbit/s and 40 ms: 27 packets fill the path, 40 more the queue. */
const BOTTLENECK = { rate: 8_000_000, delay: 20, queuePackets: 40, markAbove: 10 };

function transfer(options: PairOptions): Pair {
  const t = pair({
    client: { bytes: BYTES, closing: 'when-sent', write: 50_000 },
    server: { bytes: 0, closing: 'after-peer' },
    ...BOTTLENECK,
    ...options,
  });
  converge(t);
  expectStreams(t, BYTES, 0);
  return t;
}

const resent = (t: Pair): number => t.apps.client.socket.info().counters.retransmissions;
const marked = ({ link }: Pair): number => link.aToB.counters.marked;

describe.each([
  ['request', 'cubic'],
  ['request', 'reno'],
  ['accurate', 'cubic'],
  ['accurate', 'reno'],
] as const)('%s, %s over a queue that marks', (ecn, congestionControl) => {
  test.each([4, 6] as const)('IPv%i: marks hold the sender back where only loss would', (family) => {
    const t = transfer({ family, parameters: { ecn, congestionControl } });
    expect(marked(t)).toBeGreaterThan(0);
    expect([resent(t), t.link.aToB.counters.lost['queue-full']]).toEqual([0, 0]);
    expect(t.apps.client.socket.info()).toMatchObject({ ecn: true });
    expect(t.apps.client.socket.info().deliveredCe).toBeGreaterThan(0);
    expect(t.apps.server?.socket.info()).toMatchObject({ ecn: true, ecnSeen: true });

    const without = transfer({ family, parameters: { ecn: 'off', congestionControl } });
    expect(marked(without)).toBe(0);
    expect(resent(without)).toBeGreaterThan(0);
  });
});

describe.each(['request', 'accurate'] as const)('%s', (ecn) => {
  test.each([0, 1, 2, 3, 4, 5])('super-segments, marks, loss and reordering together: seed %i', (seed) => {
    const t = transfer({
      seed,
      superSegment: 65_535,
      superSegments: seed % 2 === 0 ? 'cut' : 'whole',
      checksumOffload: true,
      mark: 0.05,
      loss: 0.01,
      reorder: { probability: 0.02, extraDelay: 10 },
      parameters: { ecn },
    });
    // Few super-segments cross the path whole.
    if (seed % 2 === 0) expect(marked(t)).toBeGreaterThan(0);
  });

  test('every packet is marked: the transfer crawls, and ends', () => {
    const t = transfer({ mark: 1, parameters: { ecn } });
    expect(resent(t)).toBe(0);
  });
});

describe('AccECN', () => {
  test.each(['cut', 'whole'] as const)(
    'super-segments %s: as many marks are told of as there were (9768.3, 9768.4)',
    (superSegments) => {
      const t = transfer({
        superSegment: 65_535,
        superSegments,
        checksumOffload: true,
        markAbove: 5,
        mark: 0.3,
        queuePackets: 1000,
        parameters: { ecn: 'accurate' },
      });
      const { deliveredCe } = t.apps.client.socket.info();
      const { cep } = serverApp(t).socket.connection.tcb.accEcn;
      expect(marked(t)).toBeGreaterThan(0);
      expect(deliveredCe).toBe(cep - 5);
    },
  );

  test.each([1, 2, 3])('both ways, no mark: none is imagined (9768.4): seed %i', (seed) => {
    const t = pair({
      seed,
      delay: 20,
      superSegment: 65_535,
      checksumOffload: true,
      client: { bytes: BYTES, closing: 'when-sent', write: 50_000 },
      server: { bytes: BYTES, closing: 'when-sent', write: 50_000 },
      parameters: { ecn: 'accurate' },
    });
    converge(t);
    expectStreams(t, BYTES, BYTES);
    expect(t.apps.client.socket.info()).toMatchObject({ ecnSeen: true, deliveredCe: 0 });
    expect(serverApp(t).socket.info()).toMatchObject({ ecnSeen: true, deliveredCe: 0 });
  });

  test('a path that clears the codepoint of all that is sent: as without ECN', () => {
    const t = pair({
      delay: 10,
      client: { bytes: 100_000, closing: 'when-sent' },
      server: { bytes: 0, closing: 'after-peer' },
      parameters: { ecn: 'accurate' },
      filter: (packet) => {
        const header = new Ipv4Header();
        decodeIpv4(packet.bytes, packet.start, packet.end, header);
        header.trafficClass &= ~3;
        encodeIpv4(header, packet.bytes, packet.start);
        return 'pass';
      },
    });
    converge(t);
    expectStreams(t, 100_000, 0);
    expect(serverApp(t).socket.info()).toMatchObject({ ecnSeen: false });
  });
});
