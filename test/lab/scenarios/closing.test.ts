import { describe, expect, test } from 'vitest';
import { momentOf, standing, storyOf, taken, told } from './told.ts';

describe('S2: the orderly close', () => {
  test('has four segments and each state of figure 12 (C18, C19, C23, C25)', () => {
    expect(told('s2', {}, 4)).toEqual([
      '500 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '600 server gets FIN,ACK -> CLOSE-WAIT sends ACK',
      '700 client gets ACK -> FIN-WAIT-2',
      '900 server close() -> LAST-ACK sends FIN,ACK',
      '1000 client gets FIN,ACK -> TIME-WAIT sends ACK',
      '1100 server gets ACK -> CLOSED',
      '241000 client time-wait timer -> CLOSED',
    ]);
  });

  test('has three segments when the server’s FIN goes with its ACK (C31)', () => {
    expect(told('s2', { serverWaits: 0 }, 4)).toEqual([
      '500 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '600 server gets FIN,ACK -> CLOSE-WAIT',
      '600 server close() -> LAST-ACK sends FIN,ACK',
      '700 client gets FIN,ACK -> FIN-WAIT-2, TIME-WAIT sends ACK',
      '800 server gets ACK -> CLOSED',
      '240700 client time-wait timer -> CLOSED',
    ]);
  });

  test('leaves TIME-WAIT after 240 s by the RFC, 60 s on Linux (C27)', () => {
    expect(told('s2').at(-1)).toBe('241000 client time-wait timer -> CLOSED');
    expect(told('s2', { preset: 'Linux' }).at(-1)).toBe('61000 client time-wait timer -> CLOSED');
  });

  test('goes the other way round when the server closes first', () => {
    expect(told('s2', { closer: 'server' }, 4)[0]).toBe('500 server close() -> FIN-WAIT-1 sends FIN,ACK');
  });
});

describe('S3: half-close', () => {
  test('text still goes the other way after the FIN, and is acknowledged (C13, C21)', () => {
    const story = storyOf('s3');
    const fin = story.moments.findIndex(({ events }) =>
      events.some((event) => event.kind === 'state' && event.to === 'FIN-WAIT-1'),
    );
    const later = story.flights.filter(({ from, moment }) => from === 'server' && (moment ?? 0) > fin);
    expect(later.reduce((sum, { segment }) => sum + segment!.length, 0)).toBe(1200);
    expect(standing(story, 'server', 'CLOSED')).toBe(1);
  });

  test('all that waits goes with the FIN when the server says it at once', () => {
    expect(told('s3', { pause: 0 })).toContain('650 server close() -> LAST-ACK sends FIN,PSH,ACK');
  });
});

describe('S4: TIME-WAIT', () => {
  test.each([500, 30_000, 120_000])('lasts for two MSL of %i ms (MUST-13, C27)', (msl) => {
    const story = storyOf('s4', { msl });
    const begun = momentOf(story, '9293-3.10.7.4-eighth-time-wait');
    expect(begun.after!.timers['time-wait']! - begun.t).toBe(2 * msl);
    expect(momentOf(story, '9293-3.10.8-time-wait').t - begun.t).toBe(2 * msl);
  });

  test('gives way to a SYN that is newer than all that was (MAY-2, 6191.2)', () => {
    const story = storyOf('s4', { closer: 'server', again: 'new' });
    expect(taken(story)).toContain('6191-2-reuse');
    expect(standing(story, 'client', 'ESTABLISHED')).toBe(1);
  });

  test('answers the old SYN with an ACK, and stays (C28, 6191.3, 1337.4)', () => {
    const story = storyOf('s4', { closer: 'server', again: 'old' });
    expect(told('s4', { closer: 'server', again: 'old' }, 11)).toEqual([
      '2600 server gets SYN sends ACK',
      '2700 client gets ACK sends RST',
      '2800 server gets RST',
      '60500 server time-wait timer -> CLOSED',
    ]);
    expect(taken(story)).toContain('1337-4-rst');
  });

  test('keeps its two endpoints: connect() is refused, unless they may be reused', () => {
    expect(told('s4', { again: 'new' })).toContain('2500 client [call: EADDRINUSE]');
    expect(told('s4', { again: 'new', reuse: true })).toContain(
      '2500 client connect() -> CLOSED, SYN-SENT sends SYN',
    );
  });

  test('of 200 connections is 200 at the client and none at the server', () => {
    const story = storyOf('s4', { connections: 200 });
    expect(standing(story, 'client', 'TIME-WAIT', 10_000)).toBe(200);
    expect(standing(story, 'server', 'TIME-WAIT', 10_000)).toBe(0);
  });

  test('uses up the ephemeral ports: connect() is refused', () => {
    const story = storyOf('s4', { connections: 60, ports: 50 });
    const refused = story.moments.filter(({ stimulus }) => stimulus.kind === 'refused');
    expect(refused.map(({ stimulus }) => stimulus.kind === 'refused' && stimulus.code)).toEqual(
      Array(10).fill('EADDRNOTAVAIL'),
    );
    expect(standing(story, 'client', 'TIME-WAIT', 10_000)).toBe(50);
  });
});

