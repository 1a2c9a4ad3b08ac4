// A captured connection as a picture: what is known of each packet's way, and the limits of what is kept.

import { describe, expect, test } from 'vitest';
import { capturePicture, captureWords } from '../../../src/trace/reader/picture.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import { OPENED } from './exchange.ts';
import { keptExchange } from './kept.ts';

const DIALOGUE = [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+300 > P. 1:101 ack 1',
  '+20 < . 1:1 ack 101',
  '+5 > F. 101:101 ack 1',
  '+20 < . 1:1 ack 102 win 0',
];

describe('a picture of a capture', () => {
  const kept = keptExchange(DIALOGUE);
  const picture = capturePicture(kept, ENGLISH);

  test('the time is known at the end where the capture was taken: departures there, arrivals there', () => {
    expect(kept.near).toBe(0);
    expect(picture.arrows.map(({ from, to, departs, arrives }) => [from, to, departs, arrives])).toEqual([
      [0, 1, 0, null],
      [1, 0, null, 20],
      [0, 1, 20, null],
      [0, 1, 25, null],
      [0, 1, 325, null],
      [1, 0, null, 345],
      [0, 1, 350, null],
      [1, 0, null, 370],
    ]);
  });

  test('captured at the server, the SYN is an arrival', () => {
    const far = capturePicture(
      keptExchange([OPENED[0]!, OPENED[1]!.replace('+20', '+0'), '+20 > . 1:1 ack 1']),
      ENGLISH,
    );
    expect(far.arrows.map(({ departs, arrives }) => [departs, arrives])).toEqual([
      [null, 0],
      [0, null],
      [null, 20],
    ]);
  });

  test('numbers, flags, what is repeated, and the window where it matters', () => {
    expect(
      picture.arrows.map(({ id, label, detail, badge, tone, repeats }) => ({
        id,
        label,
        detail,
        badge,
        tone,
        repeats,
      })),
    ).toMatchObject([
      { id: 1, label: 'SYN', detail: '#1 seq 0 win 10000', tone: 'open', badge: '' },
      { id: 2, label: 'SYN,ACK', detail: '#2 seq 0 ack 1 win 10000', tone: 'open' },
      { id: 3, label: 'ACK', detail: '#3 seq 1 ack 1', tone: 'plain' },
      { id: 4, label: 'PSH,ACK', detail: '#4 seq 1 ack 1 len 100', tone: 'text', repeats: null },
      { id: 5, detail: '#5 seq 1 ack 1 len 100 [Retransmission]', badge: 'R', tone: 'warn', repeats: 4 },
      { id: 6, detail: '#6 seq 1 ack 101' },
      { id: 7, label: 'FIN,ACK', tone: 'close' },
      { id: 8, detail: '#8 seq 1 ack 102 win 0 [ZeroWindow]', tone: 'warn' },
    ]);
  });

  test('states of both ends, with how each is known', () => {
    const states = picture.states.map(
      ({ end, t, state, confidence }) => `${end} ${t} ${confidence} ${state}`,
    );
    expect(states.slice(0, 3)).toEqual([
      '0 0 observed SYN-SENT',
      '0 20 assumed ESTABLISHED',
      '1 20 observed SYN-RECEIVED',
    ]);
    expect(states.filter((state) => state.includes('FIN-WAIT'))).toEqual([
      '0 350 observed FIN-WAIT-1',
      '0 370 inferred FIN-WAIT-2',
    ]);
  });

  test('why: what the flags tell, and what an arrival does', () => {
    expect(kept.packets.map(({ reasons }) => reasons.join(' '))).toEqual([
      '9293-3.5-syn',
      '9293-3.5-syn-ack',
      '9293-3.5-ack',
      '',
      '',
      '',
      expect.stringMatching(/^9293-3\.6-fin/),
      '9293-3.10.7.4-fifth-fin-wait-2',
    ]);
  });

  test('the words of each language', () => {
    expect(capturePicture(kept, KOREAN).ends.map(({ name }) => name)).toEqual(['클라이언트', '서버']);
    expect(captureWords(ENGLISH).gap(1500)).toBe('1.5 s pass');
  });

  test('a clock that goes back does not turn the picture over', () => {
    const back = keptExchange([...OPENED, '+-15 > P. 1:101 ack 1', '+1 < . 1:1 ack 101']);
    const times = capturePicture(back, ENGLISH).arrows.map(({ departs, arrives }) => departs ?? arrives);
    expect(times).toEqual([0, 20, 20, 20, 20]);
  });
});

describe('what is kept', () => {
  test.each([
    ['packets', { packets: 3, bytes: 1e6 }, 3],
    ['bytes', { packets: 100, bytes: 48 + 48 + 40 + 140 }, 4],
  ] as const)('is bounded: %s', (_what, limits, count) => {
    const kept = keptExchange(DIALOGUE, limits);
    expect(kept.packets).toHaveLength(count);
    expect(kept.omitted).toBe(DIALOGUE.length - count);
    expect(kept.summary.packets).toBe(DIALOGUE.length);
  });

  test('the bytes are a copy of the IP packet, with the places of TCP and of the text', () => {
    const { bytes, tcpStart, textStart, wireLength } = keptExchange(DIALOGUE).packets[3]!;
    expect([bytes[0], bytes.length, tcpStart, textStart, wireLength]).toEqual([0x45, 140, 20, 40, 140]);
    expect(bytes.subarray(textStart)).toEqual(new Uint8Array(100).fill(7));
  });
});
