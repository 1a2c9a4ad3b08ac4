// Connections that were put away: TIME-WAIT that nobody is told of, and half-open ones that have to wait. Whatever
// comes for one of them is answered as if it had never been put away: two hosts of the same seed hear the same, one of
// which has it whole, because somebody listens there.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TcpListener } from '../../src/host/listener.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { CLOSED, TIME_WAIT } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { FREEBSD, LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  FAMILIES,
  icmpPacket,
  PEER4,
  readTcp,
  type TcpShape,
  tcpPacket,
  US4,
  type World,
  world,
} from './support.ts';

const PORT = 5000;
const IRS = seq(0x7ffffff0);
type Family = (typeof FAMILIES)[number];
const V4 = FAMILIES[0] as Family;

interface Served extends World {
  readonly listener: TcpListener;
  readonly family: Family;
}

interface Circumstances {
  readonly parameters?: Partial<Parameters>;
  readonly family?: Family;
  readonly backlog?: number;
}

function serving({ parameters = {}, family = V4, backlog = 1000 }: Circumstances = {}): Served {
  const w = world({}, { parameters: { ...RFC9293, ...parameters } });
  return { ...w, family, listener: w.host.listen({ port: 80, backlog }) };
}

const from = ({ family }: Served, shape: TcpShape, port = PORT): Uint8Array =>
  tcpPacket(family.peer, port, family.us, 80, shape);

/** Whether `socket` is what the host itself has of its connection. */
const isWhole = (w: World, socket: TcpSocket): boolean => [...w.host.sockets()].includes(socket);

const OFFER = { mss: 1460, windowScale: 7, sackPermitted: true, timestamps: true };

/** A connection that both have closed, ours first; what the peer says next, and expects. */
function closed(w: Served, listens: boolean, offer: TcpShape = OFFER): { child: TcpSocket; next: Decoded } {
  let tsval = 1000;
  const stamps = (): TcpShape => (offer.timestamps === true ? { timestamps: true, tsval: tsval++ } : {});
  const answer = readTcp(w.link.exchange(from(w, { seq: IRS, flags: SYN, ...offer, ...stamps() }))[0]);
  w.link.exchange(from(w, ackOf(answer, stamps())));
  const child = w.listener.accept()!;
  if (listens) child.notify = () => {};
  w.link.exchange(
    from(w, { seq: add(IRS, 1), ack: add(answer.seq, 1), flags: ACK | PSH, text: bytes(700), ...stamps() }),
  );
  child.receive();
  child.send(bytes(900));
  child.close();
  const sent = w.link.take().map(readTcp);
  const ends = sent.at(-1)!;
  const ack = add(ends.seq, ends.textLength + 1);
  w.link.exchange(from(w, { seq: add(IRS, 701), ack, flags: ACK | FIN, ...stamps() }));
  expect([child.state, isWhole(w, child)]).toEqual(['TIME-WAIT', listens]);
  return { child, next: readTcp(w.link.take().at(-1)) };
}

test('a connection that somebody watches by itself is not put away: they hear of its end', () => {
  const w = serving();
  const { child } = closed(w, true);
  const recorder = new Recorder();
  child.observe(recorder.probeFor('us'));
  child.notify = null;
  w.clock.advance(RFC9293.msl);
  expect(isWhole(w, child)).toBe(true);
  w.clock.advance(RFC9293.msl + 1000);
  const states = recorder.events.flatMap((event) => (event.kind === 'state' ? event.to : []));
  expect(states).toEqual(['CLOSED']);
});

test('to ask what waits to be sent or read takes nothing out: who looks on at every idle moment stays idle', () => {
  const w = serving();
  const { child } = closed(w, false);
  expect([child.sendQueue, child.readable, child.state]).toEqual([0, 0, 'TIME-WAIT']);
  for (const socket of w.host.sockets()) expect(socket.sendQueue).toBe(0);
  expect(isWhole(w, child)).toBe(false);
  expect(w.clock.next).toBeGreaterThan(w.clock.now());
});

