// The hosts and links of one run, in virtual time, with the programs on them and the edits that a person made.

import { Host } from '../../host/host.ts';
import type { HostLimits } from '../../host/limits.ts';
import { Prng } from '../../lib/prng.ts';
import { VirtualClock } from '../../sim/clock.ts';
import type { Impairments } from '../../sim/faults.ts';
import { createLink, type MemoryLink } from '../../sim/link.ts';
import type { LinkEvent, LinkFilter, Verdict } from '../../sim/link-events.ts';
import type { Parameters } from '../../tcp/parameters.ts';
import { Packet } from '../../wire/packet.ts';
import { handmadePacket } from './inject.ts';
import { isCallError, Programs } from './program.ts';
import type { CallEdit, Edit, InjectEdit, Recipe } from './recipe.ts';
import { Recording } from './recording.ts';
import type { Story } from './story.ts';

export interface LabHostOptions {
  /** `10.0.0.1`; its networks are /24. */
  readonly address: string;
  readonly parameters: Parameters;
  readonly limits?: Partial<HostLimits>;
  /** What its programs do from when it starts, and again after a reboot. */
  readonly boot?: (programs: Programs) => void;
}

interface LabHost {
  readonly name: string;
  readonly options: LabHostOptions;
  readonly links: { readonly link: MemoryLink; readonly end: 'a' | 'b' }[];
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

  /** A link between two hosts; times in ms, as `createLink` has them. */
  link(from: string, to: string, impairments: Partial<Impairments>): MemoryLink {
    const [a, b] = [this.hostOf(from), this.hostOf(to)];
    const seed = this.seeds.uint32();
    const link = createLink({ clock: this.clock, seed, name: `${from}-${to}`, ...impairments });
    link.filter = this.filterFor(from, to);
    link.observer = (event) => this.observe(event, from, to);
    this.links.push(link);
    a.links.push({ link, end: 'a' });
    b.links.push({ link, end: 'b' });
    this.plug(a, link, 'a');
    this.plug(b, link, 'b');
    return link;
  }

  /** Have the programs of a host make a call at that virtual time, ms, unless it is down. */
  call(t: number, name: string, call: (programs: Programs) => void): void {
    this.at(t, () => {
      const { programs } = this.hostOf(name);
      if (programs !== null) call(programs);
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

  addressOf(name: string): string {
    return this.hostOf(name).options.address;
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
    const programs = new Programs(name, made, sockets, (port) => this.recording.listens(name, port));
    host.programs = programs;
    for (const { link, end } of host.links) this.plug(host, link, end);
    boot?.(programs);
    return programs;
  }

  private plug(host: LabHost, link: MemoryLink, end: 'a' | 'b'): void {
    host.programs?.host.addInterface(link[end], [`${host.options.address}/24`]);
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

  /** As if `from` had sent it: it leaves by the link to the connection's other end. */
  private inject(edit: InjectEdit): void {
    const as = this.recording.impersonate(edit.from, edit.connection);
    const way = as === null ? undefined : this.wayTo(edit.from, String(as.destination.address));
    if (as === null || way === undefined) {
      this.recording.edited(edit, edit.from, 'ENOTCONN');
      return;
    }
    const packet = new Packet();
    let made: ReturnType<typeof handmadePacket>;
    try {
      made = handmadePacket(edit.segment, as);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      this.recording.edited(edit, edit.from, 'EINVAL');
      return;
    }
    packet.bytes = made.bytes;
    packet.end = made.bytes.length;
    this.recording.handmade(edit, made.segment, as);
    way.link[way.end].transmit(packet);
  }

  private wayTo(from: string, address: string): LabHost['links'][number] | undefined {
    const to = [...this.hosts.values()].find(({ options }) => options.address === address);
    return this.hostOf(from).links.find(({ link }) => to?.links.some((theirs) => theirs.link === link));
  }

  private callByHand(edit: CallEdit): void {
    const programs = this.hosts.get(edit.host)?.programs ?? null;
    const refusal = programs === null ? 'ENETDOWN' : refusalOf(() => this.make(edit, programs));
    if (refusal !== null) this.recording.edited(edit, edit.host, refusal);
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
    return (_packet, direction, index) => {
      const [from, to] = direction === 'a->b' ? [a, b] : [b, a];
      return this.verdicts.get(`${from} ${to} ${index}`) ?? 'pass';
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

/** The code of the error that a call threw; null: it was taken. */
function refusalOf(call: () => void): string | null {
  try {
    call();
    return null;
  } catch (error) {
    if (isCallError(error)) return error.code;
    throw error;
  }
}
