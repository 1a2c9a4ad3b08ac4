// Linux's sysctls (Documentation/networking/ip-sysctl.rst), each as what it changes here. Those that change nothing
// are listed with the reason; one that isn't listed makes a script that sets it skipped.

import {
  bound,
  buffer,
  choice,
  flag,
  inert,
  limit,
  number,
  only,
  type Row,
  type SysctlTable,
  several,
  withNumber,
} from './sysctls.ts';

const SECOND = 1000;
const METRICS = 'nothing is remembered of a destination but its path MTU';
const BURSTS = 'segments of one burst are compared as one, however they were cut';
const ONE_QUEUE = 'there is no queueing discipline below the stack';
const MEMORY = 'a script has a handful of connections and no memory pressure';
const ONE_HOST = 'there is one link, whose packets are all for this host';

/** `net.ipv4.tcp_ecn`: 4 and 5 tell what is asked for from what is accepted, which our `ecn` does not. */
const ECN = { 0: 'off', 1: 'request', 2: 'accept', 3: 'accurate' } as const;

const congestionControl: Row = (sink, words) => {
  const [name = ''] = words;
  if (name !== 'cubic' && name !== 'reno') return `the congestion control ${name}`;
  return sink.assign('congestionControl', name);
};

const portRange: Row = (sink, words) =>
  withNumber(words[0], (first) => sink.limit('firstEphemeralPort', first)) ??
  withNumber(words[1], (last) => sink.limit('lastEphemeralPort', last));

/** Microseconds; the least variance that counts is the same number, as in `rtoVarianceMin`. */
const rtoMin = several(number('rtoMin', 0.001), number('rtoVarianceMin', 0.001));

/** The part of the receive buffer that is offered: all but 2^-n of it, or for n below 1 only 2^n. */
const windowShare: Row = (sink, words) =>
  withNumber(words[0], (n) => sink.assign('receiveShare', n <= 0 ? 2 ** n : 1 - 2 ** -n));

const TCP: SysctlTable = {
  sack: flag('sack'),
  dsack: flag('dsack'),
  timestamps: flag('timestamps'),
  window_scaling: flag('windowScaling'),
  rmem: buffer('receiveBuffer', 'receiveBufferMax'),
  wmem: buffer('sendBuffer', 'sendBufferMax'),
  congestion_control: congestionControl,
  reordering: number('reordering'),
  early_retrans: (sink, words) => withNumber(words[0], (n) => sink.assign('tailLossProbe', n >= 3)),
  frto: flag('frto'),
  slow_start_after_idle: flag('slowStartAfterIdle'),
  ecn: choice('ecn', ECN),
  syncookies: choice('synCookies', { 0: 'never', 1: 'overflow', 2: 'always' }),
  fastopen: (sink, words) => withNumber(words[0], (bits) => sink.fastOpen(bits)),
  fastopen_key: (sink, words) => sink.fastOpenKey(words[0] ?? ''),
  rfc1337: choice('timeWaitHeedsReset', { 0: true, 1: false }),
  tw_reuse: choice('timeWaitReuse', { 0: false, 1: true, 2: false }),
  mtu_probing: choice('mtuProbing', { 0: 'off', 1: 'black-hole', 2: 'on' }),
  base_mss: number('baseMss'),
  mtu_probe_floor: number('mtuProbeFloor'),
  syn_retries: number('synRetries'),
  synack_retries: number('synAckRetries'),
  // It counts those after the first.
  retries1: (sink, words) => withNumber(words[0], (n) => sink.assign('r1', n + 1)),
  retries2: number('dataRetries'),
  keepalive_time: number('keepAliveIdle', SECOND),
  keepalive_intvl: number('keepAliveInterval', SECOND),
  keepalive_probes: number('keepAliveCount'),
  fin_timeout: number('finWait2', SECOND),
  challenge_ack_limit: number('challengeAckLimit'),
  invalid_ratelimit: number('invalidAckInterval'),
  rto_min_us: rtoMin,
  rto_max_ms: number('rtoMax'),
  adv_win_scale: windowShare,
  stdurg: choice('urgentPointer', { 0: 'next', 1: 'last' }),
  fastopen_blackhole_timeout_sec: number('fastOpenBlackhole', SECOND),

  recovery: only('RACK, with its reordering window that adapts', '1', '0x1'),
  moderate_rcvbuf: flag('receiveBufferGrows'),
  syn_linear_timeouts: only('the timeout of a SYN doubles from the first one on', '0'),
  ecn_fallback: only('a SYN that times out goes again without ECN (RFC 3168 §6.1.1.1)', '1'),
  abort_on_overflow: only('a full listener is silent', '0'),
  thin_linear_timeouts: only('timeouts double for thin streams too', '0'),
  workaround_signed_windows: only('windows are unsigned', '0'),
  shrink_window: only('the right edge does not move left', '0'),
  reflect_tos: only('the SYN,ACK has the TOS of the listener', '0'),
  migrate_req: only('a closed listener takes its requests with it', '0'),
  plb_enabled: only('no path rehashing', '0'),
  comp_sack_nr: only('no SACK is held back', '0'),
  comp_sack_delay_ns: inert('no SACK is held back'),
  comp_sack_slack_ns: inert('no SACK is held back'),
  min_rtt_wlen: only('the minimum of five minutes', '300'),
  notsent_lowat: only('no bound on what is unsent', '4294967295', '-1'),

  allowed_congestion_control: inert('a program may choose any that is there'),
  available_congestion_control: inert('only read'),
  max_reordering: inert('the reordering window is bounded by the round trip (RFC 8985 §6.2)'),
  no_metrics_save: inert(METRICS),
  no_ssthresh_metrics_save: inert(METRICS),
  limit_output_bytes: inert(ONE_QUEUE),
  autocorking: inert(ONE_QUEUE),
  pacing_ss_ratio: inert(ONE_QUEUE),
  pacing_ca_ratio: inert(ONE_QUEUE),
  min_tso_segs: inert(BURSTS),
  tso_win_divisor: inert(BURSTS),
  tso_rtt_log: inert(BURSTS),
  mem: inert(MEMORY),
  max_orphans: limit('orphans'),
  max_tw_buckets: limit('timeWaitEntries'),
  child_ehash_entries: inert(MEMORY),
  ehash_entries: inert('only read'),
  backlog_ack_defer: inert('no segment waits for the program to leave a call'),
  early_demux: inert(ONE_HOST),
  fwmark_accept: inert(ONE_HOST),
  l3mdev_accept: inert(ONE_HOST),
  app_win: inert('the window is not split'),
};

