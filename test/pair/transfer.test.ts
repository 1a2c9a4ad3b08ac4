// Two engines over a path that harms them: both streams arrive whole and both ends come to rest.

import { describe, expect, test } from 'vitest';
import type { NetworkLinkOptions } from '../../src/sim/network.ts';
import {
  converge,
  expectNothingLeft,
  expectStreams,
  type Pair,
  type PairOptions,
  pair,
} from '../support/pair.ts';

/** No give-up: under loss like this a segment may need many tries. */
const PATIENT = { r2: 1e9, r2Syn: 1e9, r2SynAck: 1e9 };

function transfer(options: PairOptions, clientBytes: number, serverBytes: number) {
  const t = pair({
    parameters: PATIENT,
    client: { bytes: clientBytes, closing: 'when-sent' },
    server: { bytes: serverBytes, closing: 'when-sent' },
    ...options,
  });
  converge(t);
  expectStreams(t, clientBytes, serverBytes);
  expectNothingLeft(t);
  return t;
}

/** How many packets the path harmed. */
function harmDone({ link, client, server }: Pair): number {
  const onPath = [link.aToB.counters, link.bToA.counters].map(
    ({ lost, duplicated, corrupted, delayed }) =>
      duplicated + corrupted + delayed + Object.values(lost).reduce((sum, count) => sum + count),
  );
  return onPath[0]! + onPath[1]! + client.counters.linkBusy + server.counters.linkBusy;
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

const paths: [string, number, NetworkLinkOptions][] = [
  ['a perfect path', 5, { delay: 10 }],
  ['no delay at all', 5, {}],
  ['1 % loss', 30, { delay: 10, loss: 0.01 }],
  ['10 % loss', 40, { delay: 10, loss: 0.1 }],
  ['loss in bursts', 30, { delay: 10, burstLoss: { enter: 0.02, leave: 0.3 } }],
  ['a fifth held back', 30, { delay: 10, reorder: { probability: 0.2, extraDelay: 15 } }],
  ['a fifth duplicated', 20, { delay: 10, duplicate: 0.2 }],
  ['a tenth corrupted', 30, { delay: 10, corrupt: 0.1 }],
  ['a short queue on a slow line', 20, { delay: 30, rate: 1_000_000, queuePackets: 5 }],
  ['a device that refuses', 10, { delay: 5, rate: 10_000_000, queuePackets: 2, queueFull: 'refuse' }],
  [
    'all of it at once',
    40,
    {
      delay: 20,
      jitter: 10,
      rate: 5_000_000,
      queuePackets: 20,
      loss: 0.03,
      duplicate: 0.03,
      corrupt: 0.03,
      reorder: { probability: 0.05, extraDelay: 30 },
    },
  ],
];

describe.each(paths)('%s', (name, count, wire) => {
  test.each([4, 6] as const)(`both streams whole, both ends at rest, ${count} seeds (IPv%i)`, (family) => {
    let harm = 0;
    for (const seed of seeds(count)) harm += harmDone(transfer({ ...wire, seed, family }, 20_000, 12_345));
    // The path did what it was asked to, or this proves nothing.
    expect(harm > 0).toBe(name !== 'a perfect path' && name !== 'no delay at all');
  });
});

describe('sizes', () => {
  test.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1460, 1461],
    [500_000, 3],
  ])('%i bytes one way, %i the other, over 5 % loss', (clientBytes, serverBytes) => {
    for (const seed of seeds(5)) transfer({ seed, delay: 10, loss: 0.05 }, clientBytes, serverBytes);
  });

  test.each([68, 600, 1280, 9000])('an MTU of %i', (mtu) => {
    transfer({ seed: 1, mtu, delay: 5, loss: 0.02 }, 20_000, 20_000);
  });

  test('buffers much smaller than the stream', () => {
    for (const seed of seeds(10)) {
      const parameters = { ...PATIENT, receiveBuffer: 4096, sendBuffer: 4096 };
      transfer({ seed, delay: 10, loss: 0.02, parameters }, 60_000, 60_000);
    }
  });
});

describe('large segments', () => {
  const tso: NetworkLinkOptions = { superSegment: 65_535, checksumOffload: true, delay: 5 };

  test.each([4, 6] as const)('super-segments delivered whole (IPv%i)', (family) => {
    transfer({ ...tso, family, seed: 1 }, 1_000_000, 300_000);
    transfer({ ...tso, family, seed: 2, loss: 0.02, corrupt: 0.02 }, 300_000, 300_000);
  });

  test.each([4, 6] as const)('super-segments cut on the way, pieces of them lost (IPv%i)', (family) => {
    for (const seed of seeds(10)) {
      transfer({ ...tso, family, seed, superSegments: 'cut', loss: 0.03 }, 200_000, 50_000);
    }
  });
});

test('the same seed is the same conversation, to the packet and the millisecond', () => {
  const run = (seed: number): string[] => {
    const log: string[] = [];
    const observer: NonNullable<PairOptions['observer']> = ({ at, kind, direction, index, packet }) => {
      const bytes = packet.bytes.subarray(packet.start, packet.end);
      log.push(`${at} ${direction} ${index} ${kind} ${bytes.join()}`);
    };
    transfer({ seed, observer, delay: 10, jitter: 5, loss: 0.1, duplicate: 0.1 }, 5000, 5000);
    return log;
  };
  const first = run(7);
  expect(first.length).toBeGreaterThan(20);
  expect(run(7)).toEqual(first);
  expect(run(8)).not.toEqual(first);
});
