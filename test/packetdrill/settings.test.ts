import { expect, test } from 'vitest';
import { Settings } from '../../src/packetdrill/settings.ts';
import { parseShell } from '../../src/packetdrill/shell.ts';
import type { ParameterName, Row, Sink } from '../../src/packetdrill/sysctls.ts';
import { freebsdSysctl } from '../../src/packetdrill/sysctls-freebsd.ts';
import { linuxSysctl } from '../../src/packetdrill/sysctls-linux.ts';
import { OPTIONS, passes } from '../support/packetdrill.ts';

const settings = (profile: 'linux' | 'freebsd' = 'linux'): Settings => new Settings({ ...OPTIONS, profile });

function option(into: Settings, name: string, value: string | null = null): string | null {
  return into.option({ name, value, at: { line: 1, column: 1 } });
}

test('a script begins with the values of defaults.sh', () => {
  expect(settings().parameters).toMatchObject({
    receiveBuffer: 540_000,
    sendBuffer: 262_144,
    initialWindow: 10,
    congestionControl: 'cubic',
    rtoMin: 200,
    timestamps: true,
  });
  expect(settings().mtu).toBe(1500);
  expect(new Settings({ ...OPTIONS, family: 6 }).mtu).toBe(1520);
});

test('the addresses are those that the scripts expect', () => {
  const v4 = settings();
  expect([v4.local, v4.remote, v4.prefix].map(String)).toEqual([
    '192.168.0.1',
    '192.0.2.1',
    '192.168.0.1/16',
  ]);
  const v6 = settings();
  expect(option(v6, 'ip_version', 'ipv6')).toBe(null);
  expect([v6.family, v6.local, v6.remote].map(String)).toEqual([
    '6',
    'fd3d:a0b:17d6::1',
    'fd3d:fa7b:d17d::1',
  ]);
});

test('option lines', () => {
  const s = settings();
  for (const [name, value] of [
    ['tolerance_usecs', '100000'],
    ['mss', '1400'],
    ['tcp_ts_tick_usecs', '1000'],
    ['mtu', '1460'],
    ['local_ip', '192.168.7.1'],
    ['netmask_ip', '255.255.255.0'],
    ['bind_port', '9000'],
    ['define', 'X=7'],
    ['code_format', 'python'],
  ]) {
    expect(option(s, name!, value!)).toBe(null);
  }
  expect(option(s, 'strict_segments')).toBe(null);
  expect(s).toMatchObject({
    tolerance: 100,
    mss: 1400,
    tsTick: 1000,
    mtu: 1460,
    bindPort: 9000,
    strictSegments: true,
  });
  expect(`${s.prefix} ${s.symbols.get('X')}`).toBe('192.168.7.1/24 7');
  expect(option(s, 'local_ip', 'fd00::1')).toBe(null);
  expect(String(s.local)).toBe('192.168.7.1');
});

test.each([
  ['wire_server', null, 'no mapping for option --wire_server'],
  ['mss', 'large', 'no mapping for option --mss=large: not a whole number from 0 up'],
  ['code_format', 'perl', 'no mapping for option --code_format=perl: a format other than python'],
  ['ip_version', 'ipv5', 'no mapping for option --ip_version=ipv5: no IP version'],
  ['non_fatal', 'packet', 'no mapping for option --non_fatal'],
])('an option that is not taken says why: --%s', (name, value, reason) => {
  expect(option(settings(), name, value)).toBe(reason);
});

