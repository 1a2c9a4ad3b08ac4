// The hosts and links of one run, in virtual time, with the programs on them and the edits that a person made.

import { Host } from '../../host/host.ts';
import type { HostLimits } from '../../host/limits.ts';
import { Prng } from '../../lib/prng.ts';
import { VirtualClock } from '../../sim/clock.ts';
import type { Impairments } from '../../sim/faults.ts';
import { createLink, type MemoryLink } from '../../sim/link.ts';
import type { LinkEvent, LinkFilter, Verdict } from '../../sim/link-events.ts';
import type { Parameters } from '../../tcp/parameters.ts';
import { type Seq, seq } from '../../tcp/seq.ts';
import { Address, type Endpoint } from '../../wire/address.ts';
import { Packet } from '../../wire/packet.ts';
import { eagerLink } from './eager.ts';
import { type Handmade, handmadePacket, type Impersonated, readHandmadePacket } from './inject.ts';
import { type LossRule, RuledLoss } from './losses.ts';
import { Programs, refusalOf } from './program.ts';
import type { Call, CallEdit, Edit, InjectEdit, Recipe } from './recipe.ts';
import { Recording } from './recording.ts';
import type { Stimulus, Story } from './story.ts';

export interface LabHostOptions {
  /** `10.0.0.1`; its networks are /24. */
  readonly address: string;
  readonly parameters: Parameters;
  readonly limits?: Partial<HostLimits>;
  /** What its programs do from when it starts, and again after a reboot. */
  readonly boot?: (programs: Programs) => void;
  /** What its programs do about a packet before its TCP has answered it, so that both leave in one segment. */
  readonly eager?: (programs: Programs) => void;
}

type Addresses = Readonly<Record<string, string>>;

interface LabHost {
  readonly name: string;
  readonly options: LabHostOptions;
  readonly links: { readonly link: MemoryLink; readonly end: 'a' | 'b'; readonly address: string }[];
  /** Null: it has crashed. */
  programs: Programs | null;
  /** Sockets of its programs before the last crash. */
  sockets: number;
}

/** More moments than a person looks at: a run ends there. */
const MAX_MOMENTS = 5000;
/** Alarms of one instant without a moment: a run that stands still is ended. */
const MAX_ALARMS = 200_000;

export class World {
  readonly clock = new VirtualClock();
  readonly recording = new Recording(() => this.clock.now());
  private readonly hosts = new Map<string, LabHost>();
  private readonly links: MemoryLink[] = [];
  private readonly seeds: Prng;
  private readonly losses = new Map<string, RuledLoss>();
  private readonly verdicts: ReadonlyMap<string, Verdict>;

  constructor(recipe: Recipe) {
    this.seeds = new Prng(recipe.seed);
    this.verdicts = verdictsOf(recipe.edits);
    for (const edit of recipe.edits) if ('t' in edit) this.at(edit.t, () => this.carryOut(edit));
  }

  /** A host, connected to nothing yet. */
  host(name: string, options: LabHostOptions): Programs {
    const host: LabHost = { name, options, links: [], programs: null, sockets: 0 };
    this.hosts.set(name, host);
    return this.start(host);
  }

  /**
   * A link between two hosts; times in ms, as `createLink` has them. `addresses`: of a host that has another one there
   * than its own, by its name.
   */
  link(from: string, to: string, impairments: Partial<Impairments>, addresses: Addresses = {}): MemoryLink {
    const [a, b] = [this.hostOf(from), this.hostOf(to)];
    const seed = this.seeds.uint32();
    const link = createLink({ clock: this.clock, seed, name: `${from}-${to}`, ...impairments });
    link.filter = this.filterFor(from, to);
    link.observer = (event) => this.observe(event, from, to);
    this.links.push(link);
    for (const [host, end] of [
      [a, 'a'],
      [b, 'b'],
    ] as const) {
      const way = { link, end, address: addresses[host.name] ?? host.options.address };
      host.links.push(way);
      this.plug(host, way);
    }
    return link;
  }

  /** Have the programs of a host make a call at that virtual time, ms, unless it is down; `named` if it is refused. */
  call(t: number, name: string, call: (programs: Programs) => void, named: Call = 'connect'): void {
    this.at(t, () => {
      const { programs } = this.hostOf(name);
      const code = programs === null ? null : refusalOf(() => call(programs));
      if (code !== null) this.recording.edited({ kind: 'call', t, host: name, call: named }, name, code);
    });
  }

