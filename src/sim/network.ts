// A network of hosts in a box: one clock, one seed, and links between any two hosts. A host with several
// interfaces is the middle of a star. Everything random follows from the seed.

import { Host, type HostOptions } from '../host/host.ts';
import { checkInteger, checkOptions, coded, invalidType } from '../lib/check.ts';
import { Prng } from '../lib/prng.ts';
import { Prefix } from '../wire/address.ts';
import { VirtualClock } from './clock.ts';
import { createLink, type LinkOptions, type MemoryLink } from './link.ts';

/** What all of a network share. */
export interface NetworkOptions {
  /** Decides every secret, port, sequence number and fault (default 0). */
  readonly seed?: number;
  readonly clock?: VirtualClock;
}

/** What a host may be given beyond what the network gives it. */
export type NetworkHostOptions = Omit<HostOptions, 'name' | 'clock' | 'random'>;

/** A link's options, without what the network decides. */
export type NetworkLinkOptions = Omit<LinkOptions, 'clock' | 'seed'>;

/** One end of a link: a host, and its addresses there with their prefix lengths ('10.0.0.1/24', 'fd00::1/64'). */
export interface Attachment {
  readonly host: Host;
  readonly addresses: readonly (Prefix | string)[];
}

const ATTACHMENT: Readonly<Record<keyof Attachment, true>> = { host: true, addresses: true };
const NETWORK_OPTIONS: Readonly<Record<keyof NetworkOptions, true>> = { seed: true, clock: true };

/** Hosts and the links between them, on one clock and from one seed. */
export class Network {
  readonly clock: VirtualClock;
  readonly hosts = new Map<string, Host>();
  readonly links: MemoryLink[] = [];
  /** Separate, so that one more host leaves the faults of the links as they were. */
  private readonly hostSeeds: Prng;
  private readonly linkSeeds: Prng;

  /** @throws TypeError, RangeError, with a code */
  constructor(options: NetworkOptions = {}) {
    checkOptions('Network', options, NETWORK_OPTIONS);
    const { seed = 0, clock = new VirtualClock() } = options;
    checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    this.clock = clock;
    const prng = new Prng(seed);
    this.hostSeeds = prng.fork();
    this.linkSeeds = prng.fork();
  }

  /** A new host without interfaces. @throws Error ERR_HOST_EXISTS */
  host(name: string, options: NetworkHostOptions = {}): Host {
    if (this.hosts.has(name)) {
      throw coded(new Error(`the network has a host called ${name} already`), 'ERR_HOST_EXISTS');
    }
    const host = new Host({
      ...options,
      name,
      clock: this.clock,
      random: seededBytes(this.hostSeeds.fork()),
    });
    this.hosts.set(name, host);
    return host;
  }

  /** A link from `a` to `b`. @throws TypeError with a code for an address that is none; what `createLink` throws */
  link(a: Attachment, b: Attachment, options: NetworkLinkOptions = {}): MemoryLink {
    const aPrefixes = prefixesOf('a', a);
    const bPrefixes = prefixesOf('b', b);
    const seed = this.linkSeeds.uint32();
    const link = createLink({ name: `link${this.links.length}`, ...options, clock: this.clock, seed });
    a.host.addInterface(link.a, aPrefixes);
    b.host.addInterface(link.b, bPrefixes);
    this.links.push(link);
    return link;
  }
}

/** The link between the two, and what differs from one host to the other. */
export interface TwoHostsOptions extends NetworkLinkOptions, NetworkOptions {
  /** For both hosts; `client` and `server` for one of them. */
  readonly host?: NetworkHostOptions;
  readonly client?: NetworkHostOptions;
  readonly server?: NetworkHostOptions;
}

/** What `twoHosts` makes. */
export interface TwoHosts {
  readonly clock: VirtualClock;
  readonly network: Network;
  /** At `10.0.0.1` and `fd00::1`; sends a to b. */
  readonly client: Host;
  /** At `10.0.0.2` and `fd00::2`: `client.connect({ address: '10.0.0.2', port })`. */
  readonly server: Host;
  readonly link: MemoryLink;
}

/** RFC 8200 §5: a link with a smaller MTU carries no IPv6. */
const MIN_MTU_IPV6 = 1280;

/** The smallest network there is: a client, a server, a link. No IPv6 addresses where the MTU is too small. */
export function twoHosts(options: TwoHostsOptions = {}): TwoHosts {
  const {
    seed = 0,
    clock = new VirtualClock(),
    host,
    client: forClient,
    server: forServer,
    ...wire
  } = options;
  const network = new Network({ seed, clock });
  const client = network.host('client', { ...host, ...forClient });
  const server = network.host('server', { ...host, ...forServer });
  const ofBoth = (four: string, six: string) =>
    (wire.mtu ?? MIN_MTU_IPV6) < MIN_MTU_IPV6 ? [four] : [four, six];
  const link = network.link(
    { host: client, addresses: ofBoth('10.0.0.1/24', 'fd00::1/64') },
    { host: server, addresses: ofBoth('10.0.0.2/24', 'fd00::2/64') },
    wire,
  );
  return { clock, network, client, server, link };
}

function prefixesOf(end: string, attachment: Attachment): Prefix[] {
  checkOptions(end, attachment, ATTACHMENT);
  if (!(attachment.host instanceof Host)) throw invalidType(`${end}.host`, 'a Host', attachment.host);
  return Prefix.all(attachment.addresses, `${end}.addresses`);
}

/** A host's source of secrets: not secret at all, but the same for the same seed. */
function seededBytes(prng: Prng): (count: number) => Uint8Array {
  return (count) => Uint8Array.from({ length: count }, () => prng.below(256));
}
