import { describe, expect, test } from 'vitest';
import type { Story } from '../../../src/lab/model/story.ts';
import { momentOf, standing, storyOf, taken, told } from './told.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** What the server's program has read. */
const readBy = ({ moments }: Story): number =>
  sum(
    moments.flatMap(({ events, host }) =>
      events.flatMap((event) =>
        host === 'server' && event.kind === 'call' && event.call === 'receive' ? [event.bytes] : [],
      ),
    ),
  );

describe('S11: ports and sockets', () => {
  test('one listener serves connections that differ in their client’s port alone (C16)', () => {
    const story = storyOf('s11', { connections: 8, samePort: false });
    const served = story.lifelines.filter(({ host }) => host === 'server');
    expect(new Set(served.map(({ local }) => local))).toEqual(new Set(['10.0.0.2:80']));
    expect(new Set(served.map(({ remote }) => remote)).size).toBe(8);
    expect(story.listeners.filter(({ host }) => host === 'server')).toHaveLength(1);
  });

  test('one client port reaches two servers (C16)', () => {
    const own = storyOf('s11').lifelines.filter(
      ({ host, local }) => host === 'client' && local.endsWith(':40000'),
    );
    expect(own.map(({ remote }) => remote)).toEqual(['10.0.0.2:80', '10.0.1.3:80']);
  });

  test('a session goes over several connections, and a cookie makes it one (C17)', () => {
    const story = storyOf('s11', { shows: 'session', connections: 3 });
    const texts = story.flights
      .filter(({ segment }) => (segment?.length ?? 0) > 0)
      .map(({ bytes, segment }) => String.fromCharCode(...bytes.subarray(bytes.length - segment!.length)));
    expect(texts).toEqual([
      'GET /1 HTTP/1.0\r\n\r\n',
      'HTTP/1.0 200 OK\r\nSet-Cookie: id=1\r\n\r\nvisit 1',
      'GET /2 HTTP/1.0\r\nCookie: id=1\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nvisit 2',
      'GET /3 HTTP/1.0\r\nCookie: id=1\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nvisit 3',
    ]);
    expect(new Set(story.lifelines.map(({ connection }) => connection)).size).toBe(3);
  });
});

describe('S12: flow control', () => {
  test('the window closes, the sender probes, and all is read in the end (C12, MUST-35, MUST-36)', () => {
    const story = storyOf('s12');
    expect(story.flights.some(({ from, segment }) => from === 'server' && segment!.window === 0)).toBe(true);
    expect(taken(story)).toContain('9293-3.8.6.1-probe');
    expect(readBy(story)).toBe(12_000);
  });

  test('a probe finds out what the lost update would have said', () => {
    const story = storyOf('s12', { updateLost: true });
    const lost = story.flights.find((flight) => flight.lost !== null)!;
    expect(lost.why).toBe('9293-3.8.6.2.2-update');
    expect(momentOf(story, '9293-3.8.6.1-probe').t).toBeGreaterThan(lost.departed);
    expect(readBy(story)).toBe(12_000);
  });

  test('a reader of 200 bytes at a time does not open the window by so little (MUST-39)', () => {
    const story = storyOf('s12', { takes: 200, reads: 500, bytes: 6000 });
    const reads = story.moments.filter(
      ({ before, stimulus }) =>
        stimulus.kind === 'call' && stimulus.call === 'receive' && before!.info.rcvWnd === 0,
    );
    const told = reads.filter(({ flights }) => flights.length > 0);
    expect(reads.length).toBeGreaterThan(5 * told.length);
    const updates = story.flights.filter(({ why }) => why === '9293-3.8.6.2.2-update');
    expect(Math.min(...updates.map(({ segment }) => segment!.scaledWindow!))).toBeGreaterThanOrEqual(1448);
    expect(readBy(story)).toBe(6000);
  });

  test('a window that stays closed is probed again and again, at growing distances', () => {
    const { moments } = storyOf('s12', { reads: 20_000 });
    const probes = moments.filter(
      ({ stimulus, t }) =>
        stimulus.kind === 'timer' && stimulus.timer === 'persist' && t > 2100 && t < 20_000,
    );
    expect(probes.map(({ t }) => t)).toEqual([3100, 5100, 9100, 17_100]);
  });
});

