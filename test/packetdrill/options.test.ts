import { describe, expect, test } from 'vitest';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Bench, DELAY } from '../support/program-bench.ts';

const SOCKET = 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
const set = (option: string, value: string, fd = 4): string =>
  `setsockopt(${fd}, ${option}, ${value}, 4) = 0`;
const get = (option: string, value: string, fd = 4): string =>
  `getsockopt(${fd}, ${option}, ${value}, [4]) = 0`;

function connected(): Bench {
  const bench = new Bench().listen();
  bench.accept();
  return bench;
}

describe('what is kept', () => {
  test.each([
    ['SOL_SOCKET, SO_REUSEADDR', 0, 1],
    ['SOL_SOCKET, SO_KEEPALIVE', 0, 1],
    ['SOL_SOCKET, SO_MARK', 0, 7],
    ['SOL_SOCKET, SO_PRIORITY', 0, 6],
    ['SOL_SOCKET, SO_RCVLOWAT', 1, 100],
    ['IPPROTO_TCP, TCP_NODELAY', 0, 1],
    ['SOL_TCP, TCP_KEEPIDLE', 7200, 30],
    ['IPPROTO_IP, IP_TOS', 0, 0x20],
    ['IPPROTO_IP, IP_TTL', 64, 9],
    ['IPPROTO_IP, IP_MTU_DISCOVER', 1, 2],
    ['IPPROTO_IPV6, IPV6_V6ONLY', 0, 1],
  ])('%s is %i, then %i', (option, before, after) => {
    const bench = connected().calls(get(option, `[${before}]`), set(option, `[${after}]`));
    bench.calls(get(option, `[${after}]`), get(option, '...'));
    expect(bench.call(get(option, '[12345]'))).toMatch(new RegExp(`is ${after}, not 12345$`));
  });

  test('before there is a connection', () => {
    const bench = new Bench().calls(SOCKET);
    for (const [option, value] of [
      ['SOL_TCP, TCP_KEEPINTVL', 5],
      ['SOL_TCP, TCP_KEEPCNT', 3],
      ['SOL_TCP, TCP_LINGER2', 20],
      ['SOL_TCP, TCP_MAXSEG', 1000],
    ] as const) {
      bench.calls(set(option, `[${value}]`, 3), get(option, `[${value}]`, 3));
    }
  });

  test('Linux doubles the size of a buffer, within net.core.rmem_max', () => {
    const bench = new Bench({}, 'sysctl -q net.core.rmem_max=50000').calls(SOCKET);
    bench.calls(set('SOL_SOCKET, SO_RCVBUF', '[10000]', 3), get('SOL_SOCKET, SO_RCVBUF', '[20000]', 3));
    bench.calls(set('SOL_SOCKET, SO_RCVBUF', '[60000]', 3), get('SOL_SOCKET, SO_RCVBUF', '[100000]', 3));
    bench.calls(set('SOL_SOCKET, SO_RCVBUFFORCE', '[60000]', 3), get('SOL_SOCKET, SO_RCVBUF', '[120000]', 3));
    bench.calls(set('SOL_SOCKET, SO_SNDBUF', '[1]', 3), get('SOL_SOCKET, SO_SNDBUF', '[4608]', 3));
  });

  test('SO_LINGER is a struct', () => {
    const bench = connected().calls('setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0');
    bench.calls('getsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, [8]) = 0');
    expect(bench.call('getsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=0, linger=5}, [8]) = 0')).toBe(
      'getsockopt: onoff is 1, not 0',
    );
  });

  test('facts', () => {
    const bench = connected().calls(get('SOL_SOCKET, SO_TYPE', '[SOCK_STREAM]'));
    bench.calls(get('SOL_SOCKET, SO_PROTOCOL', '[IPPROTO_TCP]'), get('SOL_SOCKET, SO_DOMAIN', '[AF_INET]'));
    bench.calls(get('SOL_SOCKET, SO_ACCEPTCONN', '[0]'), get('SOL_SOCKET, SO_ACCEPTCONN', '[1]', 3));
    bench.calls(get('IPPROTO_IP, IP_MTU', '[1500]'), get('SOL_TCP, TCP_MAXSEG', '[1448]'));
    bench.calls('setsockopt(4, SOL_SOCKET, SO_TYPE, [1], 4) = -1 ENOPROTOOPT');
    bench.calls('getsockopt(3, IPPROTO_IP, IP_MTU, ..., [4]) = -1 ENOTCONN');
  });
});

