// What the kernel itself says of its end of a connection, beside what follows from the segments.
import { TunError } from '../node/errors.ts';
import { SocketDiag } from '../node/socket-diag.ts';
import type { State } from '../tcp/state.ts';
import type { SegmentRecord, TraceEvent } from '../trace/events.ts';
import { PeerInference } from '../trace/infer.ts';
import { Address, type Endpoint } from '../wire/address.ts';

/**
 * Follows the first client of a server of ours. `look` asks the kernel; it may come too late for a state that
 * lasts microseconds, but it must not find one that was not inferred, nor another order.
 */
export class KernelWitness {
  /** Each state as the ladder shows it. */
  readonly inferred: State[] = [];
  readonly reported: State[] = [];
  /** Until the kernel's TIME-WAIT ends, milliseconds; 0: it is not in TIME-WAIT. */
  timeWaitLeft = 0;
  /** Why the kernel cannot be asked; empty = it can. */
  refusal = '';
  private held: SegmentRecord | null = null;
  private diag: SocketDiag | null = null;
  private connection: number | null = null;
  private kernel: Endpoint | null = null;
  private ours: Endpoint | null = null;
  private readonly peer = new PeerInference('CLOSED');

  constructor() {
    this.attempt(() => {
      this.diag = new SocketDiag();
    });
  }

  event(event: TraceEvent): void {
    if (event.kind === 'connection' && this.connection === null) {
      this.connection = event.connection;
      this.kernel = parseEndpoint(event.remote);
      this.ours = parseEndpoint(event.local);
    }
    if (event.connection !== this.connection) return;
    if (event.kind === 'packet-held') this.heard(event.segment);
    if (event.kind === 'segment' && event.direction === 'out') this.peer.sent(event.segment);
    if (event.kind === 'segment' && event.direction === 'in') this.arrives(event.segment);
    note(this.inferred, this.peer.state);
  }

  /** What was held back on the way has been heard of before it arrives. */
  private arrives(segment: SegmentRecord): void {
    if (this.held !== null && this.held.seq === segment.seq) this.held = null;
    else this.peer.received(segment);
  }

  private heard(segment: SegmentRecord | null): void {
    this.held = segment;
    if (segment !== null) this.peer.received(segment);
  }

  look(): void {
    const { diag, kernel, ours } = this;
    if (diag === null || kernel === null || ours === null) return;
    this.attempt(() => {
      const found = diag.find(kernel, ours);
      this.timeWaitLeft = found?.timeWaitLeft ?? 0;
      if (found !== null) note(this.reported, found.state);
    });
  }

  /** The kernel reported nothing but what follows from the segments, in the same order. */
  get agrees(): boolean {
    let from = 0;
    return this.reported.every((state) => {
      const at = this.inferred.indexOf(state, from);
      from = at + 1;
      return at >= 0;
    });
  }

  close(): void {
    this.diag?.close();
    this.diag = null;
  }

  private attempt(ask: () => void): void {
    try {
      ask();
    } catch (error) {
      if (!(error instanceof TunError)) throw error;
      this.refusal = error.message;
      this.close();
    }
  }
}

function note(states: State[], state: State): void {
  if (states.at(-1) !== state) states.push(state);
}

/** `10.0.0.1:80`, `[::1]:80`, as events name them. */
function parseEndpoint(text: string): Endpoint | null {
  const [, v6, v4, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const address = Address.parse(v6 ?? v4 ?? '');
  return address === null ? null : { address, port: Number(port) };
}
