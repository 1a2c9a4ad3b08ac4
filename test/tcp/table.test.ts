// §3.10.7 as a table: each state and each kind of segment, with the answer and the next state as the RFC has
// them (with RFC 5961's challenges and RFC 1337's TIME-WAIT).

import { describe, expect, test } from 'vitest';
import { resetFor } from '../../src/tcp/reset.ts';
import { Segment } from '../../src/tcp/segment.ts';
import type { State } from '../../src/tcp/state.ts';
import { ACK, RST, SYN } from '../../src/wire/tcp.ts';
import { Script } from '../support/script.ts';
import { REACHABLE, type Reachable, reach } from './states.ts';

/** What arrives, the answers (a second after it, delayed ACKs included), the state after. `=`: it stays. */
type Row = readonly [segment: string, answers: readonly string[], next: State | '='];

const NONE: readonly string[] = [];

const SYN_SENT: readonly Row[] = [
  ['S 0:0', ['S. 0:0 ack 1'], 'SYN-RECEIVED'],
  ['S. 0:0 ack 1', ['. 1:1 ack 1'], 'ESTABLISHED'],
  ['S. 0:0 ack 0', ['R 0:0'], '='],
  ['S. 0:0 ack 2', ['R 2:2'], '='],
  ['. 0:0 ack 1', NONE, '='],
  ['. 0:0 ack 0', ['R 0:0'], '='],
  ['. 0:0 ack 2', ['R 2:2'], '='],
  ['P. 0:10 ack 1', NONE, '='],
  ['P. 0:10 ack 2', ['R 2:2'], '='],
  ['P 0:10', NONE, '='],
  ['F 0:0', NONE, '='],
  ['F. 0:0 ack 1', NONE, '='],
  ['F. 0:0 ack 2', ['R 2:2'], '='],
  ['R 0:0', NONE, '='],
  ['R. 0:0 ack 1', NONE, 'CLOSED'],
  ['R. 0:0 ack 0', NONE, '='],
  ['R. 0:0 ack 2', NONE, '='],
  ['U 0:0 urg 5', NONE, '='],
  ['- 0:0', NONE, '='],
  ['SF 0:0', ['S. 0:0 ack 1'], 'SYN-RECEIVED'],
  ['SF. 0:0 ack 1', ['. 1:1 ack 2'], 'CLOSE-WAIT'],
  ['SR 0:0', NONE, '='],
  ['SFRPUEWA. 0:10 ack 1 urg 5', NONE, 'CLOSED'],
  ['SFRPUEWA. 0:10 ack 2 urg 5', NONE, '='],
];

/** SND.UNA = 0, SND.NXT = 1, RCV.NXT = 1. What differs by the kind of OPEN stands below. */
const SYN_RECEIVED: readonly Row[] = [
  ['S 70000:70000', ['. 1:1 ack 1'], '='],
  ['. 1:1 ack 1', NONE, 'ESTABLISHED'],
  ['. 1:1 ack 0', ['R 0:0'], '='],
  ['. 1:1 ack 2', ['R 2:2'], '='],
  ['. 0:0 ack 1', ['. 1:1 ack 1'], '='],
  ['. 70000:70000 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 1:11 ack 1', ['. 1:1 ack 11'], 'ESTABLISHED'],
  ['P. 11:21 ack 1', ['. 1:1 ack 1'], 'ESTABLISHED'],
  ['P. 1:11 ack 2', ['R 2:2'], '='],
  ['P. 4294967286:0 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 70000:70010 ack 1', ['. 1:1 ack 1'], '='],
  ['P 1:11', NONE, '='],
  ['F 1:1', NONE, '='],
  ['F. 1:1 ack 1', ['. 1:1 ack 2'], 'CLOSE-WAIT'],
  ['FP. 1:11 ack 1', ['. 1:1 ack 12'], 'CLOSE-WAIT'],
  ['R 1:1', NONE, 'CLOSED'],
  ['R 2:2', ['. 1:1 ack 1'], '='],
  ['R 0:0', NONE, '='],
  ['R 70000:70000', NONE, '='],
  ['U. 1:1 ack 1 urg 5', NONE, 'ESTABLISHED'],
  ['- 1:1', NONE, '='],
  ['- 0:0', ['. 1:1 ack 1'], '='],
  ['SR 1:1', NONE, 'CLOSED'],
  ['SFRPUEWA. 1:11 ack 1 urg 5', NONE, 'CLOSED'],
];