describe('effects', () => {
  test('TCP_MAXSEG before listen(): the MSS that is announced', () => {
    const bench = new Bench().calls(SOCKET, set('SOL_TCP, TCP_MAXSEG', '[800]', 3), 'bind(3, ..., ...) = 0');
    bench.calls('listen(3, 1) = 0');
    expect(bench.accept().connection.tcb.snd.mss).toBe(800);
  });

  test('TCP_NODELAY before and after', () => {
    const nagle = (bench: Bench): boolean => [...bench.net.server.sockets()][0]!.connection.tcb.nagle;
    const bench = connected();
    expect(nagle(bench)).toBe(true);
    expect(nagle(bench.calls(set('SOL_TCP, TCP_NODELAY', '[1]')))).toBe(false);
    const other = new Bench().calls(SOCKET, set('SOL_TCP, TCP_NODELAY', '[1]', 3), 'bind(3, ..., ...) = 0');
    other.calls('listen(3, 1) = 0').accept();
    expect(nagle(other)).toBe(false);
  });

  test('SO_KEEPALIVE with TCP_KEEPIDLE: a probe when the peer was silent so long', () => {
    const bench = connected().calls(
      set('SOL_SOCKET, SO_KEEPALIVE', '[1]'),
      set('SOL_TCP, TCP_KEEPIDLE', '[3]'),
    );
    const sent = (): number => bench.net.server.counters.packetsSent;
    bench.after(500);
    const before = sent();
    bench.after(2400);
    expect(sent()).toBe(before);
    bench.after(200);
    expect(sent()).toBe(before + 1);
  });

  test('keep-alive of a connection that was accepted has its own interval and count', () => {
    const bench = connected();
    bench.net.link.cut();
    bench.calls(set('SOL_TCP, TCP_KEEPINTVL', '[2]'), set('SOL_TCP, TCP_KEEPCNT', '[3]'));
    bench.calls(set('SOL_TCP, TCP_KEEPIDLE', '[5]'), set('SOL_SOCKET, SO_KEEPALIVE', '[1]'));
    bench.after(10_800).calls(get('SOL_SOCKET, SO_ERROR', '[0]'));
    bench.after(400).calls(get('SOL_SOCKET, SO_ERROR', '[ETIMEDOUT]'));
  });

  test('TCP_USER_TIMEOUT of a connection', () => {
    const bench = connected();
    bench.net.link.cut();
    bench.calls(set('SOL_TCP, TCP_USER_TIMEOUT', '[3000]'), get('SOL_TCP, TCP_USER_TIMEOUT', '[3000]'));
    bench.calls('write(4, ..., 1) = 1').after(2900).calls(get('SOL_SOCKET, SO_ERROR', '[0]'));
    bench.after(2000).calls(get('SOL_SOCKET, SO_ERROR', '[ETIMEDOUT]'));
  });

  test('TCP_LINGER2 of a connection', () => {
    const bench = connected().calls(set('SOL_TCP, TCP_LINGER2', '[5]'), 'close(4) = 0').after(1000);
    const [socket] = [...bench.net.server.sockets()];
    expect(socket!.state).toBe('FIN-WAIT-2');
    bench.after(4100);
    expect(socket!.state).toBe('CLOSED');
  });

  test('IP_TOS and IP_TTL before listen() and connect(): from the first segment on', () => {
    const tos = (fd: number): string[] => [
      set('IPPROTO_IP, IP_TOS', '[0x28]', fd),
      set('IPPROTO_IP, IP_TTL', '[9]', fd),
    ];
    const bench = new Bench().calls(SOCKET, ...tos(3), 'bind(3, ..., ...) = 0', 'listen(3, 5) = 0');
    expect(bench.accept().receivedDiffserv).toBe(10);
    const other = new Bench();
    other.peerListens();
    other.calls('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3', ...tos(3));
    other.calls('connect(3, ..., ...) = -1 EINPROGRESS').after(4 * DELAY);
    const [client] = [...other.net.client.sockets()];
    expect(client!.receivedDiffserv).toBe(10);
    expect([...other.net.server.sockets()][0]!.hopLimit).toBe(9);
  });

  test('SO_RCVBUF before listen() bounds the window', () => {
    const bench = new Bench().calls(
      SOCKET,
      set('SOL_SOCKET, SO_RCVBUF', '[5000]', 3),
      'bind(3, ..., ...) = 0',
    );
    const peer = bench.calls('listen(3, 1) = 0').accept();
    expect(peer.info().sndWnd).toBeLessThanOrEqual(5000);
    expect(peer.info().sndWnd).toBeGreaterThan(5000 - 1460);
  });

  test('TCP_QUICKACK lets the ACK leave that waits', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls(set('SOL_TCP, TCP_QUICKACK', '[0]'));
    peer.send(new Uint8Array(10));
    bench
      .after(2 * DELAY)
      .calls('read(4, ..., 10) = 10')
      .after(DELAY);
    expect(peer.sendQueue).toBe(10);
    bench.calls(set('SOL_TCP, TCP_QUICKACK', '[1]')).after(DELAY);
    expect(peer.sendQueue).toBe(0);
  });

  test('TCP_NOTSENT_LOWAT, of a listener too, bounds what waits unsent', () => {
    for (const fd of [3, 4]) {
      const bench = new Bench().listen();
      if (fd === 3) bench.calls(set('SOL_TCP, TCP_NOTSENT_LOWAT', '[5000]', 3)).accept();
      else bench.accept();
      if (fd === 4) bench.calls(set('SOL_TCP, TCP_NOTSENT_LOWAT', '[5000]'));
      bench.net.link.cut();
      bench.calls('fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0', 'write(4, ..., 14480) = 5000');
    }
  });

  test('TCP_WINDOW_CLAMP bounds the window of a connection', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls(set('SOL_TCP, TCP_WINDOW_CLAMP', '[3000]'));
    // What was offered before is honoured.
    peer.send(new Uint8Array(200_000));
    bench.after(200 * DELAY).calls('read(4, ..., 200000) = 200000');
    peer.send(new Uint8Array(70_000));
    bench.after(200 * DELAY).calls('read(4, ..., 70000) = 70000');
    peer.send(new Uint8Array(100));
    bench.after(10 * DELAY);
    // What was offered is honoured: it is smaller by what has come, and does not grow again.
    expect(peer.info().sndWnd).toBeLessThan(200_000);
    expect(() => bench.call(set('SOL_TCP, TCP_WINDOW_CLAMP', '[3000]', 3))).toThrow(UnsupportedError);
  });

  test('SO_SNDBUF of a connection', () => {
    const bench = connected().calls('fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0');
    bench.net.link.cut();
    bench.calls(set('SOL_SOCKET, SO_SNDBUF', '[8000]'), 'write(4, ..., 100000) = 16000');
  });

  test('SO_SNDBUF of a connection that connect() made', () => {
    const bench = new Bench().calls('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3');
    bench.peerListens();
    bench.calls('connect(3, ..., ...) = -1 EINPROGRESS').after(2 * DELAY);
    bench.calls(set('SOL_SOCKET, SO_SNDBUF', '[8000]', 3), 'write(3, ..., 100000) = 16000');
  });

  test('TCP_CONGESTION by name', () => {
    const bench = new Bench().calls(SOCKET, 'getsockopt(3, SOL_TCP, TCP_CONGESTION, "cubic", [5]) = 0');
    bench.calls('setsockopt(3, SOL_TCP, TCP_CONGESTION, "reno", 4) = 0', 'bind(3, ..., ...) = 0');
    bench.calls('listen(3, 1) = 0').accept();
    bench.calls('getsockopt(4, SOL_TCP, TCP_CONGESTION, "reno", [4]) = 0');
    expect(bench.call('getsockopt(4, SOL_TCP, TCP_CONGESTION, "cubic", [4]) = 0')).toBe(
      'getsockopt: it is "reno", not "cubic"',
    );
    expect(() => bench.call('setsockopt(3, SOL_TCP, TCP_CONGESTION, "bbr", 3) = 0')).toThrow(
      UnsupportedError,
    );
    bench.calls('setsockopt(4, SOL_TCP, TCP_CONGESTION, "cubic", 5) = 0');
    bench.calls('getsockopt(4, SOL_TCP, TCP_CONGESTION, "cubic", [5]) = 0');
  });

  test('IP_TOS and IP_TTL of a connection are those of its packets', () => {
    const bench = connected().calls(set('IPPROTO_IP, IP_TOS', '[0x2a]'), set('IPPROTO_IP, IP_TTL', '[7]'));
    const [socket] = [...bench.net.server.sockets()];
    expect([socket!.trafficClass, socket!.hopLimit]).toEqual([0x28, 7]);
    bench.calls('setsockopt(4, IPPROTO_IP, IP_TOS, [256], 4) = -1 EINVAL');
    bench.calls('setsockopt(4, IPPROTO_IP, IP_TTL, [0], 4) = -1 EINVAL');
  });

  test('FreeBSD has names and numbers of its own', () => {
    const bench = new Bench({ profile: 'freebsd' }).calls(SOCKET);
    bench.calls('setsockopt(3, IPPROTO_TCP, TCP_FUNCTION_BLK, {function_set_name="freebsd"}, 36) = 0');
    bench.calls('setsockopt(3, IPPROTO_TCP, 0x100, [9], 4) = 0', get('IPPROTO_TCP, TCP_KEEPIDLE', '[9]', 3));
    bench.calls('setsockopt(3, IPPROTO_TCP, TCP_CONGESTION, "newreno", 7) = 0');
    bench.calls(set('SOL_SOCKET, SO_RCVBUF', '[10000]', 3), get('SOL_SOCKET, SO_RCVBUF', '[10000]', 3));
    expect(() =>
      bench.call('setsockopt(3, IPPROTO_TCP, TCP_FUNCTION_BLK, {function_set_name="rack"}, 36) = 0'),
    ).toThrow(UnsupportedError);
  });
});

