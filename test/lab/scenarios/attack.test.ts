import { describe, expect, test } from 'vitest';
import { momentOf, standing, storyOf, taken, told } from './told.ts';

describe('S14: a SYN flood', () => {
  test('fills the queue, and the real client is not served', () => {
    const story = storyOf('s14');
    expect(standing(story, 'server', 'SYN-RECEIVED', 500)).toBe(4);
    expect(standing(story, 'client', 'ESTABLISHED')).toBe(0);
  });

  test('does not, with cookies: nothing is kept until an ACK returns (4987.1)', () => {
    const story = storyOf('s14', { cookies: 'overflow' });
    expect(standing(story, 'server', 'ESTABLISHED')).toBe(1);
    expect(standing(storyOf('s14', { cookies: 'always' }), 'server', 'SYN-RECEIVED', 500)).toBe(0);
  });

  test('costs options that the cookie has no room for: without timestamps, SACK and window scaling', () => {
    const made = (timestamps: boolean) =>
      momentOf(storyOf('s14', { cookies: 'overflow', timestamps }), '4987-3.6-cookie').after!.info;
    const plain = momentOf(storyOf('s14', { spoofed: 0 }), '9293-3.10.7.4-fifth-established').after!.info;
    expect(plain).toMatchObject({ sack: true, timestamps: true });
    expect(made(true)).toMatchObject({ sack: true, timestamps: true });
    expect(made(false)).toMatchObject({ sack: false, timestamps: false, sendScale: 0 });
  });

  test('and a server that speaks first: its SYN,ACK is not repeated when the ACK is lost', () => {
    const values = { spoofed: 0, greets: true, ackLost: true };
    const hangs = storyOf('s14', { ...values, cookies: 'always' });
    expect([standing(hangs, 'client', 'ESTABLISHED'), standing(hangs, 'server', 'ESTABLISHED')]).toEqual([
      1, 0,
    ]);
    expect(hangs.stopped).toBe('quiet');
    const repaired = storyOf('s14', values);
    expect(standing(repaired, 'server', 'ESTABLISHED')).toBe(1);
    const greeting = repaired.flights.filter(({ from, segment }) => from === 'server' && segment!.length > 0);
    expect(greeting.map(({ segment }) => segment!.length)).toEqual([20]);
  });
});

describe('S16: a late segment of an old connection', () => {
  test('in TIME-WAIT is answered and dropped, and the RST that follows is ignored (C28, 1337.1, 1337.2, 1337.3)', () => {
    expect(told('s16', { timestamps: false }, 15)).toEqual([
      '2600 client gets PSH,ACK sends ACK',
      '2700 server gets ACK sends RST',
      '2800 client gets RST',
      '40700 client time-wait timer -> CLOSED',
    ]);
  });

  test('ends TIME-WAIT early where the RST is heeded, as on Linux: assassination (RFC 1337)', () => {
    expect(told('s16', { timestamps: false, heedsReset: 'heeded' }).at(-1)).toBe(
      '2800 client gets RST -> CLOSED',
    );
    expect(told('s16', { preset: 'Linux' }).at(-1)).toBe('2800 client gets RST -> CLOSED');
    expect(told('s16', { preset: 'Linux', heedsReset: 'ignored' }).at(-1)).toContain('time-wait timer');
  });

  test('without TIME-WAIT passes for text of the new connection, where its numbers fit', () => {
    const story = storyOf('s16', { waits: false, timestamps: false });
    const late = story.moments.find(
      ({ stimulus }) =>
        stimulus.kind === 'arrival' &&
        story.flights[stimulus.flight]!.why === null &&
        story.flights[stimulus.flight]!.segment!.length > 0,
    )!;
    expect(late.connection).toBe(2);
    expect(late.after!.info.rcvNxt - late.before!.info.rcvNxt).toBe(100);
    expect(taken(story)).toContain('9293-3.10.7.4-fifth-unsent');
  });

  test('is told by its timestamp even then (PAWS, 7323.6)', () => {
    const story = storyOf('s16', { waits: false });
    const refused = momentOf(story, '7323-5.3-paws');
    expect(refused.connection).toBe(2);
    expect(refused.after!.info.rcvNxt).toBe(refused.before!.info.rcvNxt);
  });
});