describe.each(FAMILIES)('in TIME-WAIT, over IPv$family', (family) => {
  const kinds: [string, TcpShape][] = [
    ['the FIN again', { seq: add(IRS, 701), flags: ACK | FIN }],
    ['text again, and the FIN', { seq: add(IRS, 1), flags: ACK | FIN | PSH, text: bytes(700) }],
    ['old text', { seq: add(IRS, 1), flags: ACK | PSH, text: bytes(20) }],
    ['new text', { seq: add(IRS, 702), flags: ACK | PSH, text: bytes(20) }],
    ['an empty ACK', { seq: add(IRS, 702), flags: ACK }],
    ['an ACK of what was not sent', { seq: add(IRS, 702), flags: ACK, ack: seq(99) }],
    ['a RST with the right number', { seq: add(IRS, 702), flags: RST }],
    ['a RST with another', { seq: add(IRS, 710), flags: RST }],
    ['an old SYN', { seq: add(IRS, -5), flags: SYN, tsval: 1 }],
    ['a new SYN', { seq: add(IRS, 5000), flags: SYN, tsval: 9000 }],
    ['a SYN,ACK', { seq: IRS, flags: SYN | ACK }],
    ['a segment from before', { seq: add(IRS, 702), flags: ACK | PSH, text: bytes(5), tsval: 3 }],
    ['one without timestamps', { seq: add(IRS, 702), flags: ACK | FIN, timestamps: false }],
    ['nothing but a FIN', { seq: add(IRS, 702), flags: FIN }],
  ];

  test.each(kinds)('%s is answered alike, put away or not', (_, shape) => {
    for (const preset of [RFC9293, LINUX, FREEBSD]) {
      const worlds = [false, true].map((listens) => {
        const w = serving({ parameters: preset, family });
        const { child, next } = closed(w, listens);
        w.clock.advance(2500);
        const packet = from(w, { ack: next.seq, timestamps: true, tsval: 2000, tsecr: next.tsval, ...shape });
        const answers = [packet, packet].map((each) => w.link.exchange(each.slice()));
        w.clock.advance(2 * preset.msl - 2600);
        const late = [...w.host.sockets()].map(({ state }) => state);
        w.clock.advance(3000);
        return { answers, state: child.state, late, left: [...w.host.sockets()].map(({ state }) => state) };
      });
      expect(worlds[0]).toEqual(worlds[1]);
    }
  });

  const segment = fc.record({
    seq: fc.constantFrom(0, 1, 2, 700, 701, 702, 703, 5000).map((n) => add(IRS, n)),
    behind: fc.constantFrom(0, 0, 0, 1, 500, -1),
    flags: fc.constantFrom(ACK, ACK | FIN, ACK | PSH, RST, RST | ACK, SYN, SYN | ACK, FIN, ACK | ECE | CWR),
    tsval: fc.constantFrom(1, 1004, 1005, 1006, 3000),
    timestamps: fc.constantFrom(true, true, true, false),
    length: fc.constantFrom(0, 0, 1, 100),
    wnd: fc.constantFrom(0, 1000, 65_535),
    pass: fc.constantFrom(0, 0, 1, 499, 500, 4999, 60_000),
  });

  test('whatever comes, and whenever, is answered alike', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(RFC9293, LINUX, FREEBSD),
        fc.boolean(),
        (segments, preset, stamped) => {
          const logs = [false, true].map((listens) => {
            const w = serving({ parameters: preset, family });
            const { next } = closed(w, listens, stamped ? OFFER : { mss: 1000 });
            return segments.map(({ behind, length, pass, timestamps, ...shape }) => {
              const ack = add(next.seq, -behind);
              const more = { ack, text: bytes(length), timestamps: timestamps && stamped, tsecr: next.tsval };
              const sent = w.link.exchange(from(w, { ...shape, ...more }));
              w.clock.advance(pass);
              return { sent, late: w.link.take(), states: [...w.host.sockets()].map(({ state }) => state) };
            });
          });
          expect(logs[0]).toEqual(logs[1]);
        },
      ),
      { numRuns: 80 },
    );
  });
});

