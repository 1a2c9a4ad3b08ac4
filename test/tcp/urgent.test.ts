// §3.8.5 urgent data: told, measured, and left in the stream (RFC 6093 §6).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { URGENT } from '../../src/tcp/notice.ts';
import { established, Script } from '../support/script.ts';
import { reach } from './states.ts';

const ahead = (t: Script): number => t.connection.urgentAhead;

test('the program is told when the pointer moves ahead, and how far it lies ahead (MUST-30, MUST-31, MUST-32, MUST-33)', () => {
  const t = established().in('UP. 1:101 ack 1 urg 300').told(URGENT);
  expect(ahead(t)).toBe(300);
  t.reads(100).in('. 101:201 ack 1').untold(URGENT);
  expect(ahead(t)).toBe(200);
  t.reads(100).in('. 201:401 ack 1').reads(200);
  expect(ahead(t)).toBe(0);
});

test('it lies behind text that came but was not read', () => {
  const t = established().in('UP. 1:101 ack 1 urg 50').told(URGENT);
  expect(ahead(t)).toBe(50);
  t.readSome(49);
  expect(ahead(t)).toBe(1);
  t.readSome(1);
  expect(ahead(t)).toBe(0);
});

test('the urgent octets are text like any other (MUST-30, 6093.1, 6093.4)', () => {
  established().in('UP. 1:101 ack 1 urg 10').reads(100);
  established().in('UP. 1:101 ack 1 urg 10').readSome(9).readSome(1).in('. 101:111 ack 1').reads(100);
});

test('a pointer that does not advance is no news (MUST-32)', () => {
  const t = established()
    .in('U. 1:101 ack 1 urg 300')
    .told(URGENT)
    .in('U. 101:201 ack 1 urg 200')
    .untold(URGENT);
  t.in('U. 201:301 ack 1 urg 50').untold(URGENT);
  t.in('U. 301:401 ack 1 urg 1').told(URGENT);
  expect(ahead(t)).toBe(301);
});

test('it counts from the number that the segment came with, not from what is new of it (6093.3, A036)', () => {
  const t = established().in('. 1:101 ack 1').reads(100).in('U. 51:151 ack 1 urg 80').told(URGENT);
  expect(ahead(t)).toBe(30);
  t.reads(50).in('. 151:251 ack 1').reads(100);
  expect(ahead(t)).toBe(0);
});

test('a pointer to what was received long ago is none (6093.3, A036)', () => {
  const t = established().in('. 1:101 ack 1').reads(100).in('U. 51:151 ack 1 urg 20').untold(URGENT);
  expect(ahead(t)).toBe(0);
});

test('nor is one to RCV.NXT, while what came before it is still unread (6093.3, A036)', () => {
  for (const segment of ['U. 101:201 ack 1 urg 0', 'U. 101:101 ack 1 urg 0', 'U. 51:151 ack 1 urg 50']) {
    const t = established().in('. 1:101 ack 1').in(segment).untold(URGENT);
    expect(ahead(t)).toBe(0);
  }
});

test('without text, and across a gap (MUST-31, 6093.3, A036)', () => {
  const t = established().in('U. 1:1 ack 1 urg 20').told(URGENT);
  expect(ahead(t)).toBe(20);
  t.in('U. 101:201 ack 1 urg 65535').told(URGENT);
  expect(ahead(t)).toBe(100 + 65_535);
});

test.each([0, 1, 65_535])(
  'URG with pointer %i and no text neither loops nor delivers (6093.3, A036)',
  (up) => {
    established().in(`U. 1:1 ack 1 urg ${up}`).reads(0).state('ESTABLISHED').in('P. 1:11 ack 1').reads(10);
  },
);

test('the pointer means nothing without URG', () => {
  const t = established().in('. 1:11 ack 1 urg 500').untold(URGENT);
  expect(ahead(t)).toBe(0);
});