  /** Have a program do something at that virtual time, ms. */
  at(t: number, action: () => void): void {
    const alarm = (): void => {
      this.recording.scheduled = true;
      try {
        action();
      } finally {
        this.recording.scheduled = false;
      }
    };
    this.clock.alarm(alarm, Math.max(t, this.clock.now()));
  }

  /** `ms` from now, as a program's own delay: what it then does is an answer to nothing. */
  after(ms: number, action: () => void): void {
    this.at(this.clock.now() + ms, action);
  }

  /** The power of a host fails. */
  crashes(t: number, name: string): void {
    this.at(t, () => this.carryOut({ kind: 'crash', t, host: name }));
  }

  reboots(t: number, name: string): void {
    this.at(t, () => this.carryOut({ kind: 'reboot', t, host: name }));
  }

  /** Every link is cut. */
  cuts(t: number): void {
    this.at(t, () => this.carryOut({ kind: 'cut', t }));
  }

  /** Have the network lose the packets from `from` to `to` for which `which` says so; a person's edit goes before. */
  loses(from: string, to: string, which: LossRule): void {
    this.losses.set(`${from} ${to}`, new RuledLoss(which));
  }

  endpoint(address: string, port: number): Endpoint {
    return { address: Address.from(address), port };
  }

  /** An address that nobody has. */
  stranger(n: number): Endpoint {
    return { address: Address.from(`203.0.113.${1 + (n % 254)}`), port: 1024 + n };
  }

  /** Initial sequence numbers that nobody chose. */
  anyNumbers(): { readonly iss: Seq; readonly irs: Seq } {
    return { iss: seq(this.seeds.uint32()), irs: seq(this.seeds.uint32()) };
  }

  addressOf(name: string): string {
    return this.hostOf(name).options.address;
  }

  parametersOf(name: string): Parameters {
    return this.hostOf(name).options.parameters;
  }

  /** Let time pass until nothing more can happen, or until `limit`, virtual ms. */
  run(limit: number): Story {
    const { clock, recording } = this;
    let alarms = 0;
    for (;;) {
      const next = clock.next();
      if (next === Number.POSITIVE_INFINITY) return recording.story('quiet');
      if (next > limit) return recording.story('time');
      if (recording.moments.length >= MAX_MOMENTS || alarms > MAX_ALARMS) return recording.story('moments');
      alarms += 1;
      clock.step();
    }
  }

  private start(host: LabHost): Programs {
    const { name, options, sockets } = host;
    const { parameters, limits = {}, boot } = options;
    const prng = this.seeds.fork();
    const made = new Host({
      name,
      clock: this.clock,
      random: (count) => Uint8Array.from({ length: count }, () => prng.below(256)),
      parameters,
      limits,
      probe: this.recording.probeFor(name),
    });
    const programs = new Programs(name, made, sockets, {
      listens: (port) => this.recording.listens(name, port),
      opened: (socket, ends) => this.recording.opened(name, socket, ends),
    });
    host.programs = programs;
    for (const way of host.links) this.plug(host, way);
    boot?.(programs);
    return programs;
  }

  private plug({ programs, options }: LabHost, { link, end, address }: LabHost['links'][number]): void {
    if (programs === null) return;
    const { eager } = options;
    const via = eager === undefined ? link[end] : eagerLink(link[end], () => eager(programs));
    programs.host.addInterface(via, [`${address}/24`]);
  }

  private crash(host: LabHost): void {
    const { programs } = host;
    if (programs === null) return;
    host.sockets = programs.count;
    host.programs = null;
    programs.host.halt();
    for (const { link, end } of host.links) link.detach(link[end]);
  }

  private carryOut(edit: Edit): void {
    switch (edit.kind) {
      case 'crash':
      case 'reboot': {
        const host = this.hosts.get(edit.host);
        if (host === undefined) return;
        this.recording.edited(edit, edit.host);
        if (edit.kind === 'crash') this.crash(host);
        else if (host.programs === null) this.start(host);
        return;
      }
      case 'cut':
      case 'restore':
        this.recording.edited(edit, [...this.hosts.keys()][0] ?? '');
        for (const link of this.links) link[edit.kind]();
        return;
      case 'call':
        this.callByHand(edit);
        return;
      case 'inject':
        this.inject(edit);
    }
  }