describe('refusals', () => {
  test.each([
    ['SOL_TCP, TCP_MAXSEG', 40],
    ['SOL_TCP, TCP_MAXSEG', 40_000],
    ['SOL_TCP, TCP_KEEPIDLE', 0],
    ['SOL_TCP, TCP_KEEPINTVL', 32_768],
    ['SOL_TCP, TCP_KEEPCNT', 128],
    ['SOL_TCP, TCP_SYNCNT', 0],
    ['SOL_TCP, TCP_USER_TIMEOUT', -1],
  ])('%s = %i: EINVAL', (option, value) => {
    new Bench().calls(SOCKET, `setsockopt(3, ${option}, [${value}], 4) = -1 EINVAL`);
  });

  test('too short an option: EINVAL', () => {
    new Bench().calls(SOCKET, 'setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 3) = -1 EINVAL');
    new Bench().calls('setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = -1 EBADF');
  });

  test.each([
    'SOL_TCP, TCP_DEFER_ACCEPT',
    'SOL_TCP, TCP_SAVE_SYN',
    'SOL_SOCKET, SO_TIMESTAMPING',
    'SOL_SOCKET, SO_MAX_PACING_RATE',
    'IPPROTO_IP, IP_RECVERR',
    'IPPROTO_IP, IP_MTU_DISCOVER',
  ])('%s is refused with a reason, on a connection', (option) => {
    const value = option.includes('MTU_DISCOVER') ? '[IP_PMTUDISC_DONT]' : '[1]';
    expect(() => connected().call(set(option, value))).toThrow(UnsupportedError);
  });

  test('a value that the stack cannot keep is a reason', () => {
    const bench = new Bench().calls(SOCKET);
    expect(() => bench.call(set('SOL_TCP, TCP_KEEPCNT', '[1]', 3))).toThrow(/keepAliveCount/);
  });
});

