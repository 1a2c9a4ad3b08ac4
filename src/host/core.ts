// Everything that one host holds, and no logic: the functions beside this file work on it.

import { SipHash } from '../lib/siphash.ts';
import { IsnGenerator } from '../tcp/isn.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { Rest } from '../tcp/rest.ts';
import { Segment } from '../tcp/segment.ts';
import { SynCookies } from '../tcp/syn-cookies.ts';
import { IcmpMessage, QuotedPacket } from '../wire/icmp.ts';
import { Ipv4Header } from '../wire/ipv4.ts';
import { Ipv6Header } from '../wire/ipv6.ts';
import { Packet } from '../wire/packet.ts';
import { UdpHeader } from '../wire/udp.ts';
import type { Clock } from './clock.ts';
import { ConnectionTimers } from './connection-timers.ts';
import { createCounters } from './counters.ts';
import { FlowKey, FlowTable } from './demux.ts';
import { EchoClient } from './echo.ts';
import { FastOpenCache } from './fast-open-cache.ts';
import { FastOpenKeys } from './fast-open-keys.ts';
import { FragmentTable } from './fragments.ts';
import type { Interface } from './interface.ts';
import type { HostLimits } from './limits.ts';
import { Lingering } from './lingering.ts';
import { ListenerTable } from './listeners.ts';
import { PathMtuNews } from './path-mtu-news.ts';
import { PathMtuCache } from './pmtu.ts';
import { EphemeralPorts } from './ports.ts';
import type { HostProbe } from './probe.ts';
import { KeyedRandom } from './random.ts';
import { TokenBucket } from './rate-limit.ts';
import { Records } from './records.ts';
import { RouteTable } from './routes.ts';
import { Rows } from './rows.ts';
import { Scheduler } from './schedule.ts';
import type { TcpSocket } from './socket.ts';

/** The largest message that IP carries, with room for a header in front. */
const SCRATCH = 65_535 + 8;

export class Core {
  readonly name: string;
  readonly clock: Clock;
  readonly parameters: Parameters;
  readonly probe: HostProbe | null;
  readonly limits: HostLimits;
  readonly counters = createCounters();
  readonly random: KeyedRandom;
  readonly isn: IsnGenerator;
  readonly interfaces: Interface[] = [];
  readonly routes = new RouteTable();
  /** Connections, whole or put away. */
  readonly rows = new Rows<TcpSocket>();
  readonly timers: ConnectionTimers;
  readonly records = new Records(this);
  readonly sockets: FlowTable<TcpSocket>;
  readonly listeners = new ListenerTable();
  readonly synCookies: SynCookies;
  readonly ports: EphemeralPorts;
  readonly lingering: Lingering;
  readonly rest: Rest;
  readonly fastOpenCache: FastOpenCache;
  readonly fragments: FragmentTable;
  readonly pathMtus: PathMtuCache;
  readonly pathMtuNews = new PathMtuNews();
  readonly icmpBudget: TokenBucket;
  readonly echoes: EchoClient;
  readonly scheduler = new Scheduler(this);
  /** Connections opened so far; names them to an observer. */
  connections = 0;

  private readonly keys: FastOpenKeys;
  /** When the Fast Open key was made, ms; Infinity = it was given to us, and is not ours to change. */
  private keysSince: number;

  // One of each is enough: a host looks at one packet at a time.
  readonly ipv4 = new Ipv4Header();
  readonly ipv6 = new Ipv6Header();
  readonly icmp = new IcmpMessage();
  readonly udp = new UdpHeader();
  readonly quote = new QuotedPacket();
  readonly key = new FlowKey();
  readonly arriving = new Segment();
  /** A datagram made of fragments, whole. */
  readonly whole = new Packet();
  readonly outgoing4 = new Ipv4Header();
  readonly outgoing6 = new Ipv6Header();
  readonly leaving = new Segment();
  /** ICMP messages are composed here. */
  readonly scratch = new Uint8Array(SCRATCH);

  constructor(
    name: string,
    clock: Clock,
    random: (bytes: number) => Uint8Array,
    parameters: Parameters,
    probe: HostProbe | null,
    limits: HostLimits,
    fastOpenKey: Uint8Array | null,
  ) {
    this.name = name;
    this.clock = clock;
    this.parameters = parameters;
    this.probe = probe;
    this.limits = limits;
    this.random = new KeyedRandom(random(16));
    this.isn = new IsnGenerator(random(16));
    this.timers = new ConnectionTimers(this.rows, clock.now());
    this.sockets = new FlowTable<TcpSocket>(new SipHash(random(16)), this.rows, this.records);
    const { firstEphemeralPort: first, lastEphemeralPort: last } = limits;
    this.ports = new EphemeralPorts(first, last, [random(16), random(16)], this.random);
    this.synCookies = new SynCookies(random(16));
    this.lingering = new Lingering(limits, this.timers);
    this.rest = new Rest(limits.idleConnections);
    this.fastOpenCache = new FastOpenCache(limits.fastOpenEntries);
    this.keys = new FastOpenKeys(fastOpenKey ?? random(16));
    this.keysSince = fastOpenKey === null ? clock.now() : Number.POSITIVE_INFINITY;
    this.fragments = new FragmentTable(limits);
    this.pathMtus = new PathMtuCache(limits.pathMtuEntries, limits.pathMtuTimeout);
    this.icmpBudget = new TokenBucket(limits.icmpRate, limits.icmpBurst, this.random);
    this.echoes = new EchoClient(this.random.int32(), limits.pings);
  }

  /** RFC 7413 §4.1.2: the key of the host's cookies, a new one if it has served its time. */
  fastOpenKeys(now: number): FastOpenKeys {
    if (now - this.keysSince >= this.limits.fastOpenKeyLifetime) {
      const key = new Int32Array(4).map(() => this.random.int32());
      this.keys.rotate(new Uint8Array(key.buffer));
      this.keysSince = now;
    }
    return this.keys;
  }

  /** From now on cookies are made with `key`, and no other takes its place unasked. @throws TcpError EINVAL */
  setFastOpenKey(key: Uint8Array): void {
    this.keys.rotate(key);
    this.keysSince = Number.POSITIVE_INFINITY;
  }
}
