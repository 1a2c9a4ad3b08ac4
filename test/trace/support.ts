// Two ends of a connection that say what they are told to say: probe events without an engine.

import type { HostProbe } from '../../src/host/probe.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import type { TimerName, UserCall } from '../../src/tcp/probe.ts';
import type { RuleId } from '../../src/tcp/rules.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import type { State } from '../../src/tcp/state.ts';
import { Tcb } from '../../src/tcp/tcb.ts';
import { Address, type Endpoint } from '../../src/wire/address.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../src/wire/checksum.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH, Ipv4Header } from '../../src/wire/ipv4.ts';
import { Packet } from '../../src/wire/packet.ts';
import { ACK, encodeTcp, FIN, PSH, RST, SYN, type TcpFields } from '../../src/wire/tcp.ts';

/** Just below the places where sequence numbers wrap. */
export const CLIENT_ISS = 2 ** 31 - 2;
export const SERVER_ISS = 2 ** 32 - 2;

const LETTERS: Readonly<Record<string, number>> = { S: SYN, F: FIN, R: RST, P: PSH, '.': ACK };

export function endpoint(address: string, port: number): Endpoint {
  return { address: Address.parse(address)!, port };
}

export const CLIENT = endpoint('10.0.0.1', 40_000);
export const SERVER = endpoint('10.0.0.2', 80);

interface Extra {
  readonly length?: number;
  readonly why?: RuleId;
  readonly options?: Partial<TcpFields>;
}

/** One end: a TCB of ours, and the probe that hears of it. */
export class FakeEnd {
  readonly tcb: Tcb;
  readonly probe: HostProbe;
  readonly peerIss: number;
  now = 0;

  constructor(probe: HostProbe, role: 'client' | 'server', id = 1, local?: Endpoint, remote?: Endpoint) {
    const client = role === 'client';
    this.probe = probe;
    this.peerIss = client ? SERVER_ISS : CLIENT_ISS;
    const options = {
      id,
      local: local ?? (client ? CLIENT : SERVER),
      remote: remote ?? (client ? SERVER : CLIENT),
      iss: seq(client ? CLIENT_ISS : SERVER_ISS),
      timestampOffset: 0,
      parameters: RFC9293,
      mtu: 1500,
      superSegment: 1500,
      probe,
    };
    this.tcb = new Tcb(options, !client, 1460, 536);
    this.tcb.state = client ? 'CLOSED' : 'LISTEN';
  }

  /** The segment this end would send; numbers relative, as in packetdrill's `S.` and `P.`. */
  segment(letters: string, seqNumber: number, ack: number, extra: Extra = {}): Segment {
    const seg = new Segment();
    for (const letter of letters) seg.flags |= LETTERS[letter]!;
    seg.sourcePort = this.tcb.local.port;
    seg.destinationPort = this.tcb.remote.port;
    seg.seq = add(this.tcb.iss, seqNumber);
    seg.ack = seq(this.peerIss + ack);
    seg.wnd = 65_535;
    seg.textLength = extra.length ?? 0;
    if ((seg.flags & SYN) !== 0) {
      Object.assign(seg, { mss: 1460, sackPermitted: true, timestamps: true, tsval: 100, windowScale: 7 });
    }
    if (extra.why !== undefined) seg.why = extra.why;
    return Object.assign(seg, extra.options ?? {});
  }

  out(letters: string, seqNumber: number, ack: number, extra: Extra = {}): Segment {
    const seg = this.segment(letters, seqNumber, ack, extra);
    this.probe.segmentSent(this.tcb, seg, this.now);
    return seg;
  }

  in(seg: Segment): void {
    this.probe.segmentArrives(this.tcb, seg, this.now);
    this.tcb.irs = (seg.flags & SYN) !== 0 ? seg.seq : this.tcb.irs;
    const end = add(seg.seq, seg.len);
    if (((end - this.tcb.rcv.nxt) | 0) > 0 || (seg.flags & SYN) !== 0) this.tcb.rcv.nxt = end;
  }

  state(to: State, why: RuleId): void {
    const from = this.tcb.state;
    this.tcb.state = to;
    this.probe.stateChange(this.tcb, from, to, why, this.now);
  }

  call(call: UserCall, bytes = 0): void {
    this.probe.userCall(this.tcb, call, bytes, this.now);
  }

  rule(why: RuleId): void {
    this.probe.rule(this.tcb, why, this.now);
  }

  fired(timer: TimerName): void {
    this.probe.timerFired(this.tcb, timer, this.now);
  }

  /** The congestion state of the TCB is this from now on. */
  congestion(now: { cwnd: number; ssthresh: number; active: boolean; rto: number }): void {
    const { cwnd, ssthresh, active, rto } = now;
    const values = { congestion: { cwnd, ssthresh }, recovery: { active }, rto: { value: rto } };
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(this.tcb, name, { value, configurable: true });
    }
  }

  timer(timer: TimerName, deadline: number): void {
    this.probe.timerSet(this.tcb, timer, deadline, this.now);
  }
}

/** The IPv4 packet of a segment, text zeros; `partial`: its checksum covers the pseudo-header only. */
export function packetOf(seg: Segment, source: Endpoint, destination: Endpoint, partial = false): Packet {
  const bytes = new Uint8Array(IPV4_HEADER_LENGTH + 60 + seg.textLength);
  const end = IPV4_HEADER_LENGTH + encodeTcp(seg, bytes, IPV4_HEADER_LENGTH) + seg.textLength;
  const header = new Ipv4Header();
  source.address.toWords(header.source);
  destination.address.toWords(header.destination);
  header.protocol = 6;
  header.totalLength = end;
  encodeIpv4(header, bytes, 0);
  const pseudo = pseudoHeaderSumOf(bytes, 0, 6, end - IPV4_HEADER_LENGTH);
  const full = foldChecksum(sumBytes(bytes, IPV4_HEADER_LENGTH, end, pseudo));
  const checksum = partial ? ~foldChecksum(pseudo) & 0xffff : full;
  bytes[IPV4_HEADER_LENGTH + 16] = checksum >>> 8;
  bytes[IPV4_HEADER_LENGTH + 17] = checksum;
  const packet = new Packet();
  packet.bytes = bytes;
  packet.end = end;
  packet.checksum = partial ? 'partial' : 'full';
  return packet;
}
