// RFC 7323 §2.2: the window of a segment with a SYN is never scaled, whatever else the segment carries.

import { expect, test } from 'vitest';
import { Script } from '../support/script.ts';

const scaling = { parameters: { windowScaling: true } };

test('7323.2: a SYN,ACK that brings text', () => {
  const t = new Script(scaling).connect().out('S 0:0');
  t.in('S. 0:10 ack 1 win 1000 <mss 1000,wscale 7>').state('ESTABLISHED');
  expect(t.connection.info(t.now).sndWnd).toBe(1000);
  t.takeSent();
  t.in('. 11:11 ack 1 win 1000');
  expect(t.connection.info(t.now).sndWnd).toBe(128_000);
});

test('7323.2: the SYN,ACK of a simultaneous open', () => {
  const t = new Script(scaling)
    .connect()
    .out('S 0:0')
    .in('S 0:0 win 500 <mss 1000,wscale 7>')
    .out('S. 0:0 ack 1');
  t.in('S. 0:0 ack 1 win 1000 <mss 1000,wscale 7>').quiet().state('ESTABLISHED');
  expect(t.connection.info(t.now).sndWnd).toBe(1000);
});