test.each([
  ['sysctl -q net.ipv4.tcp_sack=0', { sack: false }],
  ['sysctl -w net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0', { timestamps: false, sack: false }],
  ['echo 0 > /proc/sys/net/ipv4/tcp_window_scaling', { windowScaling: false }],
  [
    './set_sysctls.py /proc/sys/net/ipv4/tcp_fin_timeout=5 /proc/sys/net/ipv4/tcp_sack=0',
    { finWait2: 5000, sack: false },
  ],
  [
    'sysctl net.ipv4.tcp_congestion_control=reno; sysctl net.ipv4.tcp_keepalive_time=9',
    { congestionControl: 'reno', keepAliveIdle: 9000 },
  ],
  [
    '../common/defaults.sh\nsysctl -q net.ipv4.tcp_keepalive_intvl=3 &&\n sysctl -q net.ipv4.tcp_keepalive_probes=4',
    { keepAliveInterval: 3000, keepAliveCount: 4 },
  ],
  [
    'sysctl -q net.ipv4.tcp_rmem="4096 30000 60000" 2>/dev/null || true',
    { receiveBuffer: 30_000, receiveBufferMax: 60_000 },
  ],
  [
    'sysctl -q net.ipv4.tcp_fastopen=0x605',
    { fastOpenClient: true, fastOpenServer: false, fastOpenWithoutCookie: 'both' },
  ],
  ['ip route replace 192.0.2.0/24 dev tun0 initcwnd 4 rto_min 50ms', { initialWindow: 4, rtoMin: 50 }],
  ['ip route change default via 192.168.0.2 dev tun0 advmss 1000', { mssClamp: 1000 }],
  ['sysctl -q net.ipv4.tcp_rto_min_us=100000', { rtoMin: 100, rtoVarianceMin: 100 }],
])('%s', (command, parameters) => {
  const s = settings();
  expect(s.shell(command)).toBe(null);
  expect(s.parameters).toMatchObject(parameters);
});

test('limits of the host, and a value in quotes', () => {
  const s = settings();
  expect(s.shell('sysctl -q net.ipv4.ip_local_port_range="1000 2000" 2>/dev/null || true')).toBe(null);
  expect(s.limits).toEqual({ firstEphemeralPort: 1000, lastEphemeralPort: 2000 });
  s.fix();
  expect(s.shell('sysctl -q net.ipv4.route.mtu_expires=5')).toMatch(/fixed when a script begins/);
});

test('the key of Fast Open cookies: four words, each little-endian', () => {
  const s = settings();
  expect([...s.fastOpenKeys.subarray(3, 5)]).toEqual([0xa1, 0xb2]);
  expect(s.shell('sysctl -q net.ipv4.tcp_fastopen_key=01020304-5-6-7,8-9-a-b')).toBe(null);
  expect([s.fastOpenKeys.length, ...s.fastOpenKeys.subarray(0, 6)]).toEqual([32, 4, 3, 2, 1, 5, 0]);
  expect(s.shell('sysctl -q net.ipv4.tcp_fastopen_key=5-6-7')).toMatch(/other than four words/);
});

test('defaults.sh undoes what was set', () => {
  const s = settings();
  s.shell('sysctl -q net.ipv4.tcp_sack=0 net.core.somaxconn=1');
  s.shell('../../common/defaults.sh');
  expect(s.parameters.sack).toBe(true);
  expect(s.somaxconn).toBe(4096);
});

test('the MTU is set until the script begins', () => {
  const s = settings();
  expect(s.shell('ip link set dev tun0 mtu 1280; ifconfig tun0 mtu 1300')).toBe(null);
  expect(s.mtu).toBe(1300);
  s.fix();
  expect(s.shell('ifconfig tun0 mtu 1400')).toBe('an MTU that changes when the script has begun');
});

test.each([
  'ip tcp_metrics flush all > /dev/null 2>&1',
  'ethtool -K tun0 tso off gso off',
  'tc qdisc add dev tun0 root pfifo',
  'tc qdisc replace dev tun0 root fq',
  'nstat -n > /dev/null; sleep 0.1; true',
  'modprobe tcp_bbr # for later',
  'sysctl -q net.ipv4.tcp_no_metrics_save=1',
  'sysctl -q net.ipv4.conf.all.rp_filter=0',
  '/usr/sbin/sysctl -n net.ipv4.tcp_sack',
  'exit 0',
])('without effect: %s', (command) => {
  const s = settings();
  const before = s.parameters;
  expect(s.shell(command)).toBe(null);
  expect(s.parameters).toBe(before);
});