describe('time limits of calls', () => {
  const limit = (value: string, result = '0', length = 16): string =>
    `setsockopt(4, SOL_SOCKET, SO_RCVTIMEO, ${value}, ${length}) = ${result}`;
  const limitIs = (value: string): string => `getsockopt(4, SOL_SOCKET, SO_RCVTIMEO, ${value}, [16]) = 0`;

  test('a timeval, with or without names; zero is none', () => {
    const bench = connected().calls(
      limitIs('{0, 0}'),
      limit('{tv_sec=1, tv_usec=500000}'),
      limitIs('{1, 500000}'),
    );
    expect(bench.call(limitIs('{tv_sec=1, tv_usec=0}'))).toBe(
      'getsockopt: SO_RCVTIMEO is {1, 500000}, not {1, 0}',
    );
    bench.calls(
      'getsockopt(4, SOL_SOCKET, SO_SNDTIMEO, {0, 0}, [16]) = 0',
      limit('{0, 0}'),
      limitIs('{0, 0}'),
    );
    expect(() => bench.call(limit('[1000]'))).toThrow('a time limit is written {tv_sec=, tv_usec=}');
  });

  test('what is no time', () => {
    const bench = connected().calls(limit('{0, 1000000}', '-1 EDOM'), limit('{0, -1}', '-1 EDOM'));
    bench.calls(limit('{1, 0}', '-1 EINVAL', 8), limitIs('{0, 0}'));
    // Linux does not wait at all.
    bench.calls(limit('{-1, 0}'), 'read(4, ..., 10) = -1 EAGAIN');
  });

  test('connect() goes on when its time is over, and says so', () => {
    const bench = new Bench().calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 3');
    bench.calls('setsockopt(3, SOL_SOCKET, SO_SNDTIMEO, {0, 1000}, 16) = 0');
    const pending = bench.begin('connect(3, ..., ...) = -1 EINPROGRESS');
    expect(pending.poll()).toBe(null);
    bench.after(1);
    expect(pending.poll()).toEqual({ mismatch: null });
  });
});