const PASSIVE: readonly Row[] = [
  ['S 0:0', ['S. 0:0 ack 1'], '='],
  ['S 1:1', NONE, 'CLOSED'],
  ['S. 1:1 ack 1', NONE, 'CLOSED'],
  ['SF 1:1', NONE, 'CLOSED'],
  ['S. 0:0 ack 1', ['. 1:1 ack 1'], '='],
];

const SIMULTANEOUS: readonly Row[] = [
  ['S 0:0', ['. 1:1 ack 1'], '='],
  ['S 1:1', ['. 1:1 ack 1'], '='],
  ['S. 1:1 ack 1', ['. 1:1 ack 1'], '='],
  ['SF 1:1', ['. 1:1 ack 1'], '='],
  // Figure 7, line 6.
  ['S. 0:0 ack 1', NONE, 'ESTABLISHED'],
];

const ESTABLISHED: readonly Row[] = [
  ['S 1:1', ['. 1:1 ack 1'], '='],
  ['S 0:0', ['. 1:1 ack 1'], '='],
  ['S 70000:70000', ['. 1:1 ack 1'], '='],
  ['S. 0:0 ack 1', ['. 1:1 ack 1'], '='],
  ['S. 1:1 ack 1', ['. 1:1 ack 1'], '='],
  ['. 1:1 ack 1', NONE, '='],
  ['. 1:1 ack 0', NONE, '='],
  ['. 1:1 ack 4294967295', ['. 1:1 ack 1'], '='],
  ['. 1:1 ack 2', ['. 1:1 ack 1'], '='],
  ['. 0:0 ack 1', ['. 1:1 ack 1'], '='],
  ['. 65535:65535 ack 1', NONE, '='],
  ['. 65536:65536 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 1:11 ack 1', ['. 1:1 ack 11'], '='],
  ['P. 11:21 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 4294967286:0 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 4294967291:11 ack 1', ['. 1:1 ack 11'], '='],
  ['P. 65536:65546 ack 1', ['. 1:1 ack 1'], '='],
  ['P. 1:11 ack 2', ['. 1:1 ack 1'], '='],
  ['P 1:11', NONE, '='],
  ['F. 1:1 ack 1', ['. 1:1 ack 2'], 'CLOSE-WAIT'],
  ['FP. 1:11 ack 1', ['. 1:1 ack 12'], 'CLOSE-WAIT'],
  ['F. 11:11 ack 1', ['. 1:1 ack 1'], '='],
  ['F. 0:0 ack 1', ['. 1:1 ack 1'], '='],
  ['F. 65536:65536 ack 1', ['. 1:1 ack 1'], '='],
  ['F 1:1', NONE, '='],
  ['R 1:1', NONE, 'CLOSED'],
  ['R. 1:1 ack 1', NONE, 'CLOSED'],
  ['R 2:2', ['. 1:1 ack 1'], '='],
  ['R 65535:65535', ['. 1:1 ack 1'], '='],
  ['R 0:0', NONE, '='],
  ['R 65536:65536', NONE, '='],
  ['U. 1:1 ack 1 urg 5', NONE, '='],
  ['U. 1:11 ack 1 urg 5', ['. 1:1 ack 11'], '='],
  ['- 1:1', NONE, '='],
  ['- 0:0', ['. 1:1 ack 1'], '='],
  ['SF 1:1', ['. 1:1 ack 1'], '='],
  ['SR 1:1', NONE, 'CLOSED'],
  ['SR 2:2', ['. 1:1 ack 1'], '='],
  ['SFRPUEWA. 1:11 ack 1 urg 5', NONE, 'CLOSED'],
];

