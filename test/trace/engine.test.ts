// The observers together, hearing two real hosts over a wire in memory.

import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { tee } from '../../src/host/tee.ts';
import { createLink } from '../../src/sim/link.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import { isSynchronized, type State } from '../../src/tcp/state.ts';
import type { StateEvent, TraceEvent } from '../../src/trace/events.ts';
import { PeerInference } from '../../src/trace/infer.ts';
import { Ladder } from '../../src/trace/ladder.ts';
import { PcapngExport } from '../../src/trace/pcapng-export.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { Summary } from '../../src/trace/summary.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { Address } from '../../src/wire/address.ts';
import { isChecksumValid, pseudoHeaderSumOf } from '../../src/wire/checksum.ts';
import { PcapngReader } from '../../src/wire/pcapng-reader.ts';

type Closer = 'client' | 'server' | 'both' | 'abort';

interface World extends TwoHosts {
  readonly recorder: Recorder;
  readonly capture: Uint8Array[];
}

function world(options: { loss?: number; seed?: number; superSegment?: number }): World {
  const recorder = new Recorder(100_000);
  const capture: Uint8Array[] = [];
  const file = new PcapngExport((bytes) => capture.push(bytes), ENGLISH);
  const hosts = twoHosts({
    delay: 20,
    loss: options.loss ?? 0,
    seed: options.seed ?? 1,
    checksumOffload: true,
    superSegment: options.superSegment ?? 20_000,
    client: { probe: tee(recorder.probeFor('client'), file) },
    server: { probe: recorder.probeFor('server') },
  });
  recorder.watch(hosts.link, { a: 'client', b: 'server' });
  return { ...hosts, recorder, capture };
}

/** The client asks, the server answers with `bytes`; who closes is said by `closer`. */
function exchange(world: World, closer: Closer, bytes = 5000, address = '10.0.0.2'): void {
  const { client, clock, server } = world;
  const listener = server.listen({ port: 80 });
  const serve = (socket: TcpSocket): void => {
    let answered = false;
    socket.notify = () => {
      const asked = socket.receive() !== null;
      if (asked && !answered) {
        answered = true;
        socket.send(new Uint8Array(bytes));
        if (closer === 'server' || closer === 'both') socket.close();
      }
      if (socket.ended) socket.close();
    };
  };
  listener.notify = () => {
    for (let socket = listener.accept(); socket !== null; socket = listener.accept()) serve(socket);
  };
  const socket = client.connect({ address: Address.parse(address)!, port: 80 });
  let received = 0;
  let asked = false;
  socket.notify = () => {
    if (!asked && isSynchronized(socket.state)) {
      asked = true;
      socket.send(new Uint8Array(10));
      if (closer === 'both') clock.alarm(() => socket.shutdown(), clock.now() + 20);
    }
    for (let text = socket.receive(); text !== null; text = socket.receive()) received += text.length;
    if (received >= bytes && closer === 'client') socket.close();
    if (received >= bytes && closer === 'abort') socket.abort();
    if (socket.ended) socket.close();
  };
  const until = clock.now() + 100_000;
  clock.runUntil(() => clock.now() >= until, 100_000);
}

const statesOf = (events: readonly TraceEvent[], host: string): State[] =>
  events
    .filter((event): event is StateEvent => event.kind === 'state' && event.host === host)
    .map((e) => e.to);

/** What `watcher` alone would infer of the other end: each state once. */
function inferredBy(events: readonly TraceEvent[], watcher: string): State[] {
  const peer = new PeerInference('CLOSED');
  const states: State[] = [];
  for (const event of events) {
    if (event.kind !== 'segment' || event.host !== watcher) continue;
    if (event.direction === 'out') peer.sent(event.segment);
    else peer.received(event.segment);
    if (states.at(-1) !== peer.state) states.push(peer.state);
  }
  return states;
}

function ladderOf(events: readonly TraceEvent[], right: string | null, strays = false): string[] {
  const lines: string[] = [];
  const ladder = new Ladder({
    left: 'client',
    right,
    strays,
    width: 100,
    color: false,
    messages: ENGLISH,
    write: (line) => lines.push(line),
  });
  for (const event of events) ladder.event(event);
  ladder.flush();
  return lines;
}

