// §3.8.5 urgent data: told, measured, and left in the stream (RFC 6093 §6).

import { expect, test } from 'vitest';
import { URGENT } from '../../src/tcp/notice.ts';
import { established, type Script } from '../support/script.ts';
import { reach } from './states.ts';

const ahead = (t: Script): number => t.connection.urgentAhead;

test('MUST-31, MUST-32: the program is told when the pointer moves ahead, and how far it lies ahead (MUST-33)', () => {
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

test('the urgent octets are text like any other', () => {
  established().in('UP. 1:101 ack 1 urg 10').reads(100);
});

test('a pointer that does not advance is no news', () => {
  const t = established()
    .in('U. 1:101 ack 1 urg 300')
    .told(URGENT)
    .in('U. 101:201 ack 1 urg 200')
    .untold(URGENT);
  t.in('U. 201:301 ack 1 urg 50').untold(URGENT);
  t.in('U. 301:401 ack 1 urg 1').told(URGENT);
  expect(ahead(t)).toBe(301);
});

test('it counts from the number that the segment came with, not from what is new of it', () => {
  const t = established().in('. 1:101 ack 1').reads(100).in('U. 51:151 ack 1 urg 80').told(URGENT);
  expect(ahead(t)).toBe(30);
  t.reads(50).in('. 151:251 ack 1').reads(100);
  expect(ahead(t)).toBe(0);
});

test('a pointer to what was received long ago is none', () => {
  const t = established().in('. 1:101 ack 1').reads(100).in('U. 51:151 ack 1 urg 20').untold(URGENT);
  expect(ahead(t)).toBe(0);
});

test('without text, and across a gap', () => {
  const t = established().in('U. 1:1 ack 1 urg 20').told(URGENT);
  expect(ahead(t)).toBe(20);
  t.in('U. 101:201 ack 1 urg 65535').told(URGENT);
  expect(ahead(t)).toBe(100 + 65_535);
});

test.each([0, 1, 65_535])('URG with pointer %i and no text neither loops nor delivers', (up) => {
  established().in(`U. 1:1 ack 1 urg ${up}`).reads(0).state('ESTABLISHED').in('P. 1:11 ack 1').reads(10);
});

test('the pointer means nothing without URG', () => {
  const t = established().in('. 1:11 ack 1 urg 500').untold(URGENT);
  expect(ahead(t)).toBe(0);
});

test('nor on a SYN, nor after the FIN', () => {
  reach['SYN-SENT']().in('SU. 0:0 ack 1 urg 9').untold(URGENT).state('ESTABLISHED');
  for (const state of ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const) {
    const t = reach[state]().in(`U. 2:12 ack ${state === 'CLOSE-WAIT' || state === 'CLOSING' ? 1 : 2} urg 5`);
    t.untold(URGENT);
    expect(ahead(t)).toBe(0);
  }
});

test('the peer may close before all that it called urgent has come', () => {
  const t = established().in('UF. 1:11 ack 1 urg 5').told(URGENT).state('CLOSE-WAIT');
  expect(ahead(t)).toBe(5);
  t.reads(10);
  expect(ahead(t)).toBe(0);
});
