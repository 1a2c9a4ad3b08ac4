// Two captures of one connection, one from each end: matched, clocks compared, losses located; against what the
// simulator knows.

import { describe, expect, test } from 'vitest';
import { tee } from '../../../src/host/tee.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { twoHosts } from '../../../src/sim/network.ts';
import { estimateClock, onClientClock } from '../../../src/trace/merge/clock.ts';
import { passageLines, summariseMerged, summaryLines } from '../../../src/trace/merge/lines.ts';
import { type MergedConnection, mergeConnections, type Side } from '../../../src/trace/merge/merge.ts';
import { mergedPicture } from '../../../src/trace/merge/picture.ts';
import { PcapngExport } from '../../../src/trace/pcapng-export.ts';
import type { KeptConnection, KeptPacket } from '../../../src/trace/reader/kept.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import { joinBytes } from '../../wire/captures.ts';
import { damaged } from '../export/support.ts';
import { capture, OPENED } from '../reader/exchange.ts';
import { keptExchange, keptOf } from '../reader/kept.ts';

const HOURS = 3 * 3_600_000 + 0.125;

interface Both {
  readonly client: Side;
  readonly server: Side;
  /** What the network lost, by sender. */
  readonly lost: readonly [number, number];
}

/** The client writes, the server answers, both close; captured at both ends with clocks `offset` apart. */
function both(seed: number, loss: number, offset: number): Both {
  const dice = new Prng(seed);
  const recorder = new Recorder(Number.POSITIVE_INFINITY);
  const blocks: [Uint8Array[], Uint8Array[]] = [[], []];
  const captures = blocks.map(
    (into, i) => new PcapngExport((block) => into.push(block), ENGLISH, 1e9 + i * offset),
  );
  const { client, clock, server } = twoHosts({
    seed,
    delay: 10 + dice.below(30),
    jitter: dice.below(5),
    loss: loss * dice.float(),
    client: { probe: tee(recorder.probeFor('client'), captures[0]!) },
    server: { probe: tee(recorder.probeFor('server'), captures[1]!) },
  });
  const listener = server.listen({ port: 80 });
  listener.notify = () => {
    const child = listener.accept();
    if (child === null) return;
    child.send(new Uint8Array(20_000));
    child.notify = () => {
      while (child.receive() !== null);
      if (child.ended) child.close();
    };
  };
  const socket = client.connect({ address: '10.0.0.2', port: 80 });
  socket.notify = () => {
    while (socket.receive() !== null);
  };
  socket.send(new Uint8Array(30_000));
  clock.alarm(() => socket.close(), 30_000);
  clock.advance(120_000);
  for (const capture of captures) capture.flush();
  const sides = blocks.map((all) => {
    const [kept] = keptOf(joinBytes(...all));
    return { kept: kept!, end: kept!.packets.at(-1)!.time + 1000 };
  });
  const lost = ['client', 'server'].map((host) => {
    const count = (direction: 'out' | 'in', at: string): number =>
      recorder.events.filter((e) => e.kind === 'segment' && e.host === at && e.direction === direction)
        .length;
    return count('out', host) - count('in', host === 'client' ? 'server' : 'client');
  });
  return { client: sides[0]!, server: sides[1]!, lost: [lost[0]!, lost[1]!] };
}

const losses = ({ passages }: MergedConnection): number[] =>
  [0, 1].map((from) => passages.filter((each) => each.from === from && each.fate === 'lost').length);

/** Before the other end's first packet. */
const unseen = ({ passages }: MergedConnection, from: number): number => {
  const first = passages.find((each) => each.arrived !== null)!.departs!;
  return passages.filter((each) => each.from === from && each.fate === 'unseen' && each.departs! < first)
    .length;
};

