// §3.8.5 urgent data as it is sent: the flag and the pointer, from SEND until it is acknowledged.

import { describe, expect, test } from 'vitest';
import { accepted, established, pattern, Script, type ScriptOptions } from '../support/script.ts';
import { reach } from './states.ts';

/** SEND with the urgent flag of the `n` octets that follow `written`. */
const urgent = (t: Script, written: number, n: number): Script =>
  t.do((connection, now) => {
    expect(connection.sendUrgent(pattern(1 + written, n), now)).toBe(n);
  });

test('the pointer names the octet behind the urgent data (MUST-30, MUST-62, 6093.2)', () => {
  urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10');
});

test('last: it names the last of it (6093.2)', () => {
  urgent(established({ parameters: { urgentPointer: 'last' } }), 0, 10).out('UP. 1:11 ack 1 urg 9');
  urgent(established({ parameters: { urgentPointer: 'last' } }), 0, 1).out('UP. 1:2 ack 1');
});

test('what is sent after it is not urgent, but is told of it until it is acknowledged', () => {
  const t = urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10');
  t.do((connection, now) => {
    connection.setNoDelay(true);
    connection.send(pattern(11, 5), now);
  }).out('P. 11:16 ack 1');
  t.in('. 1:1 ack 16').in('P. 1:2 ack 16').after(200).out('. 16:16 ack 2');
});

test('several segments: each says how far it still is (MUST-31)', () => {
  urgent(established(), 0, 2500).out(
    'U. 1:1001 ack 1 urg 2500',
    'U. 1001:2001 ack 1 urg 1500',
    'UP. 2001:2501 ack 1 urg 500',
  );
});

test('further than the field can say: 65535, and further with every segment (MUST-31)', () => {
  const far = new Script({ parameters: { windowScaling: true } })
    .connect()
    .out('S 0:0')
    .in('S. 0:0 ack 1 win 65535 <mss 1000,wscale 7>')
    .out('. 1:1 ack 1');
  urgent(far, 0, 70_000);
  const pointers = (): number[] => far.takeSent().map((line) => Number(/urg (\d+)/.exec(line)?.[1] ?? 0));
  expect(pointers()).toEqual(Array.from({ length: 10 }, (_, i) => Math.min(70_000 - 1000 * i, 65_535)));
  far.in('. 1:1 ack 10001 win 512');
  expect(pointers()[0]).toBe(60_000);
});

test('what waited before it is urgent too, and Nagle holds none of it', () => {
  const t = established().write(1).out('P. 1:2 ack 1').write(3).quiet();
  urgent(t, 4, 2).out('UP. 2:7 ack 1 urg 5');
});

test('once it is acknowledged, all is as before: Nagle waits again', () => {
  const t = urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10').in('. 1:1 ack 11');
  t.do((connection, now) => connection.send(pattern(11, 5), now)).out('P. 11:16 ack 1');
  t.do((connection, now) => connection.send(pattern(16, 5), now)).quiet();
});

test('urgent data on urgent data moves the pointer', () => {
  const t = urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10');
  urgent(t, 10, 5).out('UP. 11:16 ack 1 urg 5');
  t.after(1000).out('UP. 1:16 ack 1 urg 15');
});

test('sent again, it is announced again (MUST-30)', () => {
  const t = urgent(established(), 0, 2000).out('U. 1:1001 ack 1 urg 2000', 'UP. 1001:2001 ack 1 urg 1000');
  t.after(1000).out('U. 1:1001 ack 1 urg 2000');
  t.in('. 1:1 ack 1001').out('UP. 1001:2001 ack 1 urg 1000').in('. 1:1 ack 2001');
  t.do((connection, now) => connection.send(pattern(2001, 10), now)).out('P. 2001:2011 ack 1');
});

describe('a closed window (MUST-30)', () => {
  test('the pointer goes at once, with no text', () => {
    const t = established().in('. 1:1 ack 1 win 0');
    urgent(t, 0, 10).out('U. 1:1 ack 1 urg 10').followed('9293-3.8.5-urgent');
    t.after(1000).out('U. 1:2 ack 1 urg 10');
    t.in('. 1:1 ack 1 win 5000').out('U. 1:2 ack 1 urg 10', 'UP. 2:11 ack 1 urg 9');
  });

  test('with something in flight that fills it', () => {
    const t = established().in('. 1:1 ack 1 win 1000').write(1000).out('P. 1:1001 ack 1');
    urgent(t, 1000, 10).out('U. 1001:1001 ack 1 urg 10');
  });

  test('an open one: no segment more than the text needs', () => {
    urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10').quiet();
    // Held by the congestion window, it waits like any other.
    const t = established({ parameters: { initialWindow: 1 } })
      .write(1000)
      .out('P. 1:1001 ack 1');
    urgent(t, 1000, 10).quiet();
  });
});

test('every ACK on the way says it too', () => {
  const t = established({ parameters: { initialWindow: 1 } })
    .write(1000)
    .out('P. 1:1001 ack 1');
  urgent(t, 1000, 10).quiet();
  t.in('P. 1:1001 ack 1').in('P. 1001:2001 ack 1').out('U. 1001:1001 ack 2001 urg 10');
});

test('where the link cuts super-segments, each has a pointer of its own (MUST-31)', () => {
  const options: ScriptOptions = { superSegment: 65_535 };
  established(options).write(3000).out('P. 1:3001 ack 1');
  urgent(established(options), 0, 3000).out(
    'U. 1:1001 ack 1 urg 3000',
    'U. 1001:2001 ack 1 urg 2000',
    'UP. 2001:3001 ack 1 urg 1000',
  );
});

test('queued before the connection is open, it is announced from the first text on; not by the SYN (6093.5)', () => {
  const t = urgent(new Script().connect().out('S 0:0'), 0, 10).quiet();
  t.after(1000).out('S 0:0');
  t.in('S. 0:0 ack 1 <mss 1000>').out('UP. 1:11 ack 1 urg 10');
});

test('a RST has no pointer', () => {
  urgent(established(), 0, 10).out('UP. 1:11 ack 1 urg 10').abort().out('R 11:11');
});

test('with the FIN behind it', () => {
  const t = urgent(accepted(), 0, 10).out('UP. 1:11 ack 1 urg 10').shutdown().out('F. 11:11 ack 1');
  t.after(1000).out('UFP. 1:11 ack 1 urg 10');
});

test('nothing taken, nothing urgent', () => {
  const t = established({ parameters: { sendBuffer: 1000, nagle: false } })
    .in('. 1:1 ack 1 win 500')
    .write(1000);
  t.takeSent();
  t.do((connection, now) => {
    expect(connection.sendUrgent(pattern(1001, 10), now)).toBe(0);
  }).quiet();
  t.in('. 1:1 ack 501 win 500');
  for (const line of t.takeSent()) expect(line).not.toContain('U');
});

test('after our close there is nothing to send', () => {
  const t = reach['FIN-WAIT-1']();
  expect(() => t.connection.sendUrgent(pattern(1, 1), t.now)).toThrow(/closing/);
});
