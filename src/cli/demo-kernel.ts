// The demo with the kernel as the client: our server behind a TUN device, curl on the other side of it.
import { randomBytes } from 'node:crypto';
import { release } from 'node:os';
import { Host } from '../host/host.ts';
import { createNet } from '../net/net.ts';
import { NodeClock } from '../node/clock.ts';
import { formatEndpoint, Prefix } from '../wire/address.ts';
import type { Packet } from '../wire/packet.ts';
import type { DemoOptions, DemoWorld } from './demo.ts';
import { fetchFromKernel } from './demo-client.ts';
import { allAcknowledged, DEMO_PORT, DemoServer } from './demo-server.ts';
import { DemoTrace } from './demo-trace.ts';
import type { Cleanup } from './exit.ts';
import { KernelWitness } from './kernel-witness.ts';
import { ADDRESS, KERNEL } from './options.ts';
import { OUR_NAME, openDevice } from './stack.ts';
import { probeOf } from './tracing.ts';
import { WatchedLink } from './watched-link.ts';

/** How long the last segments may take after the client has its page, milliseconds. */
const CLOSING_LIMIT = 5_000;
const POLL = 5;

/** @throws CommandError (69) if no device can be had. */
export async function kernelWorld(options: DemoOptions, cleanup: Cleanup): Promise<DemoWorld> {
  const ours = Prefix.parse(ADDRESS)!;
  const endpoint = formatEndpoint({ address: ours.address, port: DEMO_PORT });
  const device = openDevice('syn0', [Prefix.parse(KERNEL)!]);
  cleanup.defer(() => device.close());
  const sides = { left: OUR_NAME, right: null, rightTitle: 'kernel' };
  const trace = new DemoTrace({ ...sides, json: options.json === true, time: 'real' });
  const witness = new KernelWitness();
  cleanup.defer(() => witness.close());
  trace.recorder.listen((event) => witness.event(event));
  const probe = probeOf(trace.recorder, OUR_NAME, options.pcapng, cleanup);
  const clock = new NodeClock();
  const host = new Host({ name: OUR_NAME, clock, random: randomBytes, probe });
  cleanup.defer(() => host.close());
  const acknowledged = (): boolean => allAcknowledged(host);
  const server = new DemoServer({ close: options.close, clock, dated: true, acknowledged });
  const closeToo = (fin: Packet): void => {
    trace.recorder.packetHeld(OUR_NAME, device.name, fin, 'our end closes first', clock.now());
    witness.look();
    server.closeToo();
  };
  const link = new WatchedLink(device, {
    look: () => witness.look(),
    onFin: options.close === 'both' ? closeToo : null,
  });
  host.addInterface(link, [ours]);
  await server.listen(createNet(host));
  return {
    trace,
    title: `synfin serves ${endpoint} in a private network; Linux ${release().split('-', 1)[0]} connects.`,
    server,
    now: () => clock.now(),
    exchange: () => fetchFromKernel(`http://${ours.address}/`, cleanup),
    until,
    remarks: () => remarks(witness),
  };
}

async function until(over: () => boolean): Promise<void> {
  const limit = performance.now() + CLOSING_LIMIT;
  while (!over() && performance.now() < limit) await new Promise((next) => setTimeout(next, POLL));
}

function remarks(witness: KernelWitness): string[] {
  witness.look();
  const { reported, inferred, agrees, timeWaitLeft, refusal } = witness;
  if (refusal !== '') return [`  kernel says nothing: ${refusal}`];
  const left = timeWaitLeft > 0 ? ` (for another ${(timeWaitLeft / 1000).toFixed(1)} s)` : '';
  const verdict = agrees ? 'as inferred' : `but inferred was ${inferred.join(', ')}`;
  return [`  kernel says ${reported.join(', ')}${left}: ${verdict}`];
}
