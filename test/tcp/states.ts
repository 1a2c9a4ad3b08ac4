// Each state of §3.3.2 that has a TCB, reached by the shortest exchange. What left on the way is taken.

import { established, Script, type ScriptOptions } from '../support/script.ts';

type Reach = (options?: ScriptOptions) => Script;

const synSent: Reach = (options) => new Script(options).connect().out('S 0:0').state('SYN-SENT');

const synReceived: Reach = (options) =>
  new Script(options).listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1').state('SYN-RECEIVED');

/** By simultaneous open. */
const synReceivedActive: Reach = (options) =>
  synSent(options).in('S 0:0 <mss 1000>').out('S. 0:0 ack 1').state('SYN-RECEIVED');

const finWait1: Reach = (options) => established(options).shutdown().out('F. 1:1 ack 1').state('FIN-WAIT-1');

const finWait2: Reach = (options) => finWait1(options).in('. 1:1 ack 2').quiet().state('FIN-WAIT-2');

const closeWait: Reach = (options) =>
  established(options).in('F. 1:1 ack 1').out('. 1:1 ack 2').state('CLOSE-WAIT');

const closing: Reach = (options) => finWait1(options).in('F. 1:1 ack 1').out('. 2:2 ack 2').state('CLOSING');

const lastAck: Reach = (options) => closeWait(options).shutdown().out('F. 1:1 ack 2').state('LAST-ACK');

const timeWait: Reach = (options) =>
  finWait2(options).in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT');

const closed: Reach = (options) => lastAck(options).in('. 2:2 ack 2').quiet().state('CLOSED');

/** LISTEN has no TCB: see resetFor and Connection.accept. */
export const reach = {
  'SYN-SENT': synSent,
  'SYN-RECEIVED': synReceived,
  'SYN-RECEIVED (simultaneous)': synReceivedActive,
  ESTABLISHED: established,
  'FIN-WAIT-1': finWait1,
  'FIN-WAIT-2': finWait2,
  'CLOSE-WAIT': closeWait,
  CLOSING: closing,
  'LAST-ACK': lastAck,
  'TIME-WAIT': timeWait,
  CLOSED: closed,
} as const satisfies Record<string, Reach>;

export type Reachable = keyof typeof reach;

export const REACHABLE = Object.keys(reach) as Reachable[];
