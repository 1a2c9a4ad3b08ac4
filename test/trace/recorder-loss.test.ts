// What a recorder tells of loss: where a packet ended, what was sent again, what became of the window.

import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/sim/clock.ts';
import { createLink } from '../../src/sim/link.ts';
import { handshake, record, segments } from './recording.ts';
import { CLIENT, packetOf, SERVER } from './support.ts';

describe('Recorder', () => {
  test('a link that is watched: what it loses is told of the host that sent it; its observer hears on', () => {
    const { recorder, client, server } = record();
    const heard: string[] = [];
    const link = createLink({ clock: new VirtualClock(), name: 'wire', cut: true });
    link.observer = (event) => heard.push(event.kind);
    const stop = recorder.watch(link, { a: 'client', b: 'server' });
    const syn = client.out('S', 0, 0);
    link.a.transmit(packetOf(syn, CLIENT, SERVER));
    link.b.transmit(packetOf(server.segment('R.', 0, 1), SERVER, CLIENT));
    stop();
    link.a.transmit(packetOf(syn, CLIENT, SERVER));
    const lost = recorder.events.filter((event) => event.kind === 'packet-lost');
    expect(lost).toMatchObject([
      { host: 'client', link: 'wire', reason: 'cut', connection: 1, segment: { flags: 'SYN' } },
      { host: 'server', link: 'wire', reason: 'cut', connection: 1, segment: { flags: 'RST,ACK' } },
    ]);
    expect(heard).toEqual(['sent', 'lost', 'sent', 'lost', 'sent', 'lost']);
  });

  test('the arrival of what was sent again is marked, whole or in pieces; its original is told apart', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    const stamped = (tsval: number) => ({ timestamps: true, tsval });
    const text = (length: number, options: object) => client.segment('.', 1, 1, { length, options });
    const arrives = (seg: ReturnType<typeof text>): boolean => {
      server.probe.segmentArrives(server.tcb, seg, 0);
      return segments(recorder).at(-1)!.retransmission;
    };
    const send = (seg: ReturnType<typeof text>) => client.probe.segmentSent(client.tcb, seg, 0);
    send(text(200, stamped(1)));
    send(text(200, stamped(2)));
    expect(arrives(text(200, stamped(1)))).toBe(false);
    expect(arrives(text(200, stamped(2)))).toBe(true);
    expect(arrives(text(100, stamped(2)))).toBe(true);
    expect(arrives(text(300, stamped(2)))).toBe(false);
    expect(arrives(text(200, {}))).toBe(false);
    // It is one that left this end: the same numbers in the other direction say nothing.
    client.probe.segmentArrives(
      client.tcb,
      server.segment('.', 1, 1, { length: 100, options: stamped(2) }),
      0,
    );
    expect(segments(recorder).at(-1)!.retransmission).toBe(false);
  });

  test('only so many retransmissions are remembered', () => {
    const { recorder, client, server } = record(10_000);
    handshake(client, server);
    const piece = (i: number) => client.segment('.', 1 + i, 1, { length: 1 });
    for (let i = 0; i < 300; i++) client.probe.segmentSent(client.tcb, piece(i), 0);
    for (let i = 0; i < 300; i++) client.probe.segmentSent(client.tcb, piece(i), 0);
    for (const [i, marked] of [
      [299, true],
      [44, true],
      [43, false],
    ] as const) {
      server.probe.segmentArrives(server.tcb, piece(i), 0);
      expect(segments(recorder).at(-1)!.retransmission).toBe(marked);
    }
  });

  test('§3.8.2: what a loss, a timeout and the end of a repair do to the window; growth is not told', () => {
    const { recorder, client, server } = record();
    handshake(client, server);
    client.congestion({ cwnd: 14_480, ssthresh: Infinity, active: false, rto: 1000 });
    client.in(server.segment('.', 1, 1));
    client.congestion({ cwnd: 15_928, ssthresh: Infinity, active: false, rto: 900 });
    client.in(server.segment('.', 1, 1));
    client.congestion({ cwnd: 7964, ssthresh: 3620, active: true, rto: 900 });
    client.rule('5681-3.2-fast-retransmit');
    client.congestion({ cwnd: 9412, ssthresh: 3620, active: true, rto: 900 });
    client.in(server.segment('.', 1, 1));
    client.congestion({ cwnd: 3620, ssthresh: 3620, active: false, rto: 900 });
    client.timer('retransmission', 900);
    client.fired('retransmission');
    client.congestion({ cwnd: 1448, ssthresh: 2896, active: true, rto: 1800 });
    client.timer('retransmission', 2700);
    client.congestion({ cwnd: 2896, ssthresh: 2896, active: false, rto: 1000 });
    client.out('.', 1, 1);
    const told = recorder.events.filter((event) => event.kind === 'congestion');
    expect(told).toMatchObject([
      { host: 'client', connection: 1, change: 'recovery', cwndBefore: 15_928, cwnd: 7964, ssthresh: 3620 },
      { change: 'recovered', cwndBefore: 9412, cwnd: 3620, rtoBefore: 900, rto: 900 },
      { change: 'timeout', cwndBefore: 3620, cwnd: 1448, ssthresh: 2896, rtoBefore: 900, rto: 1800 },
      { change: 'recovered', cwndBefore: 1448, cwnd: 2896 },
    ]);
    expect(told).toHaveLength(4);
  });

  test('a timeout of the SYN has no threshold; one that changes nothing is not told, nor an ACK after it', () => {
    const { recorder, client, server } = record();
    client.congestion({ cwnd: 0, ssthresh: Infinity, active: false, rto: 1000 });
    client.out('S', 0, 0);
    client.fired('retransmission');
    client.congestion({ cwnd: 0, ssthresh: Infinity, active: false, rto: 2000 });
    client.timer('retransmission', 3000);
    client.fired('retransmission');
    client.timer('retransmission', 5000);
    client.in(server.segment('S.', 0, 1));
    client.congestion({ cwnd: 14_600, ssthresh: Infinity, active: false, rto: 2000 });
    client.rule('9293-3.10.7.4-fifth');
    expect(recorder.events.filter((event) => event.kind === 'congestion')).toMatchObject([
      { change: 'timeout', cwnd: 0, ssthresh: null, rtoBefore: 1000, rto: 2000 },
    ]);
  });
});
