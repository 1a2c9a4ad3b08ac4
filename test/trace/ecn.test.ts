// What a trace tells of ECN: the mark, its echo, the reduction, CWR.

import { expect, test } from 'vitest';
import { twoHosts } from '../../src/sim/network.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import type { CongestionEvent, SegmentEvent, TraceEvent } from '../../src/trace/events.ts';
import { Ladder } from '../../src/trace/ladder.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';

/** The third segment of text is marked on the way. `delay` 0: departure and arrival share a row. */
function story(delay: number): { events: readonly TraceEvent[]; lines: string[] } {
  const recorder = new Recorder();
  const { clock, client, server, link } = twoHosts({
    delay,
    host: { parameters: { ...RFC9293, ecn: 'request' } },
    client: { probe: recorder.probeFor('client') },
    server: { probe: recorder.probeFor('server') },
  });
  link.filter = (_packet, direction, index) => {
    link.aToB.set({ mark: direction === 'a->b' && index === 3 ? 1 : 0 });
    return 'pass';
  };
  const listener = server.listen({ port: 80 });
  const socket = client.connect({ address: '10.0.0.2', port: 80 });
  clock.runUntil(() => socket.state === 'ESTABLISHED', 1000);
  socket.send(new Uint8Array(40_000));
  clock.runUntil(() => (listener.accept()?.readable ?? 0) > 0 && socket.sendQueue === 0, 2000);
  clock.advance(1000);
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
  };
  const ladder = new Ladder({
    left: 'client',
    right: 'server',
    width: 120,
    color: false,
    messages: ENGLISH,
    write,
  });
  for (const event of recorder.events) ladder.event(event);
  ladder.flush();
  return { events: recorder.events, lines };
}

const isSegment = (event: TraceEvent): event is SegmentEvent => event.kind === 'segment';
const isCongestion = (event: TraceEvent): event is CongestionEvent => event.kind === 'congestion';

test('records have the codepoint: ECT(0) where it leaves, CE where it arrives', () => {
  const { events } = story(5);
  const texts = events.filter(isSegment).filter(({ segment }) => segment.length > 0);
  expect(
    texts.filter(({ direction }) => direction === 'out').every(({ segment }) => segment.ecn === 'ECT(0)'),
  ).toBe(true);
  expect(texts.filter(({ segment }) => segment.ecn === 'CE').map(({ direction }) => direction)).toEqual([
    'in',
  ]);
  expect(events.filter(isSegment)[0]?.segment).toMatchObject({ flags: 'SYN,ECE,CWR', ecn: null });
});

test('the reduction and its end are congestion events', () => {
  const changes = story(5).events.filter(isCongestion);
  expect(changes.map(({ change }) => change)).toEqual(['marked', 'recovered']);
  expect(changes[1]!.ssthresh).toBeLessThan(changes[0]!.cwndBefore);
  expect(changes[1]!.ssthresh).toBe(changes[0]!.ssthresh);
});

test.each([0, 5])('the ladder says it in words (delay %i)', (delay) => {
  const text = story(delay).lines.join('\n');
  expect(text.match(/CE: marked on the way/g)).toHaveLength(1);
  expect(text).toContain('a router marked it');
  expect(text).toMatch(/ACK,ECE/);
  expect(text).toContain('what we sent was marked');
  expect(text).toContain('congestion marked: cwnd');
  expect(text).toMatch(/ACK,CWR/);
  expect(text).toContain('the peer has slowed down');
});