describe('observers of the real engine', () => {
  test.each(['client', 'server', 'abort'] as const)(
    'closed by %s: what is inferred is what happened',
    (closer) => {
      const net = world({});
      exchange(net, closer);
      const { events } = net.recorder;
      const afterListen = statesOf(events, 'server').filter((state) => state !== 'LISTEN');
      expect(inferredBy(events, 'client')).toEqual(afterListen);
      // Reset or left alone in TIME-WAIT, an end says nothing when it gets to CLOSED.
      expect(inferredBy(events, 'server')).toEqual(
        statesOf(events, 'client').filter(
          (state, i, all) => state !== 'CLOSED' || all[i - 1] !== 'TIME-WAIT',
        ),
      );
    },
  );

  test.each(['client', 'server', 'both'] as const)(
    'closed by %s over a lossy link: complete, and every loss told',
    (closer) => {
      for (let seed = 1; seed <= 10; seed++) {
        const net = world({ loss: 0.1, seed });
        exchange(net, closer, 30_000);
        const summary = new Summary();
        for (const event of net.recorder.events) summary.event(event);
        const [connection, ...others] = summary.connections();
        expect(others).toEqual([]);
        expect(connection, `seed ${seed}`).toMatchObject({ handshake: true, ending: 'fin', complete: true });
        expect(connection!.client.sent.bytes).toBe(10);
        expect(connection!.server.sent.bytes).toBe(30_000);
        const lost = net.recorder.events.filter((event) => event.kind === 'packet-lost');
        const { aToB, bToA } = net.link;
        expect(lost).toHaveLength(aToB.counters.lost.loss + bToA.counters.lost.loss);
        expect(lost.every((event) => event.connection === 1 && event.segment !== null)).toBe(true);
        const marks = ladderOf(net.recorder.events, 'server').filter((line) =>
          line.includes('X lost on link0'),
        );
        expect(marks).toHaveLength(lost.length);
      }
    },
  );

  test('the summary from one end agrees with that from both', () => {
    const net = world({});
    exchange(net, 'server');
    const [both, client, server] = [['client', 'server'], ['client'], ['server']].map((hosts) => {
      const summary = new Summary();
      for (const event of net.recorder.events) if (hosts.includes(event.host)) summary.event(event);
      return summary.connections()[0]!;
    });
    for (const one of [client!, server!]) {
      expect(one.client.sent).toEqual(both!.client.sent);
      expect(one.server.sent).toEqual(both!.server.sent);
      expect([one.closedFirst, one.ending, one.complete]).toEqual(['server', 'fin', true]);
    }
    expect(both!.roundTrip).toBe(40);
    expect(both!.server.timeWaitUntil! - both!.client.fin!).toBeGreaterThan(240_000);
  });

  test('one lost segment: fast recovery and its end are told, of the sender, and stand on the ladder', () => {
    const net = world({ superSegment: 1500 });
    net.link.filter = (_packet, direction, index) => (direction === 'b->a' && index === 4 ? 'drop' : 'pass');
    exchange(net, 'client', 200_000);
    const told = net.recorder.events.filter((event) => event.kind === 'congestion');
    expect(told.map(({ host, change }) => [host, change])).toEqual([
      ['server', 'recovery'],
      ['server', 'recovered'],
    ]);
    expect(told[0]!.ssthresh).toBeLessThan(told[0]!.cwndBefore);
    const text = ladderOf(net.recorder.events, 'server').join('\n');
    expect(text).toMatch(/fast recovery: cwnd \d+( → \d+)?, ssthresh \d+,/);
    expect(text).toMatch(/recovered: cwnd \d+/);
  });

  test('every segment of the ladder that our end sends has a reason with a section', () => {
    const net = world({});
    exchange(net, 'client');
    const lines = ladderOf(net.recorder.events, null);
    const departures = lines.flatMap((line, i) => (line.includes('├─') ? [i] : []));
    expect(departures.length).toBeGreaterThan(4);
    for (const i of departures) expect(lines.slice(i + 1, i + 4).join(' ')).toMatch(/§\d/);
  });

  test('refused: SYN, RST, both ends CLOSED, in the ladder of either kind', () => {
    const net = world({});
    net.client.connect({ address: Address.parse('10.0.0.2')!, port: 81 });
    net.clock.advance(1000);
    for (const right of ['server', null]) {
      const text = ladderOf(net.recorder.events, right).join('\n');
      expect(text).toContain('RST,ACK');
      expect(text).toMatch(/ CLOSED │◄/);
      expect(text).toMatch(/[┤│] CLOSED/);
      expect(text).toContain('connection refused');
    }
  });

  test.each([
    ['10.0.0.2', 20],
    ['fd00::2', 40],
  ])(
    'the capture of one end, to %s: every packet once, checksums complete, a reason on each that was sent',
    (address, tcpAt) => {
      const net = world({});
      exchange(net, 'client', 5000, address);
      const reader = new PcapngReader();
      for (const bytes of net.capture) reader.push(bytes);
      let packets = 0;
      for (let block = reader.next(); block !== null; block = reader.next()) {
        if (block.type !== 'packet') continue;
        packets += 1;
        const { data } = block;
        const pseudoHeader = pseudoHeaderSumOf(data, 0, 6, data.length - tcpAt);
        expect(isChecksumValid(data, tcpAt, data.length, pseudoHeader)).toBe(true);
        if (block.direction === 'out') expect(block.comment).toMatch(/\(RFC \d+ §[\d.]+\)/);
      }
      expect(reader.fault).toBeNull();
      const seen = net.recorder.events.filter((event) => event.kind === 'segment' && event.host === 'client');
      // The last one is held back until flush.
      expect(packets).toBe(seen.length - 1);
    },
  );

  test('bytes that are no segment are told of and change nothing', () => {
    const net = world({});
    const before = net.recorder.events.length;
    const junk = createLink({ clock: net.clock, name: 'junk' });
    net.server.addInterface(junk.b, []);
    expect(net.recorder.events.length).toBe(before);
    for (const bytes of [[0x45], [0x60, 1, 2], new Array(40).fill(0xff)]) {
      const packet = {
        bytes: Uint8Array.from(bytes),
        start: 0,
        end: bytes.length,
        checksum: 'full',
        segmentSize: 0,
      } as const;
      junk.a.transmit({ ...packet });
    }
    net.clock.advance(10);
    const dropped = net.recorder.events.slice(before);
    expect(dropped.map((event) => event.kind)).toEqual([
      'packet-dropped',
      'packet-dropped',
      'packet-dropped',
    ]);
    const marks = (strays: boolean) =>
      ladderOf(dropped, 'server', strays).filter((line) => line.includes('packet dropped'));
    expect(marks(true)).toHaveLength(3);
    expect(marks(false)).toEqual([]);
  });
});
