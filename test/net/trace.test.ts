// socket.trace(): one connection of many, from its SYN to its end, as events, as a ladder, as a capture.

import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { createNet, type Net } from '../../src/net/net.ts';
import type { Server } from '../../src/net/server.ts';
import type { Socket } from '../../src/net/socket.ts';
import { loopbackHost } from '../../src/net.ts';
import type { TraceEvent } from '../../src/trace/events.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { PcapngReader } from '../../src/wire/pcapng-reader.ts';
import { FakeHost } from './fake-host.ts';

const directory = mkdtempSync(join(tmpdir(), 'synfin-trace-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The packets of a capture, which is whole. */
function readPackets(bytes: Uint8Array) {
  const reader = new PcapngReader();
  reader.push(bytes);
  const packets = [];
  for (let block = reader.next(); block !== null; block = reader.next()) {
    if (block.type === 'packet') packets.push(block);
  }
  expect([reader.fault, reader.pending]).toEqual([null, 0]);
  return packets;
}

const segments = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === 'segment' ? `${event.direction} ${event.segment.flags} ${event.segment.length}` : [],
  );

const states = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'state' ? event.to : []));

async function echo(net: Net): Promise<{ server: Server; port: number }> {
  const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Says hello, hears it, and closes. */
async function converse(socket: Socket, server: Server): Promise<void> {
  socket.end('hello').resume();
  await once(socket, 'close');
  server.close();
  await once(server, 'close');
  await turn();
}

const WHOLE = ['out SYN 0', 'in SYN,ACK 0', 'out ACK 0'];

describe('a socket that connects', () => {
  test('is recorded from its SYN to TIME-WAIT, and others of the same host are not', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const other = net.connect(port, '127.0.0.1').resume();
    const socket = net.connect(port, '127.0.0.1');
    const trace = socket.trace();
    await once(socket, 'connect');
    other.end('not this');
    const local = `127.0.0.1:${socket.localPort}`;
    await converse(socket, server);
    expect(segments(trace.events).slice(0, 4)).toEqual([...WHOLE, 'out FIN,PSH,ACK 5']);
    expect(states(trace.events)).toEqual([
      'SYN-SENT',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'TIME-WAIT',
    ]);
    for (const event of trace.events) {
      if (event.kind === 'segment')
        expect([event.segment.source, event.segment.destination]).toContain(local);
    }
    expect(trace.forgotten).toBe(0);
  });

  test('tells each event as it happens, and comes to an end with the connection', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const trace = socket.trace();
    const told: TraceEvent[] = [];
    const listened: TraceEvent[] = [];
    trace.listen((event) => listened.push(event));
    const reading = (async () => {
      for await (const event of trace) told.push(event);
    })();
    await Promise.all([converse(socket, server), reading]);
    expect(told).toEqual(trace.events);
    expect(listened).toEqual(told);
  });

  test('keeps the latest events, as many as asked for', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const trace = socket.trace({ keep: 3 });
    await converse(socket, server);
    expect(trace.events.length).toBe(3);
    expect(trace.forgotten).toBeGreaterThan(10);
    expect(trace.events[0]!.id).toBe(trace.forgotten + 1);
  });

  test('that is refused: both are in it, the SYN and the reset, and then it is over', async () => {
    const net = createNet(loopbackHost());
    const socket = net.connect(9, '127.0.0.1').on('error', () => {});
    const trace = socket.trace();
    const told: string[] = [];
    for await (const event of trace) if (event.kind === 'segment') told.push(event.segment.flags);
    expect(told).toEqual(['SYN', 'RST,ACK']);
    expect(socket.destroyed).toBe(true);
  });

  test('that never connects: the recording is over when it is destroyed', async () => {
    const socket = new (createNet(loopbackHost()).Socket)();
    const trace = socket.trace();
    socket.destroy();
    for await (const event of trace) expect(event).toBe('nothing');
    expect(trace.events).toEqual([]);
  });

  test('a reset of ours is the last thing in it', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const trace = socket.trace();
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await Promise.all([once(socket, 'close'), once(server.close(), 'close')]);
    expect(segments(trace.events).at(-1)).toMatch(/^out RST/);
  });
});