/** Our FIN is in flight: SND.UNA = 1, SND.NXT = 2, RCV.NXT = 1. */
const FIN_WAIT_1: readonly Row[] = [
  ['S 1:1', ['. 2:2 ack 1'], '='],
  ['S. 0:0 ack 1', ['. 2:2 ack 1'], '='],
  ['. 1:1 ack 1', NONE, '='],
  ['. 1:1 ack 0', NONE, '='],
  ['. 1:1 ack 2', NONE, 'FIN-WAIT-2'],
  ['. 1:1 ack 3', ['. 2:2 ack 1'], '='],
  ['. 0:0 ack 2', ['. 2:2 ack 1'], '='],
  ['P. 1:11 ack 1', ['. 2:2 ack 11'], '='],
  ['P. 1:11 ack 2', ['. 2:2 ack 11'], 'FIN-WAIT-2'],
  ['P. 11:21 ack 2', ['. 2:2 ack 1'], 'FIN-WAIT-2'],
  ['P. 4294967286:0 ack 2', ['. 2:2 ack 1'], '='],
  ['P. 70000:70010 ack 2', ['. 2:2 ack 1'], '='],
  ['F. 1:1 ack 1', ['. 2:2 ack 2'], 'CLOSING'],
  ['F. 1:1 ack 2', ['. 2:2 ack 2'], 'TIME-WAIT'],
  ['FP. 1:11 ack 1', ['. 2:2 ack 12'], 'CLOSING'],
  ['FP. 1:11 ack 2', ['. 2:2 ack 12'], 'TIME-WAIT'],
  ['F. 11:11 ack 2', ['. 2:2 ack 1'], 'FIN-WAIT-2'],
  ['F 1:1', NONE, '='],
  ['R 1:1', NONE, 'CLOSED'],
  ['R 2:2', ['. 2:2 ack 1'], '='],
  ['R 0:0', NONE, '='],
  ['U. 1:1 ack 1 urg 5', NONE, '='],
  ['- 1:1', NONE, '='],
  ['SF. 1:1 ack 2', ['. 2:2 ack 1'], '='],
  ['SR 1:1', NONE, 'CLOSED'],
  ['SFRPUEWA. 1:11 ack 2 urg 5', NONE, 'CLOSED'],
];

/** SND.UNA = SND.NXT = 2, RCV.NXT = 1. */
const FIN_WAIT_2: readonly Row[] = [
  ['S 1:1', ['. 2:2 ack 1'], '='],
  ['. 1:1 ack 2', NONE, '='],
  ['. 1:1 ack 1', NONE, '='],
  ['. 1:1 ack 3', ['. 2:2 ack 1'], '='],
  ['. 0:0 ack 2', ['. 2:2 ack 1'], '='],
  ['P. 1:11 ack 2', ['. 2:2 ack 11'], '='],
  ['P. 11:21 ack 2', ['. 2:2 ack 1'], '='],
  ['P. 4294967286:0 ack 2', ['. 2:2 ack 1'], '='],
  ['P. 70000:70010 ack 2', ['. 2:2 ack 1'], '='],
  ['F. 1:1 ack 2', ['. 2:2 ack 2'], 'TIME-WAIT'],
  ['F. 1:1 ack 1', ['. 2:2 ack 2'], 'TIME-WAIT'],
  ['FP. 1:11 ack 2', ['. 2:2 ack 12'], 'TIME-WAIT'],
  ['F. 11:11 ack 2', ['. 2:2 ack 1'], '='],
  ['F 1:1', NONE, '='],
  ['R 1:1', NONE, 'CLOSED'],
  ['R 2:2', ['. 2:2 ack 1'], '='],
  ['R 0:0', NONE, '='],
  ['U. 1:1 ack 2 urg 5', NONE, '='],
  ['- 1:1', NONE, '='],
  ['SF. 1:1 ack 2', ['. 2:2 ack 1'], '='],
  ['SR 1:1', NONE, 'CLOSED'],
  ['SFRPUEWA. 1:11 ack 2 urg 5', NONE, 'CLOSED'],
];