describe('S5: CLOSE-WAIT', () => {
  test('of a program that never closes grows with each connection: a leak', () => {
    const story = storyOf('s5', { connections: 20 });
    expect(standing(story, 'server', 'CLOSE-WAIT')).toBe(20);
    expect(standing(story, 'client', 'CLOSED')).toBe(20);
    expect(story.stopped).toBe('quiet');
  });

  test('outlives the client, which gives up FIN-WAIT-2 and does not go by TIME-WAIT (C32)', () => {
    expect(told('s5', { connections: 1 }).at(-1)).toBe('240500 client fin-wait-2 timer -> CLOSED');
    expect(standing(storyOf('s5', { connections: 1 }), 'server', 'CLOSE-WAIT')).toBe(1);
  });

  test('is for draining: the FIN follows the last byte, and LAST-ACK begins with it (C22, C24)', () => {
    const story = storyOf('s5', { closes: 'drained', connections: 1, bytes: 20_000 });
    const close = story.moments.find(
      ({ host, stimulus }) => host === 'server' && stimulus.kind === 'call' && stimulus.call === 'close',
    )!;
    expect(close.after!.info).toMatchObject({ state: 'CLOSE-WAIT', sendQueue: 20_000 });
    const fin = story.flights.find(
      ({ from, segment }) => from === 'server' && segment!.flags.includes('FIN'),
    )!;
    expect(fin.segment!.relativeSeq! + fin.segment!.length).toBe(20_001);
    expect(story.moments[fin.moment!]!.after!.info.state).toBe('LAST-ACK');
  });
});

describe('S8: the last ACK is lost', () => {
  test('the FIN comes again, is acknowledged again, and 2 MSL begin anew (C23, C29)', () => {
    const story = storyOf('s8');
    const again = momentOf(story, '9293-3.10.7.4-eighth-again');
    expect(again.after!.timers['time-wait']).toBe(again.t + 60_000);
    expect(momentOf(story, '9293-3.10.8-time-wait').t).toBe(again.t + 60_000);
    expect(standing(story, 'server', 'CLOSED', again.t + 100)).toBe(1);
  });

  test.each([0, 1, 3, 5])('%i times: the server gets there all the same', (lost) => {
    const story = storyOf('s8', { lost });
    expect(story.flights.filter((flight) => flight.lost !== null)).toHaveLength(lost);
    expect(story.moments.at(-1)!.host).toBe('client');
    expect(standing(story, 'server', 'CLOSED')).toBe(1);
  });

  test('without TIME-WAIT nobody is there: the server’s orderly close ends in a RST', () => {
    expect(told('s8', { waits: false }, 10)).toEqual([
      '1400 server loss-probe timer sends FIN,ACK again',
      '1500 client gets FIN,ACK sends RST',
      '1600 server gets RST -> CLOSED',
    ]);
  });
});

describe('S10: simultaneous close', () => {
  test('both go by CLOSING to TIME-WAIT (figure 13; C31)', () => {
    expect(told('s10', {}, 4)).toEqual([
      '500 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '520 server close() -> FIN-WAIT-1 sends FIN,ACK',
      '600 server gets FIN,ACK -> CLOSING sends ACK',
      '620 client gets FIN,ACK -> CLOSING sends ACK',
      '700 client gets ACK -> TIME-WAIT',
      '720 server gets ACK -> TIME-WAIT',
      '240700 client time-wait timer -> CLOSED',
      '240720 server time-wait timer -> CLOSED',
    ]);
  });

  test('is an orderly close when the second comes too late to cross', () => {
    expect(taken(storyOf('s10', { offset: 300 }))).not.toContain('9293-3.10.7.4-eighth-closing');
  });
});
