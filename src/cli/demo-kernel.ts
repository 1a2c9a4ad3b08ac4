// The demo with the kernel as the client: our server behind a TUN device, curl on the other side of it.
import { randomBytes } from 'node:crypto';
import { release } from 'node:os';
import { Host } from '../host/host.ts';
import { createNet } from '../net/net.ts';
import { NodeClock } from '../node/clock.ts';
import { messagesIn } from '../node/language.ts';
import { formatEndpoint, Prefix } from '../wire/address.ts';
import type { Packet } from '../wire/packet.ts';
import type { DemoOptions, DemoWorld } from './demo.ts';
import { fetchFromKernel } from './demo-client.ts';
import { allAcknowledged, DEMO_PORT, DemoServer } from './demo-server.ts';
import { DEMO_TEXT, type DemoText } from './demo-text.ts';
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
  const messages = messagesIn(options.lang);
  const text = DEMO_TEXT[messages.language];
  const trace = new DemoTrace({ ...sides, json: options.json === true, time: 'real', messages });
  const witness = new KernelWitness();
  cleanup.defer(() => witness.close());
  trace.recorder.listen((event) => witness.event(event));
  const probe = probeOf(trace.recorder, OUR_NAME, options.pcapng, messages, cleanup);
  const clock = new NodeClock();
  const host = new Host({ name: OUR_NAME, clock, random: randomBytes, probe });
  cleanup.defer(() => host.close());
  const acknowledged = (): boolean => allAcknowledged(host);
  const server = new DemoServer({ close: options.close, clock, dated: true, acknowledged });
  const closeToo = (fin: Packet): void => {
    trace.recorder.packetHeld(OUR_NAME, device.name, fin, text.closesFirst, clock.now());
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
    title: text.withKernel({ server: endpoint, linux: release().split('-', 1)[0]! }),
    server,
    now: () => clock.now(),
    exchange: () => fetchFromKernel(`http://${ours.address}/`, cleanup),
    until,
    remarks: () => remarks(witness, text),
  };
}

async function until(over: () => boolean): Promise<void> {
  const limit = performance.now() + CLOSING_LIMIT;
  while (!over() && performance.now() < limit) await new Promise((next) => setTimeout(next, POLL));
}

function remarks(witness: KernelWitness, text: DemoText): string[] {
  witness.look();
  const { reported, inferred, agrees, timeWaitLeft: left, refusal } = witness;
  if (refusal !== '') return [`  ${text.kernelSilent({ reason: refusal })}`];
  return [`  ${text.kernelSays({ reported, inferred, agrees, left })}`];
}