describe('what it gives', () => {
  test('a ladder, of everything and as it happens', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const output = new PassThrough();
    const trace = socket.trace({ ladder: output });
    await once(socket, 'connect');
    const title = new RegExp(`socket ╷ 127.0.0.1:${socket.localPort} +127.0.0.1:${port} ╷ peer`);
    await converse(socket, server);
    const ladder = trace.ladder();
    expect(ladder).toMatch(title);
    for (const sign of ['SYN seq=0', 'SYN,ACK seq=0', 'ack=1 len=5', 'TIME-WAIT', '§3.10.7.4']) {
      expect(ladder).toContain(sign);
    }
    expect(output.read().toString()).toBe(ladder);
    expect(() => socket.trace({ language: 'fr' as 'en' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
    expect(trace.ladder({ color: true })).toContain('\x1b[');
    const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
    expect(widest(trace.ladder({ width: 72 }))).toBeLessThan(widest(trace.ladder({ width: 140 })));
  });

  test('a capture of the very packets, reasons included: to a function, and to a file', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const blocks: Uint8Array[] = [];
    const file = join(directory, 'one.pcapng');
    const traces = [
      socket.trace({ pcapng: (bytes) => blocks.push(bytes), epoch: 1_000_000 }),
      socket.trace({ pcapng: file }),
    ];
    const other = net.connect(port, '127.0.0.1', () => other.end('not this')).resume();
    await converse(socket, server);
    expect(process.listeners('exit').length).toBe(0);
    const packets = readPackets(Buffer.concat(blocks));
    expect(packets.length).toBe(segments(traces[0]!.events).length);
    expect(packets[0]).toMatchObject({
      direction: 'out',
      comment: expect.stringContaining('§3.5); CLOSED → SYN-SENT'),
    });
    const since1970 = Number(packets[0]!.time) / 1e6;
    expect(since1970 - 1_000_000).toBeLessThan(performance.now());
    const recorded = readPackets(readFileSync(file));
    expect(recorded.map(({ data }) => data)).toEqual(packets.map(({ data }) => data));
  });

  test('a file that cannot be written is said at once, and so are options that there are not', () => {
    const socket = new (createNet(loopbackHost()).Socket)();
    expect(() => socket.trace({ pcapng: '/nowhere/x.pcapng' })).toThrow(
      'cannot write /nowhere/x.pcapng: ENOENT',
    );
    expect(() => socket.trace({ pcap: 'x' } as object)).toThrow(
      'trace has no option called pcap, only keep,',
    );
    expect(() => socket.trace({ pcapng: 7 } as object)).toThrow(TypeError);
    expect(() => socket.trace({ keep: -1 })).toThrow(RangeError);
    expect(() => socket.trace({ epoch: Number.NaN })).toThrow(RangeError);
    expect(process.listeners('exit').length).toBe(0);
  });
});

describe('stop', () => {
  test('ends the recording while the connection goes on; another goes on with it', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const file = join(directory, 'stopped.pcapng');
    const first = socket.trace({ pcapng: file });
    const second = socket.trace();
    await once(socket, 'connect');
    first.stop();
    const { length } = first.events;
    const size = readFileSync(file).length;
    await converse(socket, server);
    expect(first.events.length).toBe(length);
    expect(readFileSync(file).length).toBe(size);
    expect(states(second.events).at(-1)).toBe('TIME-WAIT');
    for await (const event of first) expect(event.id).toBeLessThanOrEqual(length);
  });

  test('before anything happened: nothing is recorded', async () => {
    const net = createNet(loopbackHost());
    const { server, port } = await echo(net);
    const socket = net.connect(port, '127.0.0.1');
    const trace = socket.trace();
    trace[Symbol.dispose]();
    await converse(socket, server);
    expect(trace.events).toEqual([]);
  });
});

test('a socket that a server accepted is recorded from then on', async () => {
  const net = createNet(loopbackHost());
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const trace = accepted.trace();
  accepted.resume().end();
  await converse(client, server);
  expect(trace.events[0]).toMatchObject({ kind: 'connection', passive: true, state: 'ESTABLISHED' });
  expect(segments(trace.events)).toContain('in FIN,PSH,ACK 5');
  expect(trace.ladder()).toContain('◄─');
});

test('a socket that connects again is recorded again only if that is asked for', async () => {
  const net = createNet(loopbackHost());
  const { server, port } = await echo(net);
  const socket = net.connect(port, '127.0.0.1');
  const first = socket.trace();
  socket.end().resume();
  await once(socket, 'close');
  const { length } = first.events;
  socket.connect(port, '127.0.0.1');
  await converse(socket, server);
  expect(segments(first.events.slice(length))).toEqual([]);
});

test('beside the observer of the host, which hears everything still', async () => {
  const recorder = new Recorder();
  const net = createNet(loopbackHost({ probe: recorder.probeFor('localhost') }));
  const { server, port } = await echo(net);
  const socket = net.connect(port, '127.0.0.1');
  const trace = socket.trace();
  await converse(socket, server);
  const mine = (events: readonly TraceEvent[]) =>
    events.filter(({ kind }) => kind === 'call').map((event) => (event as { call: string }).call);
  expect(mine(recorder.events)).toEqual(expect.arrayContaining(mine(trace.events)));
  expect(segments(recorder.events).length).toBe(2 * segments(trace.events).length);
});

test('a pipe is recorded as what it is: nothing of the stack', async () => {
  const path = join(directory, 'pipe');
  const net = createNet(new FakeHost());
  const server = net.createServer((socket) => socket.end()).listen(path);
  await once(server, 'listening');
  const socket = new net.Socket().connect(path);
  const trace = socket.trace();
  const ended = once(server, 'close');
  socket.resume();
  await once(socket, 'close');
  server.close();
  await ended;
  for await (const event of trace) expect(event).toBe('nothing');
  expect(existsSync(path)).toBe(false);
});
