// P1, P2, P3, P15: streams between the kernel and a Node program, over TUN with synfin and over loopback with
// node:net, from and to the same client in a process of its own.

import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { output, startPeer } from './children.ts';
import { compare, type Figure, type Line, type Settings } from './figure.ts';
import { enterGround, overLoopback, overTun, PORT, serve, type Way } from './ground.ts';

/** Of the histogram's timer, ms: an idle loop shows this much delay. */
const RESOLUTION = 1;
const MANY = 64;

async function watched(work: () => Promise<number>): Promise<readonly number[]> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  const rate = await work();
  histogram.disable();
  return [rate, Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION)];
}

/** Gbit/s that arrive at consumers of this process. */
async function receiving(way: Way, seconds: number, streams: number): Promise<number> {
  let bytes = 0;
  let start = 0n;
  let end = 0n;
  const sink = (socket: Socket): void => {
    socket.on('data', (data) => {
      if (bytes === 0) start = process.hrtime.bigint();
      bytes += data.length;
      end = process.hrtime.bigint();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
  };
  await serve(way, sink, () => output(startPeer('send', way.address, `${PORT}`, `${seconds}`, `${streams}`)));
  return (bytes * 8) / Number(end - start);
}

/** Gbit/s that arrive at the client. */
async function sending(way: Way, seconds: number, streams: number): Promise<number> {
  const chunk = Buffer.alloc(1 << 16);
  const source = (socket: Socket): void => {
    const end = Date.now() + seconds * 1000;
    const pump = (): void => {
      while (Date.now() < end) if (!socket.write(chunk)) return;
      socket.end();
    };
    socket.on('drain', pump);
    socket.on('error', () => {});
    socket.resume();
    pump();
  };
  const text = await serve(way, source, () =>
    output(startPeer('receive', way.address, `${PORT}`, `${streams}`)),
  );
  const { bytes, ns } = JSON.parse(text);
  return (bytes * 8) / ns;
}

type Direction = typeof receiving;

function both(lines: readonly Line[], settings: Settings, direction: Direction, streams: number) {
  enterGround();
  const measure = (way: () => Way) => () => watched(() => direction(way(), settings.seconds, streams));
  return compare(lines, settings, measure(overTun), measure(overLoopback));
}

export function bulkReceive(settings: Settings): Promise<Figure[]> {
  const lines = [
    { id: 'P1', unit: 'Gbit/s', note: 'peer: node:net over loopback' },
    { id: 'P15-receive', unit: 'ms', note: 'peer: node:net over loopback' },
  ];
  return both(lines, settings, receiving, 1);
}

export function bulkSend(settings: Settings): Promise<Figure[]> {
  const lines = [
    { id: 'P2', unit: 'Gbit/s', note: 'peer: node:net over loopback' },
    { id: 'P15-send', unit: 'ms', note: 'peer: node:net over loopback' },
  ];
  return both(lines, settings, sending, 1);
}

export async function manyStreams(settings: Settings): Promise<Figure[]> {
  const line = (id: string): Line[] => [{ id, unit: 'Gbit/s', note: 'in all; peer: node:net over loopback' }];
  return [
    ...(await both(line('P3-receive'), settings, receiving, MANY)),
    ...(await both(line('P3-send'), settings, sending, MANY)),
  ];
}
