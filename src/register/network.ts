// The network that a program finds itself on. Its loopback is two hosts with a link between them, `client` for the
// connections it opens and `server` for those it accepts, so that each packet really crosses a link and both sides
// of a ladder are there to be seen. With a device, the server's host is on that, too, and connects to what is behind.

import { randomBytes } from 'node:crypto';
import { Host } from '../host/host.ts';
import type { Link } from '../host/link.ts';
import type { TcpSocket } from '../host/socket.ts';
import { Prng } from '../lib/prng.ts';
import type {
  ConnectRequest,
  ListenRequest,
  NetHost,
  PassiveTransport,
  Transport,
} from '../net/transport.ts';
import { NodeClock } from '../node/clock.ts';
import { openTun, type TunDevice } from '../node/tun.ts';
import { createLink } from '../sim/link.ts';
import { LINUX } from '../tcp/presets.ts';
import { Address, Prefix } from '../wire/address.ts';
import { listenerInContext, socketInContext } from './context.ts';
import { badLine } from './line.ts';
import type { FaultSettings, Settings, TunSettings } from './settings.ts';
import { openTracing, type Sides, type Tracing } from './tracing.ts';

const MTU = 1500;
const SUPER_SEGMENT = 65_535;

const LOOPBACK4 = Address.parse('127.0.0.1')!;
const LOOPBACK6 = Address.parse('::1')!;

const IN_PROCESS: Sides = { left: 'client', right: 'server', rightIsKernel: false };
const ON_DEVICE: Sides = { left: 'synfin', right: 'kernel', rightIsKernel: true };

/** Everything that a program can reach. */
export class ProgramNetwork implements NetHost {
  readonly parameters = LINUX;
  readonly tracing: Tracing;
  /** Opens what stays in the machine. */
  private readonly client: Host;
  /** Listens; opens what leaves the machine. */
  private readonly server: Host;
  private readonly device: TunDevice | null;
  /** Both hosts have the same addresses on the loopback. */
  private readonly own: readonly Prefix[];

  /** @throws TunError; SettingError */
  constructor({ tun, trace, faults }: Settings) {
    const clock = new NodeClock();
    // Sockets keep the process running while they are open; what TCP still has to wait for then does not.
    clock.unref();
    this.tracing = openTracing(trace, tun === null ? IN_PROCESS : ON_DEVICE);
    const random = tun === null && faults !== null ? seededBytes(faults.seed) : randomBytes;
    const makeHost = (name: string): Host =>
      new Host({ name, clock, random, parameters: this.parameters, probe: this.tracing.probeFor(name) });
    this.client = makeHost('client');
    this.server = makeHost(tun === null ? 'server' : ON_DEVICE.left);
    this.device = tun === null ? null : this.addDevice(tun, faults, clock);
    this.own = [
      new Prefix(LOOPBACK4, 8),
      new Prefix(LOOPBACK6, 128),
      ...(tun?.addresses ?? []).map(({ address }) => new Prefix(address, address.family === 4 ? 32 : 128)),
    ];
    this.addLoopback(clock, tun === null ? faults : null);
  }

  private addLoopback(clock: NodeClock, faults: FaultSettings | null): void {
    const link = createLink({
      ...faults?.impairments,
      clock,
      seed: faults?.seed ?? 0,
      name: 'lo',
      mtu: MTU,
      superSegment: SUPER_SEGMENT,
      superSegments: faults === null ? 'whole' : 'cut',
      checksumOffload: true,
    });
    this.client.addInterface(link.a, this.own, { loopback: true });
    this.server.addInterface(link.b, this.own, { loopback: true });
    if (this.device === null) this.tracing.watch(link);
  }

  /** The kernel's side is the way to everywhere else. */
  private addDevice(tun: TunSettings, faults: FaultSettings | null, clock: NodeClock): TunDevice {
    const device = openTun({ name: tun.device, addresses: tun.kernel });
    let link: Link = device;
    if (faults !== null) {
      const line = badLine(device, clock, faults);
      this.tracing.watch(line);
      link = line.a;
    }
    const via = this.server.addInterface(link, tun.addresses);
    device.unref();
    via.notify = (reason) => void process.stderr.write(`synfin: ${reason.message}\n`);
    for (const { address } of tun.kernel) {
      this.server.addRoute(address.family === 4 ? '0.0.0.0/0' : '::/0', via, address);
    }
    return device;
  }

  /** As Linux has it, the unspecified address is a way to say loopback. */
  connect(request: ConnectRequest): Transport {
    const { address: named } = request;
    const address = named.isUnspecified ? (named.family === 4 ? LOOPBACK4 : LOOPBACK6) : named;
    const inside = address.isLoopback || this.own.some((prefix) => prefix.contains(address));
    const host = inside ? this.client : this.server;
    return socketInContext(host.connect({ ...request, address }));
  }

  listen(request: ListenRequest): PassiveTransport {
    return listenerInContext(this.server.listen(request));
  }

  /** Whether a peer beyond the device has not acknowledged everything that the program sent it and finished. */
  get isUnfinished(): boolean {
    for (const socket of this.beyond()) if (isUnfinished(socket)) return true;
    return false;
  }

  /** Somebody outside the process would miss its end: a peer, or whoever reads the recording. */
  get mustClose(): boolean {
    return this.device !== null || this.tracing.isOn;
  }

  /** The process ends. As from the kernel, peers hear a FIN; where something would be missing before it, a RST. */
  close(): void {
    for (const socket of this.beyond()) {
      if (socket.sendQueue > 0) socket.abort();
      else if (socket.state === 'ESTABLISHED' || socket.state === 'CLOSE-WAIT') socket.close();
    }
    this.device?.close();
    this.tracing.flush();
  }

  private beyond(): TcpSocket[] {
    if (this.device === null) return [];
    return [...this.server.sockets()].filter(({ via }) => !via.loopback);
  }
}

/** Text, or a FIN, that may yet have to be sent again. */
function isUnfinished({ sendQueue, state }: TcpSocket): boolean {
  return sendQueue > 0 || state === 'FIN-WAIT-1' || state === 'CLOSING' || state === 'LAST-ACK';
}

/** A host's source of secrets: not secret at all, but the same for the same seed. */
function seededBytes(seed: number): (count: number) => Uint8Array {
  const prng = new Prng(seed);
  return (count) => Uint8Array.from({ length: count }, () => prng.below(256));
}