describe('against what the simulator knows', () => {
  test.each([0, -250, HOURS, -HOURS])('clocks %d ms apart, in either order of the files', (offset) => {
    for (let seed = 1; seed <= 15; seed++) {
      const { client, server, lost } = both(seed, 0.15, offset);
      const merged = mergeConnections(client, server)!;
      const name = `seed ${seed}`;
      expect(merged.firstIsClient, name).toBe(true);
      expect(Math.abs(merged.clock.offset - offset), name).toBeLessThanOrEqual(
        merged.clock.uncertainty + 0.001,
      );
      // What left before the other capture began may have arrived.
      expect(
        [0, 1].map((from) => losses(merged)[from]! + unseen(merged, from)),
        name,
      ).toEqual(lost);
      const turned = mergeConnections(server, client)!;
      expect(turned.firstIsClient, name).toBe(false);
      expect(
        turned.passages.map(({ fate, departs }) => [fate, departs]),
        name,
      ).toEqual(merged.passages.map(({ fate, departs }) => [fate, departs]));
    }
  });

  test('a clock that drifts: how fast, and no packet arrives before it left', () => {
    const { client, server } = both(3, 0, 5000);
    const drift = 80e-6;
    // Every packet that both have, a minute later than the one before.
    const key = ({ from, segment }: KeptPacket): string =>
      [from, segment.seq, segment.ack, segment.length, segment.flags, segment.window].join();
    const common = new Set(server.kept.packets.map(key));
    const at = new Map(
      [...new Set(client.kept.packets.map(key))]
        .filter((name) => common.has(name))
        .map((name, i) => [name, i]),
    );
    const spread = (kept: KeptConnection, rate: number): KeptConnection => ({
      ...kept,
      packets: kept.packets.map((packet) => {
        const i = at.get(key(packet)) ?? 0;
        return { ...packet, time: (packet.time + i * 60_000) * (1 + rate) };
      }),
    });
    const merged = mergeConnections(
      { kept: spread(client.kept, 0), end: 1e7 },
      { kept: spread(server.kept, drift), end: 1e7 },
    )!;
    expect(merged.clock.drift * 1e6).toBeGreaterThan(60);
    expect(merged.clock.drift * 1e6).toBeLessThan(100);
  });
});

/** A capture of hand-made packets. */
const side = (lines: readonly string[], end = 1e6): Side => ({ kept: keptExchange(lines), end });

