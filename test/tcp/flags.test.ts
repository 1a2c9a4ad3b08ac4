// Every combination of the nine flags, in every state, at and beside the numbers that are expected: no throw, no
// storm of answers, no state that §3.10.7 does not lead to.

import { describe, expect, test } from 'vitest';
import { clone } from '../../src/lib/clone.ts';
import type { Connection } from '../../src/tcp/connection.ts';
import { CLOSED, ERROR } from '../../src/tcp/notice.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, leq, type Seq } from '../../src/tcp/seq.ts';
import type { State } from '../../src/tcp/state.ts';
import { isRunning, Timer } from '../../src/tcp/timers.ts';
import { ACK, RST } from '../../src/wire/tcp.ts';
import { pattern, type Script } from '../support/script.ts';
import { REACHABLE, type Reachable, reach } from './states.ts';

/** Where one segment and the time it takes to answer may lead (figure 5 and RFC 9293's corrections of it). */
const REACHED_FROM: Readonly<Record<Reachable, readonly State[]>> = {
  'SYN-SENT': ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'CLOSED'],
  'SYN-RECEIVED': ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'CLOSED'],
  'SYN-RECEIVED (simultaneous)': ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'CLOSED'],
  ESTABLISHED: ['ESTABLISHED', 'CLOSE-WAIT', 'CLOSED'],
  'FIN-WAIT-1': ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'TIME-WAIT', 'CLOSED'],
  'FIN-WAIT-2': ['FIN-WAIT-2', 'TIME-WAIT', 'CLOSED'],
  'CLOSE-WAIT': ['CLOSE-WAIT', 'CLOSED'],
  CLOSING: ['CLOSING', 'TIME-WAIT', 'CLOSED'],
  'LAST-ACK': ['LAST-ACK', 'CLOSED'],
  'TIME-WAIT': ['TIME-WAIT'],
  CLOSED: ['CLOSED'],
};

/** Drain: at most two segments may answer one, and none may lie outside what the peer can place. */
function answersOf(connection: Connection, now: number): Segment[] {
  const answers: Segment[] = [];
  for (let out = new Segment(); connection.output(out, now); out = new Segment()) {
    answers.push(out);
    if (answers.length > 2) throw new Error('one segment has more than two answers');
  }
  return answers;
}

function checkInvariants(connection: Connection, notices: number): string | null {
  const { tcb } = connection;
  const isClosed = tcb.state === 'CLOSED';
  if (!leq(tcb.snd.una, tcb.snd.nxt)) return 'SND.UNA beyond SND.NXT';
  if (isClosed !== ((notices & CLOSED) !== 0)) return 'CLOSED and its notice differ';
  if ((connection.error !== null) !== ((notices & ERROR) !== 0)) return 'an error and its notice differ';
  if (isClosed && connection.deadline !== Number.POSITIVE_INFINITY) return 'a timer runs in CLOSED';
  const isCovered = isRunning(tcb, Timer.retransmission) || isRunning(tcb, Timer.persist);
  if (!isClosed && tcb.snd.una !== tcb.snd.nxt && !isCovered) return 'in flight and no timer';
  return null;
}

describe('all 512 combinations of the flags (A047)', () => {
  const SEQ = [-1, 0, 1, 70_000];
  const AT = [
    ['below SND.UNA', (c: Connection): Seq => add(c.tcb.snd.una, -1)],
    ['SND.UNA', (c: Connection): Seq => c.tcb.snd.una],
    ['SND.NXT', (c: Connection): Seq => c.tcb.snd.nxt],
    ['beyond SND.NXT', (c: Connection): Seq => add(c.tcb.snd.nxt, 1)],
    ['half the space away', (c: Connection): Seq => add(c.tcb.snd.nxt, 2 ** 31)],
  ] as const;

  /** One segment of each kind, to a connection in `state`; returns what went wrong, by segment. */
  function sweep(t: Script, state: Reachable, flags: number): string[] {
    const wrong: string[] = [];
    const fresh = (): Connection => clone(t.connection, [t.rules]);
    let connection = fresh();
    for (const offset of SEQ) {
      for (const [where, ack] of (flags & ACK) === 0 ? AT.slice(0, 1) : AT) {
        for (const length of [0, 10]) {
          // As long as it stays in the state, it gets the next one too.
          if (connection.state !== t.connection.state) connection = fresh();
          connection.takeNotices();
          const seg = new Segment();
          seg.flags = flags;
          seg.seq = add(connection.tcb.rcv.nxt, offset);
          seg.ack = ack(connection);
          seg.wnd = 1000;
          seg.up = 5;
          seg.text = pattern(1, length);
          seg.textLength = length;
          connection.arrives(seg, t.now);
          const fault = faultOf(state, connection, flags, t.now);
          if (fault !== null)
            wrong.push(`flags ${flags}, SEQ ${offset}, ACK ${where}, ${length} bytes: ${fault}`);
        }
      }
    }
    return wrong;
  }

  function faultOf(state: Reachable, connection: Connection, flags: number, now: number): string | null {
    const answers = answersOf(connection, now);
    const notices = connection.takeNotices() | (state === 'CLOSED' ? CLOSED : 0);
    if (!REACHED_FROM[state].includes(connection.state)) return `led to ${connection.state}`;
    if ((flags & RST) !== 0 && answers.some((answer) => (answer.flags & RST) !== 0)) return 'a RST for a RST';
    return checkInvariants(connection, notices);
  }

  test.each(REACHABLE)('in %s: an answer or two, a legal state, invariants kept', (state) => {
    const wrong: string[] = [];
    const t = reach[state]();
    for (let flags = 0; flags < 512; flags++) wrong.push(...sweep(t, state, flags));
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
