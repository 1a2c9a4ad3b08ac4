import { describe, expect, test } from 'vitest';
import { tee } from '../../src/host/tee.ts';
import type { TraceEvent } from '../../src/trace/events.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { Packet } from '../../src/wire/packet.ts';
import { handshake, record, segments } from './recording.ts';
import { CLIENT, CLIENT_ISS, endpoint, FakeEnd, packetOf, SERVER, SERVER_ISS } from './support.ts';

describe('Recorder', () => {
  test('tells of a segment in full: names, numbers absolute and relative, options, window, why', () => {
    const { recorder, client } = record();
    client.now = 12.5;
    client.out('S', 0, 0, { why: '9293-3.5-syn' });
    expect(recorder.events).toEqual([
      {
        id: 1,
        t: 12.5,
        host: 'client',
        connection: 1,
        kind: 'connection',
        local: '10.0.0.1:40000',
        remote: '10.0.0.2:80',
        passive: false,
        state: 'CLOSED',
      },
      {
        id: 2,
        t: 12.5,
        host: 'client',
        connection: 1,
        kind: 'segment',
        direction: 'out',
        why: '9293-3.5-syn',
        retransmission: false,
        segment: {
          source: '10.0.0.1:40000',
          destination: '10.0.0.2:80',
          flags: 'SYN',
          seq: CLIENT_ISS,
          ack: null,
          relativeSeq: 0,
          relativeAck: null,
          length: 0,
          window: 65_535,
          scaledWindow: 65_535,
          urgent: null,
          ecn: null,
          count: 1,
          options: {
            mss: 1460,
            windowScale: 7,
            sackPermitted: true,
            timestamps: { value: 100, echo: 0 },
            sack: [],
          },
        },
      },
    ]);
  });

  test('events are plain: they survive JSON', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    client.timer('time-wait', 240_000);
    client.timer('time-wait', Number.POSITIVE_INFINITY);
    client.fired('keep-alive');
    client.call('send', 5);
    client.rule('9293-3.7.4-nagle');
    expect(JSON.parse(JSON.stringify(recorder.events))).toEqual(recorder.events);
    expect(recorder.events.map((event) => event.id)).toEqual(recorder.events.map((_, i) => i + 1));
  });

  test('numbers are relative to each direction, across the wrap, and windows are scaled after the SYNs', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    client.out('P.', 1, 1, { length: 10 });
    client.out('.', 11, 5);
    const seen = segments(recorder).map(({ host, direction, segment: s }) => [
      `${host} ${direction} ${s.flags}`,
      s.relativeSeq,
      s.relativeAck,
      s.scaledWindow,
    ]);
    expect(seen).toEqual([
      ['client out SYN', 0, null, 65_535],
      ['server in SYN', 0, null, 65_535],
      ['server out SYN,ACK', 0, 1, 65_535],
      ['client in SYN,ACK', 0, 1, 65_535],
      ['client out ACK', 1, 1, 65_535 * 128],
      ['server in ACK', 1, 1, 65_535 * 128],
      ['client out PSH,ACK', 1, 1, 65_535 * 128],
      ['client out ACK', 11, 5, 65_535 * 128],
    ]);
    const last = segments(recorder).at(-1)!.segment;
    expect([last.seq, last.ack]).toEqual([(CLIENT_ISS + 11) >>> 0, (SERVER_ISS + 5) >>> 0]);
    expect(last.seq).toBeGreaterThan(2 ** 31);
  });

  test('the engine fills its segment again: what was recorded stays', () => {
    const { recorder, client } = record();
    const seg = client.out('.', 1, 1, { options: { sackCount: 1 } });
    seg.clear();
    seg.sackBlocks.fill(7);
    const { segment } = segments(recorder)[0]!;
    expect([segment.flags, segment.options.sack]).toEqual(['ACK', [[0, 0]]]);
  });

  test('what left before is a retransmission, also in part; probes are not', () => {
    const { recorder, client } = record();
    client.state('SYN-SENT', '9293-3.10.1-active');
    client.out('S', 0, 0);
    client.out('S', 0, 0);
    client.out('P.', 1, 1, { length: 100 });
    client.out('.', 101, 1);
    client.out('P.', 51, 1, { length: 100 });
    client.out('.', 150, 1, { length: 1, why: '9293-3.8.4-probe' });
    client.out('F.', 151, 1);
    client.out('F.', 151, 1);
    expect(segments(recorder).map((event) => event.retransmission)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  test('what arrives again is one too; what arrives late is not', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    const second = client.segment('P.', 101, 1, { length: 100 });
    const first = client.segment('P.', 1, 1, { length: 100 });
    server.probe.segmentArrives(server.tcb, second, 0);
    server.probe.segmentArrives(server.tcb, first, 0);
    server.tcb.rcv.nxt = server.segment('.', 1, 201).ack;
    server.probe.segmentArrives(server.tcb, first, 0);
    const arrivals = segments(recorder).filter(
      (event) => event.host === 'server' && event.segment.length > 0,
    );
    expect(arrivals.map((event) => event.retransmission)).toEqual([false, false, true]);
  });

  test('both ends share a number; the next use of the same endpoints has another', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    client.state('CLOSED', '9293-3.10.5-abort');
    const client2 = new FakeEnd(client.probe, 'client', 2);
    const server2 = new FakeEnd(server.probe, 'server', 2);
    handshake(client2, server2);
    const other = new FakeEnd(client.probe, 'client', 3, endpoint('10.0.0.1', 40_001));
    other.out('S', 0, 0);
    const opened = recorder.events.filter((event) => event.kind === 'connection');
    expect(opened.map((event) => [event.host, event.connection])).toEqual([
      ['client', 1],
      ['server', 1],
      ['client', 2],
      ['server', 2],
      ['client', 3],
    ]);
  });

  test('a RST that leaves after CLOSED still belongs to its connection', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    client.state('CLOSED', '9293-3.10.5-abort');
    const reset = client.out('R', 1, 0, { why: '9293-3.10.5-abort' });
    client.probe.packetSent('client', 'eth', packetOf(reset, CLIENT, SERVER), 0);
    const resets = segments(recorder).filter((event) => event.segment.flags === 'RST');
    expect(resets.map((event) => [event.connection, event.why])).toEqual([[1, '9293-3.10.5-abort']]);
  });

  test('§3.10.7.1: what no connection takes arrives, and the RST that no connection sent leaves', () => {
    const { recorder, client, server } = record();
    const syn = client.out('S', 0, 0);
    const packet = packetOf(syn, CLIENT, SERVER);
    server.probe.packetReceived('server', 'eth', packet, 5);
    server.probe.packetDropped('server', 'eth', packet, 'tcp-no-connection', 5);
    const reset = server.segment('R.', -SERVER_ISS, 1);
    server.probe.packetSent('server', 'eth', packetOf(reset, SERVER, CLIENT), 5);
    const both = { kind: 'segment', host: 'server', connection: 1, why: '9293-3.10.7.1-reset' };
    expect(recorder.events.slice(2)).toMatchObject([
      { ...both, direction: 'in', segment: { flags: 'SYN', relativeSeq: 0 } },
      { ...both, direction: 'out', segment: { flags: 'RST,ACK', seq: 0, relativeAck: 1 } },
    ]);
    expect(recorder.events).toHaveLength(4);
  });

  test('§3.10.7.1: a SYN nobody knows of has a number of its own, and so has the next one', () => {
    const recorder = new Recorder();
    const probe = recorder.probeFor('server');
    const client = new FakeEnd(new Recorder(0).probeFor('client'), 'client');
    const arrives = (letters: string, at: number): void => {
      const packet = packetOf(client.segment(letters, at, 1), CLIENT, SERVER);
      probe.packetDropped('server', 'eth', packet, 'tcp-no-connection', 0);
    };
    for (const at of [0, 0, 7000]) arrives('S', at);
    arrives('.', 7001);
    arrives('R', 7001);
    const told = recorder.events.map(({ kind, connection, ...event }) => [
      kind,
      connection,
      'segment' in event ? event.segment?.relativeSeq : null,
    ]);
    expect(told).toEqual([
      ['segment', 1, 0],
      ['segment', 1, 0],
      ['segment', 2, 0],
      ['segment', 2, 1],
      ['packet-dropped', 2, 1],
    ]);
    const server = new FakeEnd(probe, 'server');
    server.call('send', 1);
    expect(recorder.events.at(-1)!.connection).toBe(3);
  });

  test('a lost packet is told with its segment; one that is no TCP without', () => {
    const { recorder, client } = record();
    const syn = client.out('S', 0, 0);
    recorder.packetLost('client', 'wire', packetOf(syn, CLIENT, SERVER), 'queue-full', 3);
    const noise = new Packet();
    noise.bytes = Uint8Array.of(0xff, 1, 2, 3);
    noise.end = 4;
    recorder.packetLost('client', 'wire', noise, 'loss', 4);
    recorder.packetLost('client', 'wire', new Packet(), 'loss', 5);
    expect(recorder.events.slice(2)).toMatchObject([
      { kind: 'packet-lost', connection: 1, reason: 'queue-full', segment: { flags: 'SYN', relativeSeq: 0 } },
      { kind: 'packet-lost', connection: null, bytes: 4, segment: null },
      { kind: 'packet-lost', connection: null, bytes: 0, segment: null },
    ]);
  });

  test('every call of the probe becomes an event', () => {
    const { recorder, client } = record();
    client.call('connect');
    client.state('SYN-SENT', '9293-3.10.1-active');
    const seg = client.segment('.', 1, 1);
    client.probe.segmentDropped(client.tcb, seg, '9293-3.10.7.3-fifth', 0);
    client.timer('retransmission', 1000);
    client.timer('retransmission', Number.POSITIVE_INFINITY);
    client.fired('retransmission');
    client.rule('9293-3.8.3-r1');
    expect(recorder.events.slice(1)).toMatchObject([
      { kind: 'call', call: 'connect', bytes: 0 },
      { kind: 'state', from: 'CLOSED', to: 'SYN-SENT', why: '9293-3.10.1-active' },
      { kind: 'segment-dropped', why: '9293-3.10.7.3-fifth', segment: { flags: 'ACK', relativeSeq: null } },
      { kind: 'timer', timer: 'retransmission', action: 'set', deadline: 1000 },
      { kind: 'timer', action: 'stopped', deadline: null },
      { kind: 'timer', action: 'fired', deadline: null },
      { kind: 'rule', why: '9293-3.8.3-r1' },
    ]);
  });

  test('memory is bounded: the latest events are kept, the others counted', () => {
    const { recorder, client } = record(10);
    for (let i = 0; i < 99; i++) client.rule('9293-3.7.4-nagle');
    expect(recorder.events).toHaveLength(10);
    expect(recorder.events.at(-1)!.id).toBe(100);
    expect(recorder.forgotten).toBe(90);
    const nothing = new Recorder(0);
    new FakeEnd(nothing.probeFor('x'), 'client').call('connect');
    expect(nothing.events).toEqual([]);
  });

  test('without a number the latest 10,000 are kept, with Infinity all', () => {
    for (const [recorder, kept] of [
      [new Recorder(), 10_000],
      [new Recorder(Infinity), 25_001],
    ] as const) {
      const client = new FakeEnd(recorder.probeFor('client'), 'client');
      for (let i = 0; i < 25_000; i++) client.rule('9293-3.7.4-nagle');
      expect(recorder.events).toHaveLength(kept);
      expect(recorder.events.at(-1)!.id).toBe(25_001);
    }
  });

  test('listeners hear until they stop', () => {
    const { recorder, client } = record(0);
    const heard: TraceEvent[] = [];
    const stop = recorder.listen((event) => heard.push(event));
    client.call('connect');
    stop();
    client.call('close');
    expect(heard.map((event) => event.kind)).toEqual(['connection', 'call']);
  });

  test('closed TCBs are forgotten after a while, not at once', () => {
    const { recorder, client } = record();
    for (let id = 1; id <= 300; id++) {
      new FakeEnd(client.probe, 'client', id, endpoint('10.0.0.1', 1024 + id)).state(
        'CLOSED',
        '9293-3.10.5-abort',
      );
    }
    const again = (id: number): number => {
      const before = recorder.events.length;
      new FakeEnd(client.probe, 'client', id, endpoint('10.0.0.1', 1024 + id)).rule('9293-3.7.4-nagle');
      return recorder.events.length - before;
    };
    expect(again(300)).toBe(1);
    expect(again(1)).toBe(2);
  });
});

test('tee: every observer hears every call', () => {
  const one = new Recorder(100);
  const two = new Recorder(100);
  const client = new FakeEnd(tee(one.probeFor('client'), two.probeFor('client')), 'client');
  client.call('connect');
  client.state('SYN-SENT', '9293-3.10.1-active');
  const syn = client.out('S', 0, 0);
  const packet = packetOf(syn, CLIENT, SERVER);
  client.probe.packetSent('client', 'eth', packet, 0);
  client.probe.packetReceived('client', 'eth', packet, 0);
  client.probe.packetDropped('client', 'eth', packet, 'not-ours', 0);
  client.probe.segmentDropped(client.tcb, client.segment('.', 1, 1), '9293-3.10.7.3-fifth', 0);
  client.in(client.segment('S.', 0, 1));
  client.timer('retransmission', 5);
  client.fired('retransmission');
  client.rule('9293-3.7.4-nagle');
  expect(one.events.map((event) => event.kind)).toEqual([
    'connection',
    'call',
    'state',
    'segment',
    'packet-dropped',
    'segment-dropped',
    'segment',
    'timer',
    'timer',
    'rule',
  ]);
  expect(two.events).toEqual(one.events);
});
