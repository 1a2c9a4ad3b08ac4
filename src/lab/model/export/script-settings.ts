// The sysctls that bring a host of packetdrill's to the parameters of a host of the lab, as far as sysctls go.

import type { RunOptions } from '../../../packetdrill/result.ts';
import { Settings } from '../../../packetdrill/settings.ts';
import type { Parameters } from '../../../tcp/parameters.ts';

type Row = readonly [sysctl: string, value: (p: Parameters) => number | string];

const flag = (on: boolean): number => Number(on);
const ECN = { off: 0, request: 1, accept: 2, accurate: 3 } as const;
const COOKIES = { never: 0, overflow: 1, always: 2 } as const;
const PROBING = { off: 0, 'black-hole': 1, on: 2 } as const;

const LINUX: readonly Row[] = [
  ['sack', (p) => flag(p.sack)],
  ['dsack', (p) => flag(p.dsack)],
  ['timestamps', (p) => flag(p.timestamps)],
  ['window_scaling', (p) => flag(p.windowScaling)],
  ['rmem', (p) => `4096 ${p.receiveBuffer} ${p.receiveBufferMax}`],
  ['wmem', (p) => `4096 ${p.sendBuffer} ${p.sendBufferMax}`],
  ['congestion_control', (p) => p.congestionControl],
  ['reordering', (p) => p.reordering],
  ['early_retrans', (p) => (p.tailLossProbe ? 3 : 0)],
  ['frto', (p) => flag(p.frto)],
  ['slow_start_after_idle', (p) => flag(p.slowStartAfterIdle)],
  ['ecn', (p) => ECN[p.ecn]],
  ['syncookies', (p) => COOKIES[p.synCookies]],
  ['rfc1337', (p) => flag(!p.timeWaitHeedsReset)],
  ['tw_reuse', (p) => flag(p.timeWaitReuse)],
  ['mtu_probing', (p) => PROBING[p.mtuProbing]],
  ['base_mss', (p) => p.baseMss],
  ['syn_retries', (p) => p.synRetries],
  ['synack_retries', (p) => p.synAckRetries],
  ['retries2', (p) => p.dataRetries],
  ['keepalive_time', (p) => p.keepAliveIdle / 1000],
  ['keepalive_intvl', (p) => p.keepAliveInterval / 1000],
  ['keepalive_probes', (p) => p.keepAliveCount],
  ['fin_timeout', (p) => p.finWait2 / 1000],
  ['rto_min_us', (p) => p.rtoMin * 1000],
  ['rto_max_ms', (p) => p.rtoMax],
];

const FREEBSD: readonly Row[] = [
  ['rfc1323', (p) => (p.windowScaling ? (p.timestamps ? 1 : 2) : p.timestamps ? 3 : 0)],
  ['sack.enable', (p) => flag(p.sack)],
  ['delacktime', (p) => p.delayedAck],
  ['recvspace', (p) => p.receiveBuffer],
  ['recvbuf_max', (p) => p.receiveBufferMax],
  ['sendspace', (p) => p.sendBuffer],
  ['sendbuf_max', (p) => p.sendBufferMax],
  ['msl', (p) => p.msl],
  ['finwait2_timeout', (p) => p.finWait2],
  ['keepidle', (p) => p.keepAliveIdle],
  ['keepintvl', (p) => p.keepAliveInterval],
  ['keepcnt', (p) => p.keepAliveCount],
  ['always_keepalive', (p) => flag(p.keepAlive)],
  ['initcwnd_segments', (p) => p.initialWindow],
  ['cc.algorithm', (p) => (p.congestionControl === 'reno' ? 'newreno' : p.congestionControl)],
  ['ecn.enable', (p) => ECN[p.ecn]],
  ['syncookies', (p) => flag(p.synCookies !== 'never')],
  ['rexmit_min', (p) => p.rtoMin],
  ['rexmit_initial', (p) => p.rtoInitial],
  ['rexmit_slop', (p) => p.rtoSlop],
  ['persmin', (p) => p.persistMin],
];

/** Sysctls, each with its value, that change a parameter that is not as the profile has it. */
export function sysctlsFor(options: RunOptions, wanted: Parameters): (readonly [string, string])[] {
  const linux = options.profile === 'linux';
  const changed: (readonly [string, string])[] = [];
  const settings = new Settings(options);
  for (const [short, read] of linux ? LINUX : FREEBSD) {
    const name = linux ? `net.ipv4.tcp_${short}` : `net.inet.tcp.${short}`;
    const value = String(read(wanted));
    const before = JSON.stringify(settings.parameters);
    // What can't be said, as a number of retries without end, is left as the profile has it.
    if (settings.sysctl(name, value) !== null) continue;
    if (JSON.stringify(settings.parameters) !== before) changed.push([name, value]);
  }
  return changed;
}
