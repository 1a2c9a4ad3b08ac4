// Connections that no application waits for any more: in TIME-WAIT, or closed both ways and not yet done. Their
// number is bounded; beyond it the oldest gives way, so that a peer that opens and closes holds no more than that.

import type { ConnectionTimers } from './connection-timers.ts';
import type { HostLimits } from './limits.ts';
import type { TcpSocket } from './socket.ts';

export class Lingering {
  private readonly limits: Pick<HostLimits, 'timeWaitEntries' | 'orphans'>;
  /** It counts those in TIME-WAIT. */
  private readonly timers: ConnectionTimers;
  /** Oldest first. */
  private readonly orphans = new Set<TcpSocket>();

  constructor(limits: Pick<HostLimits, 'timeWaitEntries' | 'orphans'>, timers: ConnectionTimers) {
    this.limits = limits;
    this.timers = timers;
  }

  /** Something happened to `socket`, whose timer is set. Returns the row of one too many; -1 = there is none. */
  update(socket: TcpSocket): number {
    if (socket.state === 'TIME-WAIT' && this.timers.waiting > this.limits.timeWaitEntries) {
      return this.timers.oldest;
    }
    const orphaned = isOrphan(socket);
    if (orphaned === socket.orphaned) return -1;
    socket.orphaned = orphaned;
    if (!orphaned) {
      this.orphans.delete(socket);
      return -1;
    }
    this.orphans.add(socket);
    if (this.orphans.size <= this.limits.orphans) return -1;
    const [oldest] = this.orphans;
    if (oldest === undefined) return -1;
    this.orphans.delete(oldest);
    oldest.orphaned = false;
    return oldest.row;
  }
}

const isOrphan = ({ connection, state }: TcpSocket): boolean =>
  state !== 'CLOSED' && state !== 'TIME-WAIT' && connection.tcb.rcv.discard;
