// P12: goodput through an emulated path, synfin to the kernel, and the kernel to itself by the same emulator. What a
// seed makes the path lose decides far more than who sends (at 1 % and 200 ms, 0.5 to 5 Mbit/s from one seed to the
// next), so each run is compared with the peer's of the same seed.

import type { ChildProcess } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Host } from '../src/host/host.ts';
import { NodeClock } from '../src/node/clock.ts';
import { openTun } from '../src/node/tun.ts';
import { LINUX } from '../src/tcp/presets.ts';
import { firstLine, output, startPeer } from './children.ts';
import { type Conditions, createPath, Plug } from './emulator.ts';
import { type Figure, figure, median, type Settings } from './figure.ts';
import { ipv4 } from './forge.ts';
import { createHost, enterGround, netOf, PORT, serve, setBuffers, useCongestionControl } from './ground.ts';

/** Twice the largest product of rate and delay, and its queue: no buffer of an end decides anything. */
const BUFFER = 128 << 20;
/** An emulator that is later than this has measured the machine, ms. */
const LATE = 10;

// The kernel talks to itself through two devices as two strangers would. The sums of both pairs of addresses are
// the same, so that one may stand for the other in a packet without a new checksum.
const CLIENT = '10.80.0.2';
const SERVER_SEEN = '10.80.0.3';
const SERVER = '10.81.0.1';
const TO_SERVER = { source: ipv4(10, 81, 0, 2), destination: ipv4(10, 81, 0, 1) };
const TO_CLIENT = { source: ipv4(10, 80, 0, 3), destination: ipv4(10, 80, 0, 2) };
const OURS = '10.82.0.2';

class Site {
  readonly clock = new NodeClock();
  private readonly client = new Plug(openTun({ name: 'client0', addresses: [`${CLIENT}/24`] }), TO_SERVER);
  private readonly server = new Plug(openTun({ name: 'server0', addresses: [`${SERVER}/24`] }), TO_CLIENT);
  private readonly ours = new Plug(openTun({ name: 'path0', addresses: ['10.82.0.1/24'] }), null);
  private readonly host: Host = createHost({ ...LINUX, sendBufferMax: BUFFER, receiveBufferMax: BUFFER });

  /** Mbit/s from synfin to the kernel. */
  async fromOurs(conditions: Conditions, seconds: number, seed: number): Promise<number> {
    const path = createPath(this.clock, conditions, seed);
    this.host.addInterface(path.a, [`${OURS}/24`]);
    this.ours.join(path, 'b');
    const chunk = Buffer.alloc(1 << 16);
    const way = { address: OURS, create: netOf(this.host) };
    const goodput = await serve(
      way,
      (socket) => {
        let open = true;
        const pump = (): void => {
          while (open && socket.write(chunk));
        };
        socket.on('close', () => {
          open = false;
        });
        socket.on('error', () => {});
        socket.on('drain', pump);
        socket.resume();
        pump();
      },
      () => drained(OURS, seconds),
    );
    path.remove();
    return goodput;
  }

  /** Mbit/s from the kernel to the kernel. */
  async fromKernel(control: string, conditions: Conditions, seconds: number, seed: number): Promise<number> {
    const path = createPath(this.clock, conditions, seed);
    useCongestionControl(control, '10.81.0.0/24', 'server0', SERVER);
    this.server.join(path, 'a');
    this.client.join(path, 'b');
    const source: ChildProcess = startPeer('source', SERVER, `${PORT}`);
    await firstLine(source);
    try {
      return await drained(SERVER_SEEN, seconds);
    } finally {
      source.kill('SIGKILL');
      path.remove();
    }
  }
}

async function drained(address: string, seconds: number): Promise<number> {
  const { bytes, ns } = JSON.parse(await output(startPeer('drain', address, `${PORT}`, `${seconds}`)));
  return (bytes * 8000) / ns;
}

const RATES = [100, 1000];
const LOSSES = [0, 0.001, 0.01, 0.03];
const RTTS = [10, 50, 200];

function cells({ full }: Settings): Conditions[] {
  if (!full) {
    return [
      { rate: 100, loss: 0, rtt: 10 },
      { rate: 100, loss: 0.01, rtt: 10 },
      { rate: 100, loss: 0, rtt: 50 },
      { rate: 1000, loss: 0.001, rtt: 10 },
    ];
  }
  return RATES.flatMap((rate) => RTTS.flatMap((rtt) => LOSSES.map((loss) => ({ rate, loss, rtt }))));
}

async function cell(site: Site, conditions: Conditions, settings: Settings): Promise<Figure> {
  const { rate, loss, rtt } = conditions;
  const id = `P12-${rate}M-${loss * 100}%-${rtt}ms`;
  const { seconds } = settings;
  const ours: number[] = [];
  const cubic: number[] = [];
  const bbr: number[] = [];
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  for (let run = 0; run < settings.runs; run++) {
    settings.progress(`${id}, run ${run + 1} of ${settings.runs}`);
    ours.push(await site.fromOurs(conditions, seconds, run));
    if (settings.alone) continue;
    cubic.push(await site.fromKernel('cubic', conditions, seconds, run));
    bbr.push(await site.fromKernel('bbr', conditions, seconds, run));
  }
  histogram.disable();
  const late = histogram.percentile(99) / 1e6;
  const notes = ['peer: Linux CUBIC'];
  if (bbr.length > 0) notes.push(`Linux BBR ${figure({ id, unit: '', note: '' }, bbr).value.toFixed(1)}`);
  if (late > LATE) notes.push(`the emulator was late by ${late.toFixed(0)} ms (p99)`);
  const made = figure({ id, unit: 'Mbit/s', note: notes.join('; ') }, ours, cubic);
  return cubic.length === 0 ? made : { ...made, ratio: median(ours.map((one, run) => one / cubic[run]!)) };
}

export async function emulatedPaths(settings: Settings): Promise<Figure[]> {
  enterGround();
  setBuffers(BUFFER, BUFFER);
  const site = new Site();
  const once = settings.full ? settings : { ...settings, runs: 1 };
  const figures: Figure[] = [];
  for (const conditions of cells(settings)) figures.push(await cell(site, conditions, once));
  setBuffers(LINUX.receiveBufferMax, LINUX.sendBufferMax);
  return figures;
}