describe('a handle that is held to', () => {
  test('tells the state all the time, and everything else when it is asked', () => {
    const w = serving();
    const { child } = closed(w, false);
    expect(child.info()).toMatchObject({
      state: 'TIME-WAIT',
      counters: { bytesReceived: 700, bytesSent: 900 },
    });
    expect([child.sendQueue, child.readable, child.ended, child.error]).toEqual([0, 0, true, null]);
    w.clock.advance(0);
    expect(isWhole(w, child)).toBe(false);
    w.clock.advance(2 * RFC9293.msl - 1);
    expect(child.state).toBe('TIME-WAIT');
    w.clock.advance(1);
    expect([child.state, child.info().counters.bytesReceived, [...w.host.sockets()]]).toEqual([
      'CLOSED',
      700,
      [],
    ]);
    expect(() => child.send(bytes(1))).toThrow(expect.objectContaining({ code: 'ENOTCONN' }));
  });

  test('hears what came while it was away', () => {
    const w = serving();
    const { child, next } = closed(w, false);
    w.clock.advance(5000);
    const fin = { seq: add(IRS, 701), ack: next.seq, flags: ACK | FIN, timestamps: true, tsval: 7777 };
    expect(w.link.exchange(from(w, fin)).length).toBe(1);
    expect(child.info().timeWaitLeft).toBe(2 * RFC9293.msl);
    expect(child.connection.tcb.timestamps.recent).toBe(1003);
  });

  test('is told from then on if it listens, and put away again when it does not', () => {
    const w = serving();
    const { child } = closed(w, false);
    let told = 0;
    child.notify = (bits) => {
      told |= bits;
    };
    w.clock.advance(0);
    expect([told & TIME_WAIT, isWhole(w, child)]).toEqual([TIME_WAIT, true]);
    child.notify = null;
    w.clock.advance(0);
    expect(isWhole(w, child)).toBe(false);
    child.notify = (bits) => {
      told |= bits;
    };
    w.clock.advance(2 * RFC9293.msl);
    expect([told & CLOSED, child.state]).toEqual([CLOSED, 'CLOSED']);
  });

  test('that begins to listen too late hears that it is over', () => {
    const w = serving();
    const { child } = closed(w, false);
    w.clock.advance(2 * RFC9293.msl);
    let told = 0;
    child.notify = (bits) => {
      told |= bits;
    };
    w.clock.advance(0);
    expect(told & CLOSED).toBe(CLOSED);
  });

  test('that a host gives when it is asked for all its connections is one, too', () => {
    const w = serving();
    closed(w, false);
    const [one] = w.host.sockets();
    const [other] = w.host.sockets();
    expect([one!.state, one!.remote.port, one!.local.port]).toEqual(['TIME-WAIT', PORT, 80]);
    expect(one!.info()).toMatchObject({ state: 'TIME-WAIT', timestamps: true, sack: true });
    expect(other!.info().state).toBe('TIME-WAIT');
    other!.abort();
    expect([one!.state, other!.state, [...w.host.sockets()]]).toEqual(['CLOSED', 'CLOSED', []]);
  });

  test('is not taken for another connection that has its place', () => {
    const w = serving();
    const { child } = closed(w, false);
    w.clock.advance(2 * RFC9293.msl);
    closed(w, false);
    expect([child.state, [...w.host.sockets()].length]).toEqual(['CLOSED', 1]);
    expect(child.info().state).toBe('CLOSED');
  });

  test('ends with its host or its interface', () => {
    for (const end of ['host', 'interface'] as const) {
      const w = serving();
      const { child } = closed(w, false);
      if (end === 'host') w.host.close();
      else w.host.removeInterface(w.via);
      if (end === 'interface') expect(child.error).toBe('ENETDOWN');
      expect([child.state, [...w.host.sockets()], w.clock.next]).toEqual(['CLOSED', [], Infinity]);
    }
  });
});

describe('what watches', () => {
  test('is told the same, put away or not', () => {
    const events = [false, true].map((listens) => {
      const recorder = new Recorder();
      const w = world({}, { parameters: RFC9293, probe: recorder.probeFor('host') });
      const served = { ...w, family: V4, listener: w.host.listen({ port: 80 }) };
      const { next } = closed(served, listens);
      w.clock.advance(1000);
      w.link.exchange(
        from(served, { seq: add(IRS, 701), ack: next.seq, flags: ACK | FIN, ...OFFER, tsval: 1005 }),
      );
      w.clock.advance(2 * RFC9293.msl);
      return recorder.events;
    });
    expect(events[0]).toEqual(events[1]);
    expect(events[0]!.some((event) => event.kind === 'state' && event.to === 'CLOSED')).toBe(true);
  });
});