describe('S13: how a loss is found', () => {
  const again = (story: Story) => story.flights.filter(({ retransmission }) => retransmission);

  test.each([
    ['by SACK and time (RACK)', {}, '8985-6.2-lost', 700],
    ['by three duplicate ACKs', { sack: false }, '5681-3.2-fast-retransmit', 700],
    ['by a tail loss probe', { lost: 10 }, '8985-7.3-probe', 1300],
    ['by the timeout', { lost: 10, tailLossProbe: false }, '6298-5.4-retransmit', 1700],
    ['by a probe where nothing else was sent', { segments: 1, lost: 1 }, '8985-7.3-probe', 1100],
  ] as const)('%s (C12)', (_name, values, rule, t) => {
    const story = storyOf('s13', values);
    expect(again(story).map(({ why, departed }) => [why, departed])).toEqual([[rule, t]]);
    expect(story.flights.find((flight) => flight.lost !== null)!.index).toBe(again(story)[0]!.original);
  });

  test('the text is cut into segments of the effective MSS, each numbered behind the one before (C02)', () => {
    const sent = storyOf('s13', { lost: 0 }).flights.filter(({ segment }) => segment!.length > 0);
    expect(sent.map(({ segment }) => [segment!.relativeSeq, segment!.length])).toEqual(
      Array.from({ length: 10 }, (_, i) => [1 + i * 488, 488]),
    );
  });

  test('nothing goes again where nothing is lost', () => {
    expect(again(storyOf('s13', { lost: 0 }))).toEqual([]);
  });

  test('the receiver keeps what came behind the gap, and acknowledges all of it at once', () => {
    const story = storyOf('s13');
    const filled = momentOf(story, '5681-4.2-gap');
    expect(story.flights[filled.flights[0]!]!.segment!.relativeAck).toBe(10 * 488 + 1);
    expect(filled.before!.info.rcvNxt + 8 * 488).toBe(filled.after!.info.rcvNxt);
  });
});

describe('S17: half-open', () => {
  test('who writes to a host that was rebooted gets a RST (C14, figure 10)', () => {
    expect(told('s17', {}, 6)).toEqual([
      '1500 client send(100) sends PSH,ACK',
      '1600 server gets PSH,ACK sends RST',
      '1700 client gets RST -> CLOSED',
    ]);
  });

  test.each(['crash', 'cut'])('%s: who writes tries until R2, and gives up (C14, C32)', (what) => {
    const story = storyOf('s17', { what });
    expect(taken(story)).toContain('9293-3.8.3-r2');
    expect(standing(story, 'client', 'CLOSED')).toBe(1);
    expect(story.end).toBeGreaterThan(100_000);
  });

  test('who is silent never finds out', () => {
    const story = storyOf('s17', { what: 'crash', writes: false });
    expect(standing(story, 'client', 'ESTABLISHED')).toBe(1);
    expect(story.stopped).toBe('quiet');
  });

  test('keep-alives find out, by silence or by the RST that answers them (C14)', () => {
    const dead = storyOf('s17', { what: 'crash', writes: false, keepAlive: true });
    expect(taken(dead)).toContain('9293-3.8.4-dead');
    expect(dead.flights.filter(({ why }) => why === '9293-3.8.4-probe')).toHaveLength(4);
    const probed = storyOf('s17', { writes: false, keepAlive: true });
    expect(probed.moments.at(-1)!.t).toBe(10_400);
    expect(standing(probed, 'client', 'CLOSED')).toBe(1);
  });
});
