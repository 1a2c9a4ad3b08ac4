import { expect, test } from 'vitest';
import { Flow, Flows } from '../../src/packetdrill/flows.ts';
import type { LiveTcp } from '../../src/packetdrill/live.ts';
import { Outbox } from '../../src/packetdrill/outbox.ts';
import { Settings } from '../../src/packetdrill/settings.ts';
import { offTime, Timeline } from '../../src/packetdrill/timeline.ts';
import { World } from '../../src/packetdrill/world.ts';
import { Address, SocketAddress } from '../../src/wire/address.ts';
import { ACK, SYN } from '../../src/wire/tcp.ts';
import { OPTIONS } from '../support/packetdrill.ts';

const world = (): World => new World(new Settings(OPTIONS), () => {});

test('what is due within half a microsecond is due now: decimal fractions are not exact', () => {
  const made = world();
  const { clock } = made;
  let fired = 0;
  clock.alarm(() => fired++, clock.now() + 300.0000001);
  expect(made.step(300)).toBe(true);
  expect(fired).toBe(1);
  expect(made.step(300)).toBe(false);
});

test('nothing is due: time stands at the limit', () => {
  const made = world();
  expect(made.step(250)).toBe(false);
  expect(made.time).toBe(250);
  expect(made.step(100)).toBe(false);
  expect(made.time).toBe(250);
});

test('a SYN that goes again does not make the initial sequence number another', () => {
  const made = world();
  const { local, remote } = made.settings;
  const flows = new Flows(made);
  const flow = flows.arriving(null, true);
  flow.numbers.synLeft(0, 1000);
  // The connection is there now.
  made.host.connect({ address: remote, port: flow.remote.port, localPort: flow.local.port });
  expect(made.stateOf(new SocketAddress(local, flow.local.port), flow.remote)).toBe('SYN-SENT');
  expect(flows.arriving(null, true)).toBe(flow);
  flow.numbers.synLeft(0, 2000);
  expect(flow.numbers.toScript(1001, 'ours')).toBe(1);
});

function segment(seq: number, length: number): LiveTcp {
  const [source, destination] = ['192.168.0.1', '192.0.2.1'].map((text) => Address.from(text));
  return {
    kind: 'tcp',
    header: {
      family: 4,
      source: source!,
      destination: destination!,
      trafficClass: 0,
      hopLimit: 64,
      flowLabel: 0,
    },
    time: 0,
    sourcePort: 8080,
    destinationPort: 5,
    flags: ACK,
    seq,
    length,
    ack: 1,
    wnd: 1,
    up: 0,
    options: [],
  };
}

test('a part of what is expected waits for the rest, as long as that may come', () => {
  const flow = new Flow(
    new SocketAddress(Address.from('192.168.0.1'), 8080),
    new SocketAddress(Address.from('192.0.2.1'), 5),
  );
  const outbox = new Outbox();
  outbox.add(segment(1, 1000));
  expect(outbox.takeTcp(flow, 2000, false)).toBeNull();
  outbox.add(segment(1001, 1000));
  expect(outbox.takeTcp(flow, 2000, false)).toMatchObject({ seq: 1, length: 2000 });
  outbox.add(segment(2001, 1000));
  expect(outbox.takeTcp(flow, 2000, true)).toMatchObject({ seq: 2001, length: 1000 });
  outbox.add({ ...segment(3001, 0), flags: SYN });
  expect(outbox.takeTcp(flow, 2000, false)).toMatchObject({ seq: 3001 });
  expect(outbox.takeTcp(flow, 0, true)).toBeNull();
});

const absolute = (start: number, end = start) => ({ kind: 'absolute', start, end }) as const;
const relative = (start: number, end = start) => ({ kind: 'relative', start, end }) as const;

test('a relative time counts from when the event before was due', () => {
  const timeline = new Timeline(4);
  timeline.passed(timeline.due(absolute(100), 0), 103);
  expect(timeline.due(relative(50), 103)).toEqual({ from: 150, to: 150, slack: 6.25 });
  expect(timeline.due(relative(8), 103)).toEqual({ from: 108, to: 108, slack: 4 });
  timeline.passed(timeline.due(relative(50, 90), 103), 170);
  expect(timeline.due(relative(0), 170)).toMatchObject({ from: 170 });
  timeline.passed(timeline.due({ kind: 'any', start: 0, end: 0 }, 170), 165);
  expect(timeline.due(relative(0), 170)).toMatchObject({ from: 165 });
});

test('decimal fractions are rounded to microseconds', () => {
  const timeline = new Timeline(4);
  timeline.passed(timeline.due(absolute(0.1), 0), 0.1);
  expect(timeline.due(relative(0.2), 0.1).from).toBe(0.3);
});

test('how far an event is from its time', () => {
  const due = { from: 100, to: 120, slack: 4 };
  expect([95, 96, 124, 125].map((at) => offTime(due, at))).toEqual([-5, 0, 0, 5]);
  expect(offTime({ from: 100, to: Number.POSITIVE_INFINITY, slack: 0 }, 1)).toBe(0);
});