/** Names of their own. */
const OTHERS: SysctlTable = {
  'net.ipv4.ip_local_port_range': portRange,
  'net.ipv4.ip_no_pmtu_disc': only('path MTU discovery is on', '0'),
  'net.ipv4.ip_forward': inert(ONE_HOST),
  'net.ipv4.ip_forward_use_pmtu': inert(ONE_HOST),
  'net.ipv4.ip_nonlocal_bind': inert(ONE_HOST),
  'net.ipv4.ip_early_demux': inert(ONE_HOST),
  'net.ipv4.ip_default_ttl': only('the TTL is 64', '64'),
  'net.ipv4.route.mtu_expires': limit('pathMtuTimeout', SECOND),
  'net.ipv4.route.flush': inert(METRICS),
  'net.ipv6.route.flush': inert(METRICS),
  'net.ipv6.route.mtu_expires': limit('pathMtuTimeout', SECOND),
  'net.ipv4.icmp_ratelimit': inert('ICMP errors have a budget for the host'),
  'net.ipv4.icmp_ratemask': inert('ICMP errors have a budget for the host'),
  'net.ipv4.icmp_msgs_per_sec': limit('icmpRate'),
  'net.ipv4.icmp_msgs_burst': limit('icmpBurst'),
  'net.core.somaxconn': bound('somaxconn'),
  'net.core.rmem_max': bound('rmemMax'),
  'net.core.wmem_max': bound('wmemMax'),
  'net.core.rmem_default': inert('TCP takes the default of tcp_rmem'),
  'net.core.wmem_default': inert('TCP takes the default of tcp_wmem'),
  'net.core.default_qdisc': inert(ONE_QUEUE),
  'net.core.busy_poll': inert('virtual time'),
  'net.core.busy_read': inert('virtual time'),
  'net.core.optmem_max': inert(MEMORY),
  'net.core.netdev_max_backlog': inert(MEMORY),
  'net.core.netdev_budget': inert(MEMORY),
};

/** A parameter of the module tcp_cubic, under /sys/module/tcp_cubic/parameters. */
const CUBIC: SysctlTable = {
  hystart: choice('hystart', { 0: 'off', 1: 'on' }),
  tcp_friendliness: only('CUBIC is at least as fast as Reno (RFC 9438 §4.3)', '1'),
  fast_convergence: only('fast convergence is on (RFC 9438 §4.7)', '1'),
};

/** The row for a sysctl, or for a file below /sys whose slashes became dots; null: there is none. */
export function linuxSysctl(name: string): Row | null {
  const tcp = /^net\.ipv[46]\.tcp_(\w+)$/.exec(name);
  if (tcp !== null && Object.hasOwn(TCP, tcp[1]!)) return TCP[tcp[1]!]!;
  const cubic = /^\.sys\.module\.tcp_cubic\.parameters\.(\w+)$/.exec(name);
  if (cubic !== null && Object.hasOwn(CUBIC, cubic[1]!)) return CUBIC[cubic[1]!]!;
  if (/^net\.ipv[46]\.(conf|neigh)\./.test(name)) return inert(ONE_HOST);
  return Object.hasOwn(OTHERS, name) ? OTHERS[name]! : null;
}
