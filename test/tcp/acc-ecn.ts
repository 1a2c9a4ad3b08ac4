// RFC 9768 AccECN in script notation. Flags E, W, A are ECE, CWR, AE, and after the handshake 1, 2 and 4 of the counter
// ACE: `EA.` is 5, which it begins with.

import type { Parameters } from '../../src/tcp/parameters.ts';
import { Script, type ScriptOptions } from '../support/script.ts';

export const accurate = (more: Partial<Parameters> = {}): ScriptOptions => ({
  parameters: { ecn: 'accurate', ...more },
});
export const ALL = 'ECN e0b 1 ceb 0 e1b 1';

/** Opened by us; the peer's options, if it has any, come with its SYN,ACK. */
export function asked(options: ScriptOptions = accurate(), peer = ALL): Script {
  return new Script(options)
    .connect()
    .out('[noecn] SEWA 0:0 <mss 1460>')
    .in(`SW. 0:0 ack 1 win 65535 <mss 1000${peer === '' ? '' : `,${peer}`}>`)
    .out(`[noecn] W. 1:1 ack 1 <${ALL}>`)
    .followed('9768-3.1.1-on');
}

/** Opened by the peer. */
export const agreed = (more: Partial<Parameters> = {}): Script =>
  new Script(accurate(more))
    .listen()
    .in('SEWA 0:0 win 65535 <mss 1000>')
    .out(`[noecn] SW. 0:0 ack 1 <mss 1460,${ALL}>`)
    .in(`W. 1:1 ack 1 <${ALL}>`)
    .quiet();

export const tcbOf = (t: Script) => t.connection.tcb;
export const ssthresh = (t: Script): number => tcbOf(t).congestion.ssthresh;
export const ace = (n: number): string => `${n & 1 ? 'E' : ''}${n & 2 ? 'W' : ''}${n & 4 ? 'A' : ''}.`;