describe('offload', () => {
  const CLIENT = [...OPENED, '+5 > P. 1:4345 ack 1', '+25 < . 1:1 ack 4345'];
  const HANDSHAKE = [OPENED[0]!, '+0 < S. 0:0 ack 1 <2,4,5,180,3,3,2,1>', '+20 > . 1:1 ack 1'];

  test('a super-segment that was cut: one departure, its parts arrive', () => {
    const parts = ['+5 > . 1:1449 ack 1', '+1 > . 1449:2897 ack 1', '+1 > P. 2897:4345 ack 1'];
    const merged = mergeConnections(side(CLIENT), side([...HANDSHAKE, ...parts, '+1 < . 1:1 ack 4345']))!;
    const texts = merged.passages.filter(({ part }) => part.end > 0);
    expect(
      texts.map(({ fate, part, sent, arrived }) => [
        fate,
        part.start,
        part.end,
        sent!.number,
        arrived!.number,
      ]),
    ).toEqual([
      ['arrived', 0, 1448, 4, 4],
      ['arrived', 1448, 2896, 4, 5],
      ['arrived', 2896, 4344, 4, 6],
    ]);
  });

  test('one part of it was lost, and came later', () => {
    const lines = [...HANDSHAKE, '+5 > . 1:1449 ack 1', '+1 > P. 2897:4345 ack 1', '+1 < . 1:1 ack 1449'];
    const sent = [
      ...CLIENT.slice(0, 4),
      '+25 < . 1:1 ack 1449',
      '+300 > . 1449:2897 ack 1',
      '+25 < . 1:1 ack 4345',
    ];
    const merged = mergeConnections(
      side(sent),
      side([...lines, '+300 > . 1449:2897 ack 1', '+0 < . 1:1 ack 4345']),
    )!;
    expect(
      merged.passages
        .filter(({ fate }) => fate === 'lost')
        .map(({ part, sent: packet }) => [part, packet!.number]),
    ).toEqual([[{ start: 1448, end: 2896 }, 4]]);
    expect(passageLines(merged, ENGLISH).join('\n')).toMatch(/ X {2}> PSH,ACK +#4 .* \(\+1448\.\.\+2896\)/);
  });

  test('segments that were joined: several departures, one arrival', () => {
    const sent = [...OPENED, '+5 > . 1:1449 ack 1', '+0.1 > P. 1449:2897 ack 1', '+25 < . 1:1 ack 2897'];
    const merged = mergeConnections(
      side(sent),
      side([...HANDSHAKE, '+5 > P. 1:2897 ack 1', '+1 < . 1:1 ack 2897']),
    )!;
    const texts = merged.passages.filter(({ part }) => part.end > 0);
    expect(texts.map(({ fate, sent: packet, arrived }) => [fate, packet!.number, arrived!.number])).toEqual([
      ['arrived', 4, 4],
      ['arrived', 5, 4],
    ]);
  });
});

describe('captures that do not hold everything', () => {
  const CLIENT = [
    ...OPENED,
    '+5 > P. 1:101 ack 1',
    '+20 < . 1:1 ack 101',
    '+50 > P. 101:201 ack 1',
    '+20 < . 1:1 ack 201',
  ];

  test('the second ends early: what came after that is not lost', () => {
    const server = [
      OPENED[0]!,
      '+0 < S. 0:0 ack 1 <2,4,5,180,3,3,2,1>',
      '+20 > . 1:1 ack 1',
      '+5 > P. 1:101 ack 1',
      '+0 < . 1:1 ack 101',
    ];
    const merged = mergeConnections(side(CLIENT), side(server, 30))!;
    expect(losses(merged)).toEqual([0, 0]);
    expect(merged.passages.at(-1)).toMatchObject({ fate: 'arrived', departs: null });
    expect(merged.passages.at(-2)).toMatchObject({ fate: 'unseen', arrives: null });
  });

  test('what was acknowledged has arrived, captured or not', () => {
    const server = [
      OPENED[0]!,
      '+0 < S. 0:0 ack 1 <2,4,5,180,3,3,2,1>',
      '+20 > . 1:1 ack 1',
      '+5 < . 1:1 ack 101',
      '+70 > P. 101:201 ack 1',
      '+0 < . 1:1 ack 201',
    ];
    const merged = mergeConnections(side(CLIENT), side(server))!;
    expect(
      merged.passages.filter(({ fate }) => fate !== 'arrived').map(({ fate, sent }) => [fate, sent!.number]),
    ).toEqual([['unseen', 4]]);
  });

  test('other connections, and the same ports with other numbers, are not merged', () => {
    const other = keptExchange([`+0 > S 0:0 port 41000`, '+9 < S. 0:0 ack 1 port 41000']);
    expect(mergeConnections(side(CLIENT), { kept: other, end: 1e6 })).toBeNull();
    const reused = keptExchange(['+0 > S 0:0 isn 77', '+9 < S. 0:0 ack 1']);
    expect(mergeConnections(side(CLIENT), { kept: reused, end: 1e6 })).toBeNull();
  });

  test('hostile captures: whatever is read can be compared', () => {
    const [client, server] = [capture(CLIENT), capture(CLIENT.map((line) => line.replace('+20', '+0')))];
    let merged = 0;
    for (let seed = 0; seed < 300; seed++) {
      for (const kept of keptOf(damaged(client, seed))) {
        for (const other of keptOf(damaged(server, seed + 1000))) {
          const both = mergeConnections({ kept, end: 1e6 }, { kept: other, end: 1e6 });
          if (both === null) continue;
          merged++;
          mergedPicture(both, ENGLISH);
          const told = [
            ...summaryLines(summariseMerged(both), ENGLISH),
            ...passageLines(both, ENGLISH),
          ].join();
          expect(told, `seed ${seed}`).not.toMatch(/NaN|undefined/);
        }
      }
    }
    expect(merged).toBeGreaterThan(50);
  });

  test('a segment that came in ever so many parts takes no more time for it', () => {
    const parts = Array.from(
      { length: 20_000 },
      (_, i) => `+0 > . ${1 + (i % 4000)}:${2 + (i % 4000)} ack 1`,
    );
    const sent = [...OPENED, '+5 > P. 1:4345 ack 1'];
    const merged = mergeConnections(side(sent), side([...OPENED, '+5 > . 1:1 ack 1', ...parts]))!;
    expect(merged.passages.length).toBeLessThan(30_000);
  });

  test('many packets that look alike take no more time for it', () => {
    const alike = Array.from({ length: 20_000 }, () => '+0 > . 1:1 ack 1 win 9');
    const merged = mergeConnections(side([...OPENED, ...alike]), side([...OPENED, ...alike]))!;
    expect(merged.passages).toHaveLength(20_003);
  });
});

describe('what is told', () => {
  const { client, server } = both(5, 0.2, HOURS);
  const merged = mergeConnections(client, server)!;

  test('a picture: arrows have both their ends, losses are crossed out, states are observed', () => {
    const { arrows, states } = mergedPicture(merged, ENGLISH);
    expect(arrows).toHaveLength(merged.passages.length);
    const arrived = arrows.filter(({ fate }) => fate === 'arrives');
    expect(
      arrived.every(({ departs, arrives }) => departs !== null && arrives !== null && arrives >= departs),
    ).toBe(true);
    expect(arrows.filter(({ fate }) => fate === 'lost').length).toBe(losses(merged)[0]! + losses(merged)[1]!);
    const path = (end: number): string[] =>
      states.filter((state) => state.end === end).map(({ state }) => state);
    expect(path(0)).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT']);
    expect(path(1).slice(-2)).toEqual(['LAST-ACK', 'CLOSED']);
    const sent = mergedPicture(merged, ENGLISH, 3);
    expect([sent.arrows.length, sent.notes.length]).toEqual([3, 1]);
  });

  test('the clocks and both ways, in both languages', () => {
    const summary = summariseMerged(merged);
    expect(summary.ways.map(({ lost }) => lost)).toEqual(losses(merged));
    expect(summary.ways.map(({ fastest }) => fastest).every((ms) => ms > 5)).toBe(true);
    expect(summaryLines(summary, ENGLISH).join('\n')).toMatch(
      /server's clock is 10800 s ahead of the client's \(give or take [\d.]+ ms\)/,
    );
    expect(summaryLines(summary, KOREAN).join('\n')).toMatch(
      /서버의 시계는 클라이언트보다 10800초 빠르다 \(오차 [\d.]+ ms\)/,
    );
  });
});

describe('two clocks', () => {
  const at = (n: number, difference: number) => ({ at: n * 1000, difference });

  test('the fastest of each direction count, and the uncertainty is half of the way there and back', () => {
    const clock = estimateClock([at(0, 112), at(1, 110), at(2, 150)], [at(0, 70), at(1, 95), at(2, 90)])!;
    expect(clock).toEqual({ offset: 102.5, drift: 0, uncertainty: 7.5 });
    expect(onClientClock(clock, 202.5)).toBe(100);
  });

  test('one direction alone gives a bound; none gives nothing', () => {
    expect(estimateClock([at(0, 5)], [])).toEqual({
      offset: 5,
      drift: 0,
      uncertainty: Number.POSITIVE_INFINITY,
    });
    expect(estimateClock([], [at(0, 5)])!.offset).toBe(5);
    expect(estimateClock([], [])).toBeNull();
  });
});