test('nor on a SYN, with text or without (A037, 6093.5)', () => {
  reach['SYN-SENT']().in('SU. 0:0 ack 1 urg 9').untold(URGENT).state('ESTABLISHED');
  const t = reach['SYN-SENT']().in('SUP. 0:10 ack 1 urg 5').untold(URGENT).readSome(10);
  expect(ahead(t)).toBe(0);
  reach['SYN-RECEIVED (simultaneous)']().in('SU. 0:10 ack 1 urg 5').untold(URGENT).state('ESTABLISHED');
});

test('nor on the SYN that a listener gets, nor before the handshake is done (A037, 6093.5)', () => {
  const t = new Script().listen().in('SU 0:0 urg 9').out('S. 0:0 ack 1').untold(URGENT);
  t.in('U 1:1 urg 9').untold(URGENT).in('U. 1:1 ack 77 urg 9').untold(URGENT);
  expect(ahead(t)).toBe(0);
});

test.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
  'nor after the FIN: %s (U-17, 6093.5)',
  (state) => {
    const t = reach[state]().in(`U. 2:12 ack ${state === 'CLOSE-WAIT' || state === 'CLOSING' ? 1 : 2} urg 5`);
    t.untold(URGENT).reads(0);
    expect(ahead(t)).toBe(0);
  },
);

test('with the window closed a pointer is taken (MUST-66, U-7)', () => {
  const t = established({ parameters: { receiveBuffer: 100 } }).in('. 1:101 ack 1');
  t.in('U. 101:101 ack 1 urg 7').told(URGENT);
  expect(ahead(t)).toBe(107);
  t.in('U. 101:102 ack 1 urg 20').told(URGENT);
  expect(ahead(t)).toBe(120);
});

describe('the pointer as a parameter (6093.2)', () => {
  test('next: behind the last urgent octet (MUST-62)', () => {
    expect(ahead(established().in('U. 1:11 ack 1 urg 10'))).toBe(10);
  });

  test('last: at it', () => {
    const last = { parameters: { urgentPointer: 'last' as const } };
    expect(ahead(established(last).in('U. 1:11 ack 1 urg 9'))).toBe(10);
    expect(ahead(established(last).in('U. 1:1 ack 1 urg 0').told(URGENT))).toBe(1);
    // One that lies wholly in what was received does not come to life by being trimmed (A036).
    const t = established(last).in('. 1:101 ack 1').reads(100);
    t.in('U. 51:151 ack 1 urg 49').untold(URGENT).reads(50).in('U. 101:161 ack 1 urg 50').told(URGENT);
    expect(ahead(t)).toBe(1);
  });
});

test('property: pointers and text at random: no underflow, every octet once and in order (A036, 6093.3)', () => {
  const segment = fc.record({
    from: fc.nat(40),
    length: fc.nat(20),
    up: fc.constantFrom(0, 1, 5, 19, 20, 21, 60, 65_535),
  });
  fc.assert(
    fc.property(
      fc.array(segment, { maxLength: 30 }),
      fc.constantFrom('next', 'last'),
      (segments, urgentPointer) => {
        const t = established({ parameters: { urgentPointer } });
        let read = 0;
        for (const { from, length, up } of segments) {
          t.in(`U. ${1 + from}:${1 + from + length} ack 1 urg ${up}`);
          expect(ahead(t)).toBeGreaterThanOrEqual(0);
          expect(ahead(t)).toBeLessThanOrEqual(65_536 + 40);
          // To the mark and no further, as a program would (A036: a read at the mark must not spin).
          const before = t.connection.readable;
          t.readSome(Math.min(ahead(t), before));
          read += before - t.connection.readable;
        }
        t.reads(t.connection.readable);
        expect(read).toBeLessThanOrEqual(60);
      },
    ),
    { numRuns: 300 },
  );
});

test('the peer may close before all that it called urgent has come', () => {
  const t = established().in('UF. 1:11 ack 1 urg 5').told(URGENT).state('CLOSE-WAIT');
  expect(ahead(t)).toBe(5);
  t.reads(10);
  expect(ahead(t)).toBe(0);
});