  /**
   * Have the network bring a packet to `to` that `via` never sent, or sent long ago: a segment in packetdrill's
   * notation, in the name of `as`. `story` names it: `old-duplicate`, `spoofed`.
   */
  forge(
    t: number,
    via: string,
    to: string,
    story: string,
    segment: string | (() => string),
    as: () => Impersonated | null,
  ): void {
    this.at(t, () => {
      const named = as();
      if (named === null) return;
      const text = typeof segment === 'string' ? segment : segment();
      this.transmit(via, to, handmadePacket(text, named), named, { kind: 'network', story });
    });
  }

  private inject(edit: InjectEdit): void {
    const as = this.recording.impersonate(edit.from, edit.connection);
    const to = as === null ? null : this.nameOf(String(as.destination.address));
    if (as === null || to === null) {
      this.recording.edited(edit, edit.from, 'ENOTCONN');
      return;
    }
    const made = readHandmadePacket(edit.segment, as);
    if (made === null) this.recording.edited(edit, edit.from, 'EINVAL');
    else this.transmit(edit.from, to, made, as, { kind: 'edit', edit });
  }

  private transmit(from: string, to: string, made: Handmade, as: Impersonated, stimulus: Stimulus): void {
    const way = this.hostOf(from).links.find(({ link }) =>
      this.hostOf(to).links.some((theirs) => theirs.link === link),
    );
    if (way === undefined) return;
    const packet = new Packet();
    packet.bytes = made.bytes;
    packet.end = made.bytes.length;
    this.recording.handmade(from, stimulus, made.segment, as);
    way.link[way.end].transmit(packet);
  }

  private nameOf(address: string): string | null {
    return (
      [...this.hosts.values()].find(({ links }) => links.some((way) => way.address === address))?.name ?? null
    );
  }

  private callByHand(edit: CallEdit): void {
    const { recording } = this;
    const host = this.hosts.get(edit.host);
    if (host === undefined) return;
    const { programs } = host;
    const before = recording.moments.length;
    const refusal = programs === null ? 'ENETDOWN' : this.refusalOfCall(edit, programs);
    if (refusal !== null) recording.edited(edit, edit.host, refusal);
    // Not every call reaches TCP: to listen, or to read no more, is the program's own affair.
    else if (recording.moments.length === before) recording.edited(edit, edit.host);
  }

  private refusalOfCall(edit: CallEdit, programs: Programs): string | null {
    const makes = edit.call === 'listen' || edit.call === 'connect';
    if (!makes && !programs.sockets.has(edit.socket ?? '')) return 'EBADF';
    return refusalOf(() => this.make(edit, programs));
  }

  private make(edit: CallEdit, programs: Programs): void {
    const { port = 80, bytes } = edit;
    if (edit.call === 'listen') {
      programs.listen({ port });
      return;
    }
    if (edit.call === 'connect') {
      const others = [...this.hosts.keys()].filter((name) => name !== edit.host);
      programs.connect({ address: this.addressOf(edit.to ?? others[0] ?? ''), port });
      return;
    }
    const socket = programs.sockets.get(edit.socket ?? '');
    if (socket === undefined) return;
    if (edit.call === 'send') socket.send(bytes ?? 1);
    else if (edit.call === 'read') socket.read(bytes);
    else socket[edit.call]();
  }

  private hostOf(name: string): LabHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`the run has no host ${name}`);
    return host;
  }

  private observe(event: LinkEvent, a: string, b: string): void {
    const [from, to] = event.direction === 'a->b' ? [a, b] : [b, a];
    this.recording.observe(event, from, to);
  }

  private filterFor(a: string, b: string): LinkFilter {
    return (packet, direction, index) => {
      const [from, to] = direction === 'a->b' ? [a, b] : [b, a];
      this.losses.get(`${to} ${from}`)?.look(packet);
      const lost = this.losses.get(`${from} ${to}`)?.takes(packet) ?? false;
      return this.verdicts.get(`${from} ${to} ${index}`) ?? (lost ? 'drop' : 'pass');
    };
  }
}

function verdictsOf(edits: readonly Edit[]): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const edit of edits) {
    if (!('index' in edit)) continue;
    const verdict: Verdict = edit.kind === 'delay' ? { delay: edit.ms ?? 0 } : edit.kind;
    verdicts.set(`${edit.from} ${edit.to} ${edit.index}`, verdict);
  }
  return verdicts;
}
