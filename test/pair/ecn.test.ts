// RFC 3168 between two hosts: a bottleneck that marks where it would drop.

import { describe, expect, test } from 'vitest';
import { converge, expectStreams, type Pair, type PairOptions, pair } from '../support/pair.ts';

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

describe.each(['cubic', 'reno'] as const)('%s over a queue that marks', (congestionControl) => {
  test.each([4, 6] as const)('IPv%i: marks hold the sender back where only loss would', (family) => {
    const t = transfer({ family, parameters: { ecn: 'request', congestionControl } });
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

test.each([0, 1, 2, 3, 4, 5])('super-segments, marks, loss and reordering together: seed %i', (seed) => {
  const t = transfer({
    seed,
    superSegment: 65_535,
    superSegments: seed % 2 === 0 ? 'cut' : 'whole',
    checksumOffload: true,
    mark: 0.05,
    loss: 0.01,
    reorder: { probability: 0.02, extraDelay: 10 },
    parameters: { ecn: 'request' },
  });
  // Few super-segments cross the path whole.
  if (seed % 2 === 0) expect(marked(t)).toBeGreaterThan(0);
});

test('every packet is marked: the transfer crawls, and ends', () => {
  const t = transfer({ mark: 1, parameters: { ecn: 'request' } });
  expect(resent(t)).toBe(0);
});
