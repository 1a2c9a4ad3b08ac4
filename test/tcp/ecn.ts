// Connections with ECN (RFC 3168) for scripts.

import type { Parameters } from '../../src/tcp/parameters.ts';
import { Script, type ScriptOptions } from '../support/script.ts';

type Ecn = Parameters['ecn'];

export const plain = (ecn: Ecn, more: Partial<Parameters> = {}): ScriptOptions => ({
  parameters: { ecn, ...more },
});

/** Opened by us, ECN agreed. */
export const asked = (more: Partial<Parameters> = {}, options: ScriptOptions = {}): Script =>
  new Script({ ...options, ...plain('request', more) })
    .connect()
    .out('[noecn] SEW 0:0')
    .in('SE. 0:0 ack 1 win 65535 <mss 1000>')
    .out('[noecn] . 1:1 ack 1')
    .followed('3168-6.1.1-on');

/** Opened by the peer, ECN agreed. */
export const agreed = (more: Partial<Parameters> = {}): Script =>
  new Script(plain('accept', more))
    .listen()
    .in('SEW 0:0 win 65535 <mss 1000>')
    .out('[noecn] SE. 0:0 ack 1')
    .in('. 1:1 ack 1')
    .quiet();

export const cwnd = (t: Script): number => t.connection.tcb.congestion.cwnd;
export const ssthresh = (t: Script): number => t.connection.tcb.congestion.ssthresh;
export const ecnOf = (t: Script): boolean => t.connection.info(t.now).ecn;
