// Makes a story of what hosts and links report: each trace event joins the moment that it belongs to, each packet
// becomes a flight. It hears; it changes nothing.

import type { HostProbe } from '../../host/probe.ts';
import { tee } from '../../host/tee.ts';
import type { LinkEvent } from '../../sim/link-events.ts';
import { info } from '../../tcp/info.ts';
import type { TimerName } from '../../tcp/probe.ts';
import type { Segment } from '../../tcp/segment.ts';
import type { Tcb } from '../../tcp/tcb.ts';
import type { SegmentEvent, TraceEvent } from '../../trace/events.ts';
import { Recorder } from '../../trace/recorder.ts';
import { recordSegment } from '../../trace/segment-record.ts';
import { type Endpoint, formatEndpoint } from '../../wire/address.ts';
import type { Packet } from '../../wire/packet.ts';
import { isSame, originalOf, readAlone } from './departed.ts';
import type { Impersonated } from './inject.ts';
import type { Edit } from './recipe.ts';
import type { Flight, Lifeline, Listening, Moment, NamedSocket, Stimulus, Story, TcbView } from './story.ts';

/** What is told of a segment that no engine sent. */
const NO_EVENT = { id: 0, kind: 'segment', direction: 'out', why: null, retransmission: false } as const;

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** One end of a connection: its TCB, and what is known of it beside. */
interface End {
  readonly tcb: Tcb;
  readonly timers: Partial<Record<TimerName, number>>;
  readonly timerSetIn: Partial<Record<TimerName, number>>;
  moment: Growing<Moment> | null;
}

const key = (host: string, connection: number | null): string => `${host} ${connection}`;

export class Recording {
  readonly moments: Growing<Moment>[] = [];
  readonly flights: Growing<Flight>[] = [];
  /** A program's timetable is at work, not an answer to what it heard. */
  scheduled = false;
  private readonly recorder = new Recorder(0);
  private readonly hosts: string[] = [];
  private readonly listeners: Listening[] = [];
  private readonly sockets: NamedSocket[] = [];
  private readonly lifelines = new Map<string, Growing<Lifeline>>();
  private readonly ends = new Map<string, End>();
  private readonly now: () => number;
  /** The TCB that is reporting, by host. */
  private readonly reporting = new Map<string, Tcb>();
  /** The last moment of each host. */
  private readonly latest = new Map<string, Growing<Moment>>();
  /** Heard of, and waiting for the stimulus that it goes with. */
  private early: TraceEvent[] = [];
  /** What arrives at present. */
  private arriving: Growing<Flight> | null = null;
  /** A segment that was reported and whose packet has not left yet, and the other way round. */
  private announced: SegmentEvent | null = null;
  private unexplained: Growing<Flight> | null = null;

  constructor(now: () => number) {
    this.now = now;
    this.recorder.listen((event) => this.hear(event));
  }

  probeFor(host: string): HostProbe {
    if (!this.hosts.includes(host)) this.hosts.push(host);
    const watch = (tcb: Tcb): void => {
      this.reporting.set(host, tcb);
    };
    const first: HostProbe = {
      segmentArrives: watch,
      segmentSent: watch,
      segmentDropped: watch,
      stateChange: watch,
      timerSet: watch,
      timerFired: watch,
      rule: watch,
      userCall: watch,
      packetSent() {},
      packetReceived() {},
      packetDropped() {},
    };
    return tee(first, this.recorder.probeFor(host));
  }

  /** What becomes of a packet between `from` and `to`. */
  observe(event: LinkEvent, from: string, to: string): void {
    switch (event.kind) {
      case 'sent':
        this.depart(event, from, to);
        return;
      case 'corrupted':
        this.flightOf(event, from, to).corrupted = true;
        return;
      case 'lost':
        this.flightOf(event, from, to).lost = { t: event.at, reason: event.reason ?? 'lost' };
        return;
      case 'delivered':
        this.arriving = this.flightOf(event, from, to);
        this.arriving.arrivals.push({ t: event.at, moment: null });
        if (this.arriving.corrupted) this.arriving.damaged = bytesOf(event.packet);
        return;
      case 'delayed':
      case 'duplicated':
      case 'marked':
    }
  }

  /** A program waits for connections on `port`. */
  listens(host: string, port: number): void {
    this.listeners.push({ host, port, t: this.now() });
  }

  /** A program got a socket. */
  opened(host: string, name: string, { local, remote }: { local: Endpoint; remote: Endpoint }): void {
    const ends = { local: formatEndpoint(local), remote: formatEndpoint(remote) };
    this.sockets.push({ host, name, ...ends, t: this.now() });
  }

