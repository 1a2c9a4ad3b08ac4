// Connections that no application waits for any more: in TIME-WAIT, or closed both ways and not yet done. Their
// number is bounded; beyond it the oldest gives way, so that a peer that opens and closes holds no more than that.

import type { HostLimits } from './limits.ts';
import type { TcpSocket } from './socket.ts';

export class Lingering {
  private readonly limits: Pick<HostLimits, 'timeWaitEntries' | 'orphans'>;
  /** Oldest first. */
  private readonly timeWait = new Set<TcpSocket>();
  private readonly orphans = new Set<TcpSocket>();

  constructor(limits: Pick<HostLimits, 'timeWaitEntries' | 'orphans'>) {
    this.limits = limits;
  }

  /** Something happened to `socket`. Returns a connection that is one too many; null = there is none. */
  update(socket: TcpSocket): TcpSocket | null {
    const kind = this.kindOf(socket);
    if (kind === socket.lingersAmong) return null;
    if (socket.lingersAmong !== null) socket.lingersAmong.delete(socket);
    socket.lingersAmong = kind;
    if (kind === null) return null;
    kind.add(socket);
    const limit = kind === this.timeWait ? this.limits.timeWaitEntries : this.limits.orphans;
    if (kind.size <= limit) return null;
    const [oldest] = kind;
    return oldest ?? null;
  }

  private kindOf({ connection, state }: TcpSocket): Set<TcpSocket> | null {
    if (state === 'CLOSED') return null;
    if (state === 'TIME-WAIT') return this.timeWait;
    return connection.tcb.rcv.discard ? this.orphans : null;
  }
}