test.each([
  ['sysctl -q net.ipv4.tcp_foo=1', 'no mapping for sysctl net.ipv4.tcp_foo'],
  ['sysctl net.ipv4.tcp_recovery=2', 'no mapping for sysctl net.ipv4.tcp_recovery=2: this value'],
  ['sysctl net.ipv4.tcp_sack=x', 'no mapping for sysctl net.ipv4.tcp_sack=x: a value that is no number'],
  [
    'sysctl net.ipv4.tcp_congestion_control=bbr',
    'no mapping for sysctl net.ipv4.tcp_congestion_control=bbr: the congestion control bbr',
  ],
  ['frobnicate --all', 'no mapping for command frobnicate'],
  ['if true; then echo; fi', 'no mapping for command if'],
  [
    'tc qdisc add dev tun0 root netem delay 10ms',
    'no mapping for command tc qdisc add dev tun0 root netem delay 10ms',
  ],
  ['ip route replace 192.0.2.0/24 dev tun0 window 5', 'no mapping for the route attribute window'],
  ['echo 1 > /dev/kmsg', 'no mapping for writing to /dev/kmsg'],
  ['sysctl $NAME=1', 'no mapping for shell variables or substitution'],
  ['cat /proc/net/tcp | wc -l', 'no mapping for a pipe of shell commands'],
  ['sleep 5 &', 'no mapping for a shell command in the background'],
  ['exit 1', 'no mapping for command exit 1'],
])('refused with a reason: %s', (command, reason) => {
  expect(settings().shell(command)).toBe(reason);
});

test('a value that the stack cannot keep is a reason, not an exception', () => {
  const s = settings();
  expect(s.shell('sysctl -q net.ipv4.tcp_keepalive_probes=1')).toMatch(
    /^no mapping for sysctl .*keepAliveCount/,
  );
  expect(s.parameters.keepAliveCount).toBe(9);
});

test.each([
  ['sysctl net.inet.tcp.rfc1323=2', { windowScaling: true, timestamps: false }],
  ['sysctl net.inet.tcp.sack.enable=0', { sack: false }],
  ['sysctl net.inet.tcp.delacktime=100 net.inet.tcp.msl=5000', { delayedAck: 100, msl: 5000 }],
  ['sysctl net.inet.tcp.delayed_ack=0', { delayedAck: 0 }],
  ['kldload -n tcp_rack; sysctl net.inet.tcp.cc.algorithm=newreno', { congestionControl: 'reno' }],
])('FreeBSD: %s', (command, parameters) => {
  const s = settings('freebsd');
  expect(s.shell(command)).toBe(null);
  expect(s.parameters).toMatchObject(parameters);
});

test('each profile knows its own sysctls alone', () => {
  expect(settings('freebsd').shell('sysctl net.ipv4.tcp_sack=0')).toBe(
    'no mapping for sysctl net.ipv4.tcp_sack',
  );
  expect(settings().shell('sysctl net.inet.tcp.sack.enable=0')).toMatch(/^no mapping/);
});

test('a change is told', () => {
  const s = settings();
  const told: ParameterName[] = [];
  s.changed = (name) => told.push(name);
  s.shell('sysctl -q net.ipv4.tcp_sack=0');
  expect(told).toEqual(['sack']);
});

/** What a row asks the stack to set. */
function assigned(row: Row | null, value: string): [string, unknown][] {
  const found: [string, unknown][] = [];
  const note = (name: string, what: unknown): null => {
    found.push([name, what]);
    return null;
  };
  const sink: Sink = {
    assign: note,
    limit: note,
    bound: note,
    fastOpen: (bits) => note('fastOpen', bits),
    fastOpenKey: (key) => note('fastOpenKey', key),
  };
  if (row === null || row(sink, value.split(' ')) !== null) throw new Error('no row');
  return found;
}