  /** A person's hand. */
  edited(edit: Edit, host: string, refusal: string | null = null): void {
    const stimulus: Stimulus =
      refusal === null ? { kind: 'edit', edit } : { kind: 'refused', edit, code: refusal };
    this.begin(host, null, stimulus, null);
  }

  /** What a segment needs to pass as one of `host`'s on that connection; null: it has none there. */
  impersonate(host: string, connection: number): Impersonated | null {
    const own = this.ends.get(key(host, connection))?.tcb;
    if (own !== undefined) return { source: own.local, destination: own.remote, iss: own.iss, irs: own.irs };
    for (const [name, { tcb }] of this.ends) {
      if (!name.endsWith(` ${connection}`)) continue;
      return { source: tcb.remote, destination: tcb.local, iss: tcb.irs, irs: tcb.iss };
    }
    return null;
  }

  /** The packet that leaves `host` next is nobody's there: `segment`, in the name of `as`. */
  handmade(host: string, stimulus: Stimulus, segment: Segment, as: Impersonated): void {
    const connection =
      stimulus.kind === 'edit' && 'connection' in stimulus.edit ? stimulus.edit.connection : null;
    const moment = this.begin(host, connection, stimulus, null);
    const record = recordSegment(segment, {
      source: formatEndpoint(as.source),
      destination: formatEndpoint(as.destination),
      senderIsn: as.iss,
      receiverIsn: as.irs,
      windowShift: null,
      count: 1,
    });
    this.announced = { ...NO_EVENT, t: moment.t, host, connection, segment: record };
  }

  story(stopped: Story['stopped']): Story {
    for (const end of this.ends.values()) this.close(end);
    return {
      hosts: this.hosts,
      moments: this.moments,
      flights: this.flights,
      lifelines: [...this.lifelines.values()],
      listeners: this.listeners,
      sockets: this.sockets,
      end: this.now(),
      stopped,
    };
  }

  private hear(event: TraceEvent): void {
    if (event.kind === 'connection' || this.isEarly(event)) {
      this.early.push(event);
      return;
    }
    const moment = this.momentFor(event);
    for (const one of [...this.early.splice(0), event]) {
      moment.events.push(one);
      if (one.kind !== 'connection') this.take(one, moment);
    }
  }

  /** It goes before the call or the segment that brings it about: an old connection gives way to the next one. */
  private isEarly(event: TraceEvent): boolean {
    if (event.kind !== 'state' && (event.kind !== 'timer' || event.action === 'fired')) return false;
    return this.arriving?.to !== event.host && this.here(event) === null;
  }

  /** The moment of its host at this instant. */
  private here({ host, connection, t }: TraceEvent): Growing<Moment> | null {
    const current = this.ends.get(key(host, connection))?.moment ?? this.latest.get(host);
    return current?.t === t && current.host === host ? current : null;
  }

  private take(event: TraceEvent, moment: Growing<Moment>): void {
    const end = this.endOf(event, moment);
    if (event.kind === 'timer' && end !== null) this.timed(event.timer, event.deadline, end, moment);
    if (event.kind === 'state') this.entered(event.host, event.connection, event.to, moment);
    if (event.kind === 'segment' && event.direction === 'out') this.announce(event, moment);
  }

  /** The moment that `event` begins, or the one that it belongs to. */
  private momentFor(event: TraceEvent): Growing<Moment> {
    const { host, connection } = event;
    const here = this.here(event);
    if (this.arriving?.to === host) return this.arrive(event, this.arriving);
    if (event.kind === 'call' && !(event.call === 'receive' && here !== null)) {
      const stimulus = { kind: 'call', call: event.call, bytes: event.bytes } as const;
      return this.begin(host, connection, stimulus, this.scheduled ? null : (here?.index ?? null));
    }
    if (event.kind === 'timer' && event.action === 'fired') {
      const cause = this.ends.get(key(host, connection))?.timerSetIn[event.timer] ?? null;
      return this.begin(host, connection, { kind: 'timer', timer: event.timer }, cause);
    }
    if (here === null) throw new Error(`${event.kind} at ${host} at ${event.t} ms: nothing brought it about`);
    return here;
  }

  private arrive(event: TraceEvent, flight: Growing<Flight>): Growing<Moment> {
    this.arriving = null;
    const stimulus: Stimulus = { kind: 'arrival', flight: flight.index };
    const moment = this.begin(event.host, event.connection, stimulus, flight.moment);
    const last = flight.arrivals.at(-1);
    if (last !== undefined) flight.arrivals[flight.arrivals.length - 1] = { ...last, moment: moment.index };
    return moment;
  }