/** SND.UNA = SND.NXT = 1, RCV.NXT = 2. */
const CLOSE_WAIT: readonly Row[] = [
  ['S 2:2', ['. 1:1 ack 2'], '='],
  ['. 2:2 ack 1', NONE, '='],
  ['. 2:2 ack 2', ['. 1:1 ack 2'], '='],
  ['. 1:1 ack 1', ['. 1:1 ack 2'], '='],
  // Seventh: "this should not occur": the text is ignored.
  ['P. 2:12 ack 1', NONE, '='],
  ['P. 1:2 ack 1', ['. 1:1 ack 2'], '='],
  ['P. 70000:70010 ack 1', ['. 1:1 ack 2'], '='],
  ['F. 1:1 ack 1', ['. 1:1 ack 2'], '='],
  ['F. 2:2 ack 1', NONE, '='],
  ['F 2:2', NONE, '='],
  ['R 2:2', NONE, 'CLOSED'],
  ['R 3:3', ['. 1:1 ack 2'], '='],
  ['R 1:1', NONE, '='],
  ['U. 2:2 ack 1 urg 5', NONE, '='],
  ['- 2:2', NONE, '='],
  ['SF. 2:2 ack 1', ['. 1:1 ack 2'], '='],
  ['SR 2:2', NONE, 'CLOSED'],
  ['SFRPUEWA. 2:12 ack 1 urg 5', NONE, 'CLOSED'],
];

/** SND.UNA = 1, SND.NXT = 2, RCV.NXT = 2: what CLOSING and LAST-ACK have in common. */
const BOTH_FINISHED: readonly Row[] = [
  ['S 2:2', ['. 2:2 ack 2'], '='],
  ['. 2:2 ack 1', NONE, '='],
  ['. 2:2 ack 3', ['. 2:2 ack 2'], '='],
  ['. 1:1 ack 2', ['. 2:2 ack 2'], '='],
  ['P. 2:12 ack 1', NONE, '='],
  ['P. 1:2 ack 2', ['. 2:2 ack 2'], '='],
  ['P. 70000:70010 ack 2', ['. 2:2 ack 2'], '='],
  ['F. 1:1 ack 1', ['. 2:2 ack 2'], '='],
  ['F. 2:2 ack 1', NONE, '='],
  ['F 2:2', NONE, '='],
  ['R 2:2', NONE, 'CLOSED'],
  ['R 3:3', ['. 2:2 ack 2'], '='],
  ['R 1:1', NONE, '='],
  ['U. 2:2 ack 1 urg 5', NONE, '='],
  ['- 2:2', NONE, '='],
  ['SF. 2:2 ack 2', ['. 2:2 ack 2'], '='],
  ['SR 2:2', NONE, 'CLOSED'],
  ['SFRPUEWA. 2:12 ack 2 urg 5', NONE, 'CLOSED'],
];

const CLOSING: readonly Row[] = [
  ['. 2:2 ack 2', NONE, 'TIME-WAIT'],
  ['P. 2:12 ack 2', NONE, 'TIME-WAIT'],
];

const LAST_ACK: readonly Row[] = [
  ['. 2:2 ack 2', NONE, 'CLOSED'],
  ['P. 2:12 ack 2', NONE, 'CLOSED'],
  ['F. 2:2 ack 2', NONE, 'CLOSED'],
];