describe('half open', () => {
  const SYN_SHAPE = { seq: IRS, flags: SYN, ...OFFER, tsval: 1000 };

  /** A connection that waits for its ACK, and so many younger ones that it is put away, unless it was `seen`. */
  function halfOpen(
    seen: boolean,
    circumstances: Circumstances,
    shape: TcpShape,
  ): { w: Served; answer: Decoded } {
    const w = serving(circumstances);
    const answer = readTcp(w.link.exchange(from(w, { ...SYN_SHAPE, ...shape }))[0]);
    const [child] = w.host.sockets();
    expect(isWhole(w, child!)).toBe(true);
    w.clock.advance(20);
    // One at a time is put away, and the first of all is the oldest.
    for (let port = 1; port <= 256; port++) w.link.exchange(from(w, { seq: IRS, flags: SYN }, port));
    expect(isWhole(w, child!)).toBe(false);
    if (seen) {
      child!.setNoDelay(false);
      w.clock.advance(0);
    }
    expect([isWhole(w, child!), child!.state, w.listener.waiting.pending]).toEqual([
      seen,
      'SYN-RECEIVED',
      257,
    ]);
    w.link.take();
    return { w, answer };
  }

  const ours = (w: Served): Decoded[] =>
    w.link
      .take()
      .map(readTcp)
      .filter((sent) => sent.destinationPort === PORT);

  const kinds: [string, TcpShape][] = [
    ['the ACK', { seq: add(IRS, 1), flags: ACK }],
    ['the ACK, with text', { seq: add(IRS, 1), flags: ACK | PSH, text: bytes(300) }],
    ['the ACK, with a FIN', { seq: add(IRS, 1), flags: ACK | FIN }],
    ['text without ACK', { seq: add(IRS, 1), flags: PSH, text: bytes(30) }],
    ['the SYN again', { seq: IRS, flags: SYN, ...OFFER }],
    ['another SYN', { seq: add(IRS, 10), flags: SYN }],
    ['a wrong ACK', { seq: add(IRS, 1), flags: ACK, ack: seq(7) }],
    ['a RST', { seq: add(IRS, 1), flags: RST }],
    ['a RST in the window', { seq: add(IRS, 9), flags: RST }],
    ['an old segment', { seq: add(IRS, -9), flags: ACK }],
    ['what PAWS refuses', { seq: add(IRS, 1), flags: ACK, tsval: 5 }],
  ];

  test.each(kinds)('%s is answered alike, put away or not, early or late', (_, shape) => {
    const circumstances: Circumstances[] = [
      { parameters: RFC9293 },
      { parameters: LINUX },
      { parameters: FREEBSD, family: FAMILIES[1]! },
      { parameters: { ecn: 'request', quickAcks: 0 }, family: FAMILIES[1]! },
    ];
    for (const circumstance of circumstances) {
      for (const [wait, offer] of [
        [0, {}],
        [0, { timestamps: false, windowScale: -1 }],
        [4000, {}],
        [20_000, { flags: SYN | ECE | CWR }],
      ] as const) {
        const logs = [false, true].map((seen) => {
          const { w, answer } = halfOpen(seen, circumstance, offer);
          w.clock.advance(wait);
          const before = ours(w);
          const stamps = {
            timestamps: answer.timestamps,
            tsval: 1500,
            tsecr: before.at(-1)?.tsval ?? answer.tsval,
          };
          for (const again of [1, 2])
            w.link.exchange(from(w, { ack: add(answer.seq, 1), ...stamps, ...shape, wnd: again * 1000 }));
          const child = w.listener.accept();
          child?.send(bytes(5000));
          const { bytesReceived, timeouts, retransmissions } = child?.info().counters ?? {};
          const { srtt, rto, cwnd, sndWnd, sack, sendMss, sendScale, receiveScale } = child?.info() ?? {};
          const info = { srtt, rto, cwnd, sndWnd, sack, sendMss, sendScale, receiveScale };
          w.clock.advance(100);
          const told = [before, child?.state, info, bytesReceived, timeouts, retransmissions, ours(w)];
          w.clock.advance(400_000);
          return [...told, ours(w), w.listener.waiting, w.host.counters.resets];
        });
        expect(logs[0]).toEqual(logs[1]);
      }
    }
  });

  test('is given up in its time, and leaves nothing (4987.3, A026)', () => {
    const { w } = halfOpen(false, {}, {});
    w.clock.advance(RFC9293.r2SynAck + RFC9293.rtoMax);
    expect([w.listener.waiting.pending, [...w.host.sockets()], w.clock.next]).toEqual([0, [], Infinity]);
  });

  test('is put away again, also by what leads to nothing', () => {
    const { w, answer } = halfOpen(false, {}, {});
    const isPutAway = (): boolean => {
      const find = (): TcpSocket | undefined =>
        [...w.host.sockets()].find(({ remote }) => remote.port === PORT);
      const first = find();
      return first !== find();
    };
    const quoted = tcpPacket(US4, 80, PEER4, PORT, { seq: add(answer.seq, 9), flags: ACK });
    w.link.exchange(icmpPacket(PEER4, US4, 3, 1, 0, quoted.subarray(0, 28)));
    expect([isPutAway(), w.host.counters.dropped['icmp-not-in-flight']]).toEqual([true, 1]);
    const other = readTcp(w.link.exchange(from(w, { seq: IRS, flags: SYN }, 300))[0]);
    w.link.exchange(from(w, ackOf(other), 300));
    w.listener.backlog = 1;
    w.link.exchange(
      from(w, { seq: add(IRS, 1), ack: add(answer.seq, 1), flags: ACK, timestamps: true, tsval: 2000 }),
    );
    expect([isPutAway(), w.host.counters.dropped['tcp-accept-queue']]).toEqual([true, 1]);
  });

  test('counts among the backlog: what is beyond it gets a cookie (4987.1)', () => {
    const w = serving({ backlog: 300 });
    for (let port = 1; port <= 400; port++) w.link.exchange(from(w, { seq: IRS, flags: SYN }, port));
    expect([w.listener.waiting.pending, w.host.counters.synCookiesSent]).toEqual([300, 100]);
  });

  test('ends with its listener, and its peer is told', () => {
    const { w, answer } = halfOpen(false, {}, {});
    w.listener.close();
    w.clock.advance(0);
    expect(ours(w).map(({ flags, seq: at }) => [flags, at])).toEqual([[RST, add(answer.seq, 1)]]);
    expect([[...w.host.sockets()], w.clock.next]).toEqual([[], Infinity]);
  });

  test('heeds an ICMP error, and what is known of its path (MUST-54)', () => {
    const logs = [false, true].map((seen) => {
      const { w, answer } = halfOpen(seen, { parameters: { mtuProbing: 'off' } }, {});
      const quoted = tcpPacket(US4, 80, PEER4, PORT, { seq: answer.seq, flags: SYN | ACK, ack: add(IRS, 1) });
      w.link.exchange(icmpPacket(PEER4, US4, 3, 4, 600, quoted.subarray(0, 28)));
      w.link.take();
      const stamps = { timestamps: true, tsval: 1500, tsecr: answer.tsval };
      w.link.exchange(from(w, { seq: add(IRS, 1), ack: add(answer.seq, 1), flags: ACK, ...stamps }));
      const child = w.listener.accept()!;
      return [child.info().pathMtu, w.host.counters.pathMtuLowered];
    });
    expect(logs[0]).toEqual(logs[1]);
    expect(logs[0]).toEqual([600, 1]);
  });
});

describe('a host', () => {
  test('has no timer and no row left when 3,000 have come and gone, whole and put away', () => {
    const w = serving();
    for (let port = 1; port <= 3000; port++) {
      const answer = readTcp(w.link.exchange(from(w, { seq: IRS, flags: SYN, mss: 1460 }, port))[0]);
      w.link.exchange(from(w, ackOf(answer), port));
      const child = w.listener.accept()!;
      if (port % 3 === 0) child.notify = () => {};
      child.close();
      w.link.take();
      w.link.exchange(from(w, { seq: add(IRS, 1), ack: add(answer.seq, 2), flags: ACK | FIN }, port));
      if (port % 100 === 0) w.clock.advance(5000);
    }
    expect([...w.host.sockets()].every(({ state }) => state === 'TIME-WAIT')).toBe(true);
    w.clock.advance(2 * RFC9293.msl);
    expect([[...w.host.sockets()], w.clock.next]).toEqual([[], Infinity]);
  });
});
