// FreeBSD's sysctls (tcp(4), cc(4)), each as what it changes here; see sysctls-linux.ts.

import {
  bound,
  choice,
  flag,
  inert,
  number,
  only,
  type Row,
  type SysctlTable,
  several,
  withNumber,
} from './sysctls.ts';

const CUT = 'segments of one burst are compared as one, however they were cut';
const NO_CACHE = 'nothing is remembered of a destination but its path MTU';
const OBSERVING = 'only for those who watch';

/** 0: neither; 1: both; 2: window scaling alone; 3: timestamps alone. */
const rfc1323: Row = (sink, words) =>
  withNumber(words[0], (mode) =>
    mode < 0 || mode > 3
      ? 'this value'
      : (sink.assign('windowScaling', mode === 1 || mode === 2) ??
        sink.assign('timestamps', mode === 1 || mode === 3)),
  );

const congestionControl: Row = (sink, words) => {
  const [name = ''] = words;
  if (name !== 'cubic' && name !== 'newreno') return `the congestion control ${name}`;
  return sink.assign('congestionControl', name === 'cubic' ? 'cubic' : 'reno');
};

/** Delayed ACKs on or off; `delacktime` says how long they wait, 40 ms unless it is set. */
const delayedAck: Row = (sink, words) =>
  withNumber(words[0], (on) => sink.assign('delayedAck', on === 0 ? 0 : 40));

const TCP: SysctlTable = {
  rfc1323,
  'sack.enable': flag('sack'),
  delayed_ack: delayedAck,
  delacktime: number('delayedAck'),
  recvspace: number('receiveBuffer'),
  sendspace: number('sendBuffer'),
  recvbuf_max: number('receiveBufferMax'),
  sendbuf_max: number('sendBufferMax'),
  msl: number('msl'),
  finwait2_timeout: number('finWait2'),
  keepidle: number('keepAliveIdle'),
  keepintvl: number('keepAliveInterval'),
  keepcnt: number('keepAliveCount'),
  keepinit: several(number('r2Syn'), number('r2SynAck')),
  always_keepalive: flag('keepAlive'),
  initcwnd_segments: number('initialWindow'),
  'cc.algorithm': congestionControl,
  'ecn.enable': choice('ecn', { 0: 'off', 1: 'request', 2: 'accept', 3: 'accurate' }),
  syncookies: choice('synCookies', { 0: 'never', 1: 'overflow' }),
  syncookies_only: choice('synCookies', { 0: 'overflow', 1: 'always' }),
  'fastopen.client_enable': flag('fastOpenClient'),
  'fastopen.server_enable': flag('fastOpenServer'),
  pmtud_blackhole_detection: choice('mtuProbing', { 0: 'off', 1: 'black-hole' }),
  newcwv: choice('cwndValidation', { 0: 'off', 1: 'rfc7661' }),
  rexmit_min: number('rtoMin'),
  rexmit_initial: number('rtoInitial'),
  rexmit_slop: number('rtoSlop'),
  persmin: number('persistMin'),
  retries: number('dataRetries'),

  path_mtu_discovery: only('path MTU discovery is on', '1'),
  recvbuf_auto: flag('receiveBufferGrows'),
  sendbuf_auto: only('the send buffer grows', '1'),
  rfc3042: only('limited transmit is on', '1'),
  rfc3390: inert('initcwnd_segments says it'),
  rfc6675_pipe: only('the pipe is counted from the scoreboard', '1'),
  drop_synfin: only('a SYN with FIN is no special case', '0'),
  blackhole: only('a closed port answers', '0'),
  insecure_rst: only('RFC 5961 §3 holds', '0'),
  insecure_syn: only('RFC 5961 §4 holds', '0'),
  insecure_ack: only('RFC 5961 §5 holds', '0'),
  tolerate_missing_ts: only('RFC 7323 §3.2 holds', '0'),
  fast_finwait2_recycle: only('FIN-WAIT-2 has one timeout', '0'),
  functions_default: only('there is one stack', 'freebsd'),
  'cc.abe': only('no ABE', '0'),

  tso: inert(CUT),
  'lro.entries': inert(CUT),
  'hostcache.enable': inert(NO_CACHE),
  'hostcache.purgenow': inert(NO_CACHE),
  'hostcache.prune': inert(NO_CACHE),
  'hostcache.expire': inert(NO_CACHE),
  log_debug: inert(OBSERVING),
  log_in_vain: inert(OBSERVING),
  do_tcpdrain: inert('there is no memory pressure'),
  nolocaltimewait: inert('nobody talks to itself here'),
  'reass.maxqueuelen': inert('reassembly is bounded by the receive buffer'),
  'reass.maxsegments': inert('reassembly is bounded by the receive buffer'),
};

const OTHERS: SysctlTable = {
  'kern.ipc.somaxconn': bound('somaxconn'),
  'kern.ipc.soacceptqueue': bound('somaxconn'),
  'kern.ipc.maxsockbuf': several(bound('rmemMax'), bound('wmemMax')),
  'net.inet.ip.ttl': only('the TTL is 64', '64'),
};

/** The row for a sysctl; null: there is none. */
export function freebsdSysctl(name: string): Row | null {
  const tcp = /^net\.inet6?\.tcp6?\.([\w.]+)$/.exec(name);
  if (tcp !== null && Object.hasOwn(TCP, tcp[1]!)) return TCP[tcp[1]!]!;
  return Object.hasOwn(OTHERS, name) ? OTHERS[name]! : null;
}