/** SND.UNA = SND.NXT = 2, RCV.NXT = 2. Only the 2 MSL timer ends it (RFC 1337). */
const TIME_WAIT: readonly Row[] = [
  ['S 2:2', ['. 2:2 ack 2'], '='],
  ['S 1:1', ['. 2:2 ack 2'], '='],
  ['S. 2:2 ack 2', ['. 2:2 ack 2'], '='],
  ['. 2:2 ack 2', NONE, '='],
  ['. 2:2 ack 1', NONE, '='],
  ['. 2:2 ack 3', ['. 2:2 ack 2'], '='],
  ['. 1:1 ack 2', ['. 2:2 ack 2'], '='],
  ['P. 2:12 ack 2', ['. 2:2 ack 2'], '='],
  ['P. 1:2 ack 2', ['. 2:2 ack 2'], '='],
  ['P. 70000:70010 ack 2', ['. 2:2 ack 2'], '='],
  ['F. 1:1 ack 2', ['. 2:2 ack 2'], '='],
  ['F. 2:2 ack 2', ['. 2:2 ack 2'], '='],
  ['F 2:2', NONE, '='],
  ['R 2:2', NONE, '='],
  ['R 3:3', NONE, '='],
  ['R 1:1', NONE, '='],
  ['U. 2:2 ack 2 urg 5', NONE, '='],
  ['- 2:2', NONE, '='],
  ['SF. 2:2 ack 2', ['. 2:2 ack 2'], '='],
  ['SR 2:2', NONE, '='],
  ['SFRPUEWA. 2:12 ack 2 urg 5', NONE, '='],
];

const DEAD: readonly Row[] = ['S 2:2', '. 2:2 ack 2', 'P. 2:12 ack 2', 'F. 2:2 ack 2', 'R 2:2', '- 2:2'].map(
  (segment) => [segment, NONE, '='] as const,
);

const TABLE: Readonly<Record<Reachable, readonly Row[]>> = {
  'SYN-SENT': SYN_SENT,
  'SYN-RECEIVED': [...SYN_RECEIVED, ...PASSIVE],
  'SYN-RECEIVED (simultaneous)': [...SYN_RECEIVED, ...SIMULTANEOUS],
  ESTABLISHED,
  'FIN-WAIT-1': FIN_WAIT_1,
  'FIN-WAIT-2': FIN_WAIT_2,
  'CLOSE-WAIT': CLOSE_WAIT,
  CLOSING: [...BOTH_FINISHED, ...CLOSING],
  'LAST-ACK': [...BOTH_FINISHED, ...LAST_ACK],
  'TIME-WAIT': TIME_WAIT,
  CLOSED: DEAD,
};

describe.each(REACHABLE)('§3.10.7.3-4 %s', (state) => {
  test.each(TABLE[state])('%s', (segment, answers, next) => {
    const t = reach[state]().in(segment).after(200);
    t.out(...answers).state(next === '=' ? t.connection.tcb.state : next);
    if (next === '=') expect(t.connection.state).toBe(state.replace(' (simultaneous)', ''));
  });
});

describe('§3.10.7.2 LISTEN', () => {
  test.each(['S 0:0', 'SP 0:10', 'SF 0:0', 'SU 0:0 urg 5', 'SEW 0:0', 'SFPUEWA 0:10 urg 5'])(
    'third: %s makes a connection; only the SYN of it is taken',
    (segment) => {
      const t = new Script().listen().in(segment).out('S. 0:0 ack 1').state('SYN-RECEIVED');
      t.in('. 1:1 ack 1').quiet().state('ESTABLISHED').reads(0);
    },
  );

  test('first and second: a RST is ignored, an ACK reset, even with a SYN', () => {
    const out = new Segment();
    const seg = new Segment();
    for (const flags of [RST, RST | ACK, RST | SYN]) {
      seg.flags = flags;
      expect(resetFor(seg, out)).toBe(false);
    }
    for (const flags of [ACK, SYN | ACK]) {
      seg.flags = flags;
      expect(resetFor(seg, out)).toBe(true);
      expect(out.flags).toBe(RST);
    }
  });
});