  private begin(
    host: string,
    connection: number | null,
    stimulus: Stimulus,
    cause: number | null,
  ): Growing<Moment> {
    const end = connection === null ? null : (this.ends.get(key(host, connection)) ?? null);
    if (end !== null) this.close(end);
    const before = end === null ? null : this.view(end);
    const index = this.moments.length;
    const moment: Growing<Moment> = {
      index,
      t: this.now(),
      host,
      connection,
      stimulus,
      events: [],
      flights: [],
      before,
      after: null,
      cause,
    };
    this.moments.push(moment);
    this.latest.set(host, moment);
    if (end !== null) end.moment = moment;
    return moment;
  }

  /** Nothing more belongs to the moment that `end` is in. */
  private close(end: End): void {
    if (end.moment !== null) end.moment.after = this.view(end);
    end.moment = null;
  }

  private endOf(event: TraceEvent, moment: Growing<Moment>): End | null {
    const { host, connection } = event;
    if (connection === null) return null;
    const tcb = this.reporting.get(host);
    const known = this.ends.get(key(host, connection));
    if (known !== undefined || tcb === undefined) return known ?? null;
    const end: End = { tcb, timers: {}, timerSetIn: {}, moment };
    this.ends.set(key(host, connection), end);
    for (const first of moment.events) {
      if (first.kind !== 'connection' || first.host !== host || first.connection !== connection) continue;
      const { local, remote, passive, state } = first;
      const states = [{ t: event.t, moment: moment.index, state: state as string }];
      this.lifelines.set(key(host, connection), { host, connection, local, remote, passive, states });
    }
    return end;
  }

  private entered(host: string, connection: number | null, state: string, moment: Growing<Moment>): void {
    const line = this.lifelines.get(key(host, connection));
    line?.states.push({ t: moment.t, moment: moment.index, state });
  }

  private timed(timer: TimerName, deadline: number | null, end: End, moment: Growing<Moment>): void {
    if (deadline === null) {
      delete end.timers[timer];
      return;
    }
    end.timers[timer] = deadline;
    end.timerSetIn[timer] = moment.index;
  }

  private view({ tcb, timers }: End): TcbView {
    return { info: info(tcb, this.now()), timers: { ...timers } };
  }

  private announce(event: SegmentEvent, moment: Growing<Moment>): void {
    const { unexplained } = this;
    this.unexplained = null;
    if (unexplained?.from === event.host && isSame(unexplained.segment, event.segment)) {
      this.explain(unexplained, event, moment.index);
      return;
    }
    this.announced = event;
  }

  private depart(event: LinkEvent, from: string, to: string): void {
    const { packet, index: number, at, due } = event;
    const { announced } = this;
    this.announced = null;
    const flight: Growing<Flight> = {
      index: this.flights.length,
      from,
      to,
      number,
      connection: null,
      segment: null,
      why: null,
      retransmission: false,
      original: null,
      departed: at,
      moment: null,
      arrivals: [],
      due,
      lost: null,
      corrupted: false,
      damaged: null,
      bytes: bytesOf(packet),
    };
    this.flights.push(flight);
    const moment = this.latest.get(from);
    if (announced !== null && announced.host === from) {
      const own = this.ends.get(key(from, announced.connection))?.moment ?? moment;
      this.explain(flight, announced, own?.index ?? null);
    } else {
      flight.segment = readAlone(packet);
      this.unexplained = flight;
      if (moment !== undefined && moment.t === at) this.belongs(flight, moment.index);
    }
  }

  private explain(flight: Growing<Flight>, event: SegmentEvent, moment: number | null): void {
    flight.connection = event.connection;
    flight.segment = event.segment;
    flight.why = event.why;
    flight.retransmission = event.retransmission;
    if (event.retransmission) flight.original = originalOf(this.flights, flight, event.segment);
    if (moment !== null) this.belongs(flight, moment);
  }

  private belongs(flight: Growing<Flight>, moment: number): void {
    if (flight.moment !== null) return;
    flight.moment = moment;
    this.moments[moment]!.flights.push(flight.index);
  }

  private flightOf(event: LinkEvent, from: string, to: string): Growing<Flight> {
    for (let i = this.flights.length - 1; i >= 0; i--) {
      const flight = this.flights[i]!;
      if (flight.number === event.index && flight.from === from && flight.to === to) return flight;
    }
    throw new Error(`packet ${event.index} from ${from} to ${to} never left`);
  }
}

const bytesOf = ({ bytes, start, end }: Packet): Uint8Array => bytes.slice(start, end);
