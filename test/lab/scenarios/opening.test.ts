import { describe, expect, test } from 'vitest';
import { momentOf, standing, storyOf, taken, told } from './told.ts';

describe('S1: the three-way handshake', () => {
  test('has three segments, and the client is first (figure 6; C04, C05, C07)', () => {
    expect(told('s1')).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK',
      '200 client gets SYN,ACK -> ESTABLISHED sends ACK',
      '300 server gets ACK -> ESTABLISHED',
    ]);
  });

  test('is repaired whichever of the three is lost, by a timer alone', () => {
    expect(told('s1', { loses: 'SYN' }).slice(0, 2)).toEqual([
      '0 client connect() -> SYN-SENT sends SYN lost (filter)',
      '1000 client retransmission timer sends SYN again',
    ]);
    expect(told('s1', { loses: 'SYN,ACK' }).slice(1, 6)).toEqual([
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK lost (filter)',
      '1000 client retransmission timer sends SYN again',
      '1100 server retransmission timer sends SYN,ACK again',
      '1100 server gets SYN sends SYN,ACK again',
      '1200 client gets SYN,ACK -> ESTABLISHED',
    ]);
    expect(told('s1', { loses: 'ACK' }).slice(2)).toEqual([
      '200 client gets SYN,ACK -> ESTABLISHED sends ACK lost (filter)',
      '1100 server retransmission timer sends SYN,ACK again',
      '1200 client gets SYN,ACK sends ACK',
      '1300 server gets ACK -> ESTABLISHED',
    ]);
  });

  test('is refused where nobody listens (C03)', () => {
    expect(told('s1', { listening: false })).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '100 server gets SYN sends RST,ACK',
      '200 client gets RST,ACK -> CLOSED',
    ]);
  });

  test('takes other first numbers with each seed (C04)', () => {
    const numbers = storyOf('s1').flights.map(({ segment }) => segment!.seq);
    expect(new Set(numbers).size).toBe(3);
  });
});

describe('S6: text on the third segment', () => {
  test('opens the connection and fills it in one arrival, and not before (C01, C08)', () => {
    const story = storyOf('s6');
    expect(momentOf(story, '9293-3.10.7.4-fifth-established')).toBe(momentOf(story, '9293-3.10.7.4-seventh'));
    expect(told('s6').slice(3, 5)).toEqual([
      '200 client gets SYN,ACK -> ESTABLISHED sends PSH,ACK',
      '300 server gets PSH,ACK -> ESTABLISHED',
    ]);
  });

  test('goes behind a bare ACK when it is written later', () => {
    expect(told('s6', { writes: 'after' }).slice(2, 5)).toEqual([
      '200 client gets SYN,ACK -> ESTABLISHED sends ACK',
      '200 client send(200) sends PSH,ACK',
      '300 server gets ACK -> ESTABLISHED',
    ]);
  });

  test('stands in for the ACK that is lost, for it carries one too', () => {
    expect(told('s6', { writes: 'after', ackLost: true })[4]).toBe('300 server gets PSH,ACK -> ESTABLISHED');
    expect(taken(storyOf('s6', { ackLost: true }))).toContain('8985-7.3-probe');
  });
});

describe('S9: simultaneous open', () => {
  test('both are in SYN-SENT, then in SYN-RECEIVED, and one connection comes of it (figure 7)', () => {
    expect(told('s9')).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '20 server connect() -> SYN-SENT sends SYN',
      '100 server gets SYN -> SYN-RECEIVED sends SYN,ACK again',
      '120 client gets SYN -> SYN-RECEIVED sends SYN,ACK again',
      '200 client gets SYN,ACK -> ESTABLISHED',
      '220 server gets SYN,ACK -> ESTABLISHED',
    ]);
  });

  test('comes too late to cross: a SYN to a port where nobody is any more, or not yet', () => {
    expect(told('s9', { offset: 300 })).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '100 server gets SYN sends RST,ACK',
      '200 client gets RST,ACK -> CLOSED',
      '300 server connect() -> SYN-SENT sends SYN',
      '400 client gets SYN sends RST,ACK',
      '500 server gets RST,ACK -> CLOSED',
    ]);
  });
});

describe('S15: an old duplicate SYN', () => {
  test('comes to nothing: the client refuses what it never asked for (figure 8)', () => {
    expect(told('s15')).toEqual([
      '0 client [old-duplicate] sends SYN',
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK',
      '200 client gets SYN,ACK sends RST',
      '300 server gets RST -> CLOSED',
    ]);
  });

  test('is tried again by a client that is opening: its SYN goes once more (C10)', () => {
    const story = storyOf('s15', { arrives: 'first' });
    expect(taken(story)).toContain('9293-3.10.7.3-first');
    expect(standing(story, 'server', 'ESTABLISHED')).toBe(1);
    expect(standing(story, 'client', 'ESTABLISHED')).toBe(1);
  });

  test('keeps a server busy for minutes where nobody is there to say RST, and no program hears of it', () => {
    const story = storyOf('s15', { clientIs: 'gone' });
    expect(taken(story)).toContain('9293-3.8.3-r2');
    expect(
      story.moments.filter(({ host, stimulus }) => host === 'server' && stimulus.kind === 'call'),
    ).toEqual([]);
  });

  test('is served by a server that takes the SYN at its word: a ghost (RFC 7413 without a cookie)', () => {
    expect(told('s15', { believes: 'syn' })).toEqual([
      '0 client [old-duplicate] sends SYN',
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK',
      '100 server send(200) sends PSH,ACK',
      '200 client gets SYN,ACK',
      '200 client gets PSH,ACK sends RST + RST',
      '300 server gets RST -> CLOSED',
      '300 server gets RST',
    ]);
    expect(taken(storyOf('s15', { believes: 'syn' }))).toContain('7413-4.2.2-accepted');
  });
});
