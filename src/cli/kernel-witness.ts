// What the kernel itself says of its end of a connection, beside what follows from the segments.
import { TunError } from '../node/errors.ts';
import { SocketDiag } from '../node/socket-diag.ts';
import type { State } from '../tcp/state.ts';
import type { TraceEvent } from '../trace/events.ts';
import { PeerInference } from '../trace/infer.ts';
import { Address, type Endpoint } from '../wire/address.ts';

/**
 * Follows the first client of a server of ours. `look` asks the kernel; it may come too late for a state that
 * lasts microseconds, but it must not find one that was not inferred, nor another order.
 */
export class KernelWitness {
  /** Each state as it was entered; what was presumed wrongly is put right by what came later. */
  readonly inferred: State[] = [];
  readonly reported: State[] = [];
  /** Until the kernel's TIME-WAIT ends, milliseconds; 0: it is not in TIME-WAIT. */
  timeWaitLeft = 0;
  /** Why the kernel cannot be asked; empty = it can. */
  refusal = '';
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
    if (event.kind !== 'segment' || event.connection !== this.connection) return;
    if (event.direction === 'in') this.peer.received(event.segment);
    else this.peer.sent(event.segment);
    this.infer(this.peer.state);
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

  /** Who goes on to CLOSING had sent its FIN before ours came: it was in FIN-WAIT-1 where we presumed CLOSE-WAIT. */
  private infer(state: State): void {
    if (state === 'CLOSING' && this.inferred.at(-1) === 'CLOSE-WAIT')
      this.inferred.splice(-1, 1, 'FIN-WAIT-1');
    note(this.inferred, state);
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