test.each([
  ['tcp_dsack', '0', [['dsack', false]]],
  ['tcp_frto', '2', [['frto', true]]],
  ['tcp_early_retrans', '0', [['tailLossProbe', false]]],
  ['tcp_early_retrans', '4', [['tailLossProbe', true]]],
  ['tcp_ecn', '1', [['ecn', 'request']]],
  ['tcp_ecn', '2', [['ecn', 'accept']]],
  ['tcp_ecn', '3', [['ecn', 'accurate']]],
  ['tcp_syncookies', '2', [['synCookies', 'always']]],
  ['tcp_mtu_probing', '1', [['mtuProbing', 'black-hole']]],
  [
    'tcp_rmem',
    '1 2 3',
    [
      ['receiveBuffer', 2],
      ['receiveBufferMax', 3],
    ],
  ],
  ['tcp_tw_reuse', '2', [['timeWaitReuse', false]]],
  ['tcp_retries2', '8', [['dataRetries', 8]]],
  ['tcp_fastopen', '0x70403', [['fastOpen', 0x70403]]],
  ['tcp_invalid_ratelimit', '500', [['invalidAckInterval', 500]]],
  ['tcp_adv_win_scale', '1', [['receiveShare', 1 / 2]]],
  ['tcp_adv_win_scale', '-2', [['receiveShare', 1 / 4]]],
  ['tcp_stdurg', '1', [['urgentPointer', 'last']]],
])('net.ipv4.%s = %s', (name, value, expected) => {
  expect(assigned(linuxSysctl(`net.ipv4.${name}`), value)).toEqual(expected);
});

test.each([
  ['ecn.enable', '2', [['ecn', 'accept']]],
  ['syncookies_only', '1', [['synCookies', 'always']]],
  [
    'keepinit',
    '3000',
    [
      ['r2Syn', 3000],
      ['r2SynAck', 3000],
    ],
  ],
])('net.inet.tcp.%s = %s', (name, value, expected) => {
  expect(assigned(freebsdSysctl(`net.inet.tcp.${name}`), value)).toEqual(expected);
});

test('a shell line taken apart', () => {
  expect(parseShell(`a 'b c' "d"e \\\n f # g\n h>i 2>&1; j || k && l`)).toEqual([
    { words: ['a', 'b c', 'de', 'f'], output: null },
    { words: ['h'], output: 'i' },
    { words: ['j'], output: null },
    { words: ['l'], output: null },
  ]);
  expect(parseShell("a 'b")).toBe('no mapping for shell variables or substitution');
  expect(parseShell('a < b')).toBe('no mapping for shell input from a file');
});

test.each([
  [4, '3021b9d889017eeb'],
  [6, 'c1d1e9742a47a9bc'],
] as const)('IPv%i: the Fast Open cookie that scripts expect', (family, cookie) => {
  const script = `
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
    +0 bind(3, ..., ...) = 0
    +0 listen(3, 1) = 0
    +0 < S 0:0(0) win 65535 <mss 1000,FO,nop,nop>
    +0 > S. 0:0(0) ack 1 <mss 1460,FO ${cookie},nop,nop>`;
  passes(script, { family });
});

test('whether receive buffers grow', () => {
  const linux = settings();
  expect(linux.shell('sysctl -q net.ipv4.tcp_moderate_rcvbuf=0')).toBe(null);
  expect(linux.parameters).toMatchObject({ receiveBufferGrows: false, receiveBufferMax: 15 << 20 });
  const freebsd = settings('freebsd');
  expect(freebsd.shell('sysctl net.inet.tcp.recvbuf_auto=0')).toBe(null);
  expect(freebsd.parameters.receiveBufferGrows).toBe(false);
});
