import { describe, expect, test } from 'vitest';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Bench, DELAY } from '../support/program-bench.ts';

const SOCKET = 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
const NON_BLOCKING = 'fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0';

describe('results', () => {
  test('a value that differs says both', () => {
    expect(new Bench().call('close(7) = 0')).toBe('close failed with EBADF, and did not return 0');
    expect(new Bench().call('close(7) = -1 EINVAL')).toBe('close failed with EBADF, not EINVAL');
    expect(new Bench().call('close(7) = -1')).toBe(null);
    const bench = new Bench().calls(SOCKET);
    expect(bench.call('listen(3, 1) = -1 EINVAL')).toBe('listen returned 0, and did not fail with EINVAL');
    expect(bench.call('fcntl(3, F_GETFL) = 7')).toBe('fcntl returned 2, not 7');
  });

  test('a descriptor is the number that the script gives it', () => {
    const bench = new Bench().calls(SOCKET);
    expect(bench.call('socket(..., SOCK_STREAM, IPPROTO_TCP) = 3')).toBe(
      'socket returned a descriptor, but 3 is open',
    );
    expect(bench.call('socket(..., SOCK_STREAM, IPPROTO_TCP) = -1 EINVAL')).toBe(
      'socket returned a descriptor, and did not fail',
    );
    bench.calls('close(3) = 0', SOCKET);
  });

  test('symbols come before constants', () => {
    const bench = new Bench({
      symbols: new Map([
        ['N', '0x3'],
        ['SHUT', 'SHUT_WR'],
      ]),
    }).calls(SOCKET);
    expect(bench.call('shutdown(N, SHUT) = -1 ENOTCONN')).toBe(null);
  });

  test.each([
    'pipe([3, 4]) = 0',
    'socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3',
    'setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = 0',
    'setsockopt(3, SOL_SOCKET, 999, [1], 4) = 0',
    'setsockopt(3, SOL_TCP, TCP_NO_SUCH_THING, [1], 4) = 0',
  ])('no mapping: %s', (text) => {
    const bench = new Bench().calls(SOCKET);
    expect(() => bench.begin(text).poll()).toThrow(UnsupportedError);
  });
});

describe('passive open', () => {
  test('accept() blocks until there is a connection, and says whose', () => {
    const bench = new Bench().listen();
    const pending = bench.begin(
      'accept(3, {sa_family = AF_INET, sin_addr = inet_addr("10.0.0.1")}, [16]) = 4',
    );
    expect(pending.poll()).toBe(null);
    bench.net.client.connect({ address: '10.0.0.2', port: 8080, localPort: 5000 });
    bench.after(5 * DELAY);
    expect(pending.poll()).toEqual({
      mismatch: 'accept: the peer is 10.0.0.1 port 5000',
    });
  });

  test('accept() of a non-blocking listener: EAGAIN; of no listener: EINVAL', () => {
    const bench = new Bench().listen().calls(NON_BLOCKING, 'accept(3, ..., ...) = -1 EAGAIN');
    bench.calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 4', 'accept(4, ..., ...) = -1 EINVAL');
  });

  test('accept4() makes the connection non-blocking, accept() does not', () => {
    const bench = new Bench().listen();
    bench.accept();
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY).calls('accept4(3, ..., ..., SOCK_NONBLOCK) = 5');
    bench.calls('fcntl(4, F_GETFL) = 2', 'fcntl(5, F_GETFL) = 0x802', 'read(5, ..., 10) = -1 EAGAIN');
    expect(bench.call('read(4, ..., 10) = 0')).toBe('blocks');
  });

  test('FreeBSD: what is accepted is as non-blocking as its listener', () => {
    const bench = new Bench({ profile: 'freebsd' }).listen();
    bench.accept();
    bench.calls(NON_BLOCKING);
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY).calls('accept(3, ..., ...) = 5', 'read(5, ..., 10) = -1 EAGAIN');
  });

  test('a port that is taken: EADDRINUSE, unless both reuse it and nobody listens', () => {
    const bench = new Bench().listen().calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 4');
    bench.calls('bind(4, ..., ...) = -1 EADDRINUSE');
    bench.calls('setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0', 'bind(4, ..., ...) = -1 EADDRINUSE');
    bench.calls('close(3) = 0', 'bind(4, ..., ...) = 0', 'bind(4, ..., ...) = -1 EINVAL');
  });

  test('a connection has the options of its listener: its port may be bound again if both said so', () => {
    const reuse = (fd: number): string => `setsockopt(${fd}, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0`;
    const bench = new Bench().calls(SOCKET, reuse(3), 'bind(3, ..., ...) = 0', 'listen(3, 1) = 0');
    bench.accept();
    bench.calls(
      'close(3) = 0',
      SOCKET,
      'bind(3, ..., ...) = -1 EADDRINUSE',
      reuse(3),
      'bind(3, ..., ...) = 0',
    );
  });

  test('an address of another host: EADDRNOTAVAIL', () => {
    const name = '{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("10.0.0.9")}';
    new Bench().calls(SOCKET, `bind(3, ${name}, 16) = -1 EADDRNOTAVAIL`);
  });

  test('Linux lets one connection more wait than the backlog says', () => {
    const bench = new Bench().listen(1);
    for (let i = 0; i < 3; i++) bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY);
    expect([...bench.net.server.listeners()][0]!.waiting.acceptable).toBe(2);
  });

  test('a second listen() changes the backlog, and nothing else', () => {
    const bench = new Bench({}, 'sysctl -q net.ipv4.tcp_fastopen=0x403').listen(1);
    const listener = [...bench.net.server.listeners()][0]!;
    const arriving = (count: number): number => {
      for (let i = 0; i < count; i++) bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
      bench.after(5 * DELAY);
      return listener.waiting.acceptable;
    };
    expect([arriving(3), listener.fastOpenQueue]).toEqual([2, 2]);
    bench.calls('listen(3, 3) = 0');
    expect([arriving(3), listener.fastOpenQueue]).toEqual([4, 2]);
    bench.calls('listen(3, 0) = 0');
    expect([arriving(1), listener.backlog]).toEqual([4, 1]);
    expect([...bench.net.server.listeners()]).toEqual([listener]);
  });

  test('net.core.somaxconn bounds the backlog', () => {
    const bench = new Bench({}, 'sysctl -q net.core.somaxconn=2').listen(100);
    expect([...bench.net.server.listeners()][0]!.backlog).toBe(3);
  });
});

describe('active open', () => {
  const CONNECT = 'connect(3, ..., ...)';

  test('blocking: until the connection is there', () => {
    const bench = new Bench();
    bench.peerListens();
    const pending = bench.calls(SOCKET).begin(`${CONNECT} = 0`);
    expect(pending.poll()).toBe(null);
    expect(bench.after(2 * DELAY - 1) && pending.poll()).toBe(null);
    expect(bench.after(1) && pending.poll()).toEqual({ mismatch: null });
    bench.calls(`${CONNECT} = -1 EISCONN`);
  });

  test('non-blocking: EINPROGRESS, EALREADY, 0, EISCONN', () => {
    const bench = new Bench();
    bench.peerListens();
    bench.calls(SOCKET, NON_BLOCKING, `${CONNECT} = -1 EINPROGRESS`, `${CONNECT} = -1 EALREADY`);
    bench.calls('write(3, ..., 10) = -1 EAGAIN', 'read(3, ..., 10) = -1 EAGAIN');
    bench.after(2 * DELAY).calls('getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0');
    bench.calls(`${CONNECT} = 0`, `${CONNECT} = -1 EISCONN`);
  });

  test('FreeBSD says EISCONN at once', () => {
    const bench = new Bench({ profile: 'freebsd' });
    bench.peerListens();
    bench.calls(SOCKET, NON_BLOCKING, `${CONNECT} = -1 EINPROGRESS`);
    bench.after(2 * DELAY).calls(`${CONNECT} = -1 EISCONN`);
  });

  test('refused: ECONNREFUSED, and the socket may try again', () => {
    const bench = new Bench().calls(SOCKET, NON_BLOCKING, `${CONNECT} = -1 EINPROGRESS`);
    bench.after(2 * DELAY).calls(`${CONNECT} = -1 ECONNREFUSED`);
    bench.peerListens();
    bench.calls(`${CONNECT} = -1 EINPROGRESS`);
    bench.after(2 * DELAY).calls(`${CONNECT} = 0`);
  });

  test('SO_ERROR tells of the failure once; connect() then knows of none: ECONNABORTED', () => {
    const bench = new Bench().calls(SOCKET, NON_BLOCKING, `${CONNECT} = -1 EINPROGRESS`).after(2 * DELAY);
    bench.calls('getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0');
    bench.calls('getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0', `${CONNECT} = -1 ECONNABORTED`);
  });

  test('nobody answers: ETIMEDOUT', () => {
    const bench = new Bench();
    bench.net.link.cut();
    const pending = bench.calls(SOCKET).begin(`${CONNECT} = -1 ETIMEDOUT`);
    bench.after(300_000);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('the address and port are the script’s, or the default ones', () => {
    const bench = new Bench();
    bench.net.client.listen({ port: 99 });
    bench.calls(SOCKET, NON_BLOCKING);
    const name = '{sa_family = AF_INET, sin_port = htons(99), sin_addr = inet_addr("10.0.0.1")}';
    bench.calls(`connect(3, ${name}, 16) = -1 EINPROGRESS`);
    const { local, remote } = bench.process.endpointUnderTest()!;
    expect(`${local.address} ${remote.address} ${remote.port}`).toBe('10.0.0.2 10.0.0.1 99');
  });

  test('a listener does not connect', () => {
    new Bench().listen().calls(`${CONNECT} = -1 EISCONN`);
    new Bench({ profile: 'freebsd' }).listen().calls(`${CONNECT} = -1 EOPNOTSUPP`);
  });
});

describe('the end', () => {
  test('shutdown() is a half-close: the peer may go on', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls('shutdown(4, SHUT_WR) = 0', 'write(4, ..., 1) = -1 EPIPE').after(2 * DELAY);
    expect(peer.ended).toBe(true);
    peer.send(new Uint8Array(5));
    bench.after(2 * DELAY).calls('read(4, ..., 100) = 5');
  });

  test('SHUT_RD: what waits is read, and then there is an end', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    peer.send(new Uint8Array(5));
    bench.after(2 * DELAY).calls('shutdown(4, SHUT_RD) = 0');
    bench.calls('read(4, ..., 100) = 5', 'read(4, ..., 100) = 0', 'write(4, ..., 1) = 1');
  });

  test('shutdown() of what is not connected, and in no known way', () => {
    const bench = new Bench().calls(SOCKET, 'shutdown(3, SHUT_WR) = -1 ENOTCONN');
    bench.calls('shutdown(3, 9) = -1 EINVAL');
  });

  test('SHUT_RDWR: text that still comes is refused with a reset', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls('shutdown(4, SHUT_RDWR) = 0').after(2 * DELAY);
    peer.send(new Uint8Array(5));
    bench.after(4 * DELAY);
    expect(peer.error).toBe('ECONNRESET');
  });

  test('close() sends a FIN; with SO_LINGER of 0 seconds a reset', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls('close(4) = 0', 'close(4) = -1 EBADF').after(2 * DELAY);
    expect(peer.ended).toBe(true);
    const other = bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY).calls('accept(3, ..., ...) = 5');
    bench.calls('setsockopt(5, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0', 'close(5) = 0');
    bench.after(2 * DELAY);
    expect(other.error).toBe('ECONNRESET');
  });

  test('a lingering close() blocks until the FIN is acknowledged', () => {
    const bench = new Bench().listen();
    bench.accept();
    bench.calls('setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=30}, 8) = 0', 'write(4, ..., 9) = 9');
    const pending = bench.begin('close(4) = 0');
    expect(pending.poll()).toBe(null);
    bench.after(2 * DELAY + 50);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('... or the time is over', () => {
    const bench = new Bench().listen();
    bench.accept();
    bench.net.link.cut();
    bench.calls('setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=3}, 8) = 0', 'write(4, ..., 9) = 9');
    const pending = bench.begin('close(4) = 0');
    expect(pending.poll()).toBe(null);
    bench.after(2999);
    expect(pending.poll()).toBe(null);
    bench.after(1);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('close() of a listener resets what nobody accepted', () => {
    const bench = new Bench().listen();
    const peer = bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench
      .after(5 * DELAY)
      .calls('close(3) = 0')
      .after(2 * DELAY);
    expect(peer.error).toBe('ECONNRESET');
  });
});

describe('what code blocks ask', () => {
  test('fields of tcp_info, of the connection made last, accepted or not', () => {
    const bench = new Bench().listen();
    const { process } = bench;
    expect(process.tcpInfo('tcpi_state')).toBe(7);
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY);
    expect(process.tcpInfo('tcpi_state')).toBe(1);
    expect(process.tcpInfo('TCP_ESTABLISHED')).toBe(1);
    expect(process.tcpInfo('TCPI_OPT_SACK')).toBe(2);
    expect(process.tcpInfo('tcpi_options')! & 7).toBe(7);
    expect(process.tcpInfo('tcpi_snd_cwnd')).toBe(10);
    expect(process.tcpInfo('tcpi_rtt')).toBe(2000 * DELAY);
    expect(process.tcpInfo('tcpi_no_such_field')).toBe(undefined);
    bench.calls('accept(3, ..., ...) = 4', 'write(4, ..., 100) = 100');
    bench.calls(
      'getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_state=TCP_ESTABLISHED, tcpi_snd_cwnd=10}, [104]) = 0',
    );
    expect(bench.call('getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_state=TCP_CLOSE}, [104]) = 0')).toBe(
      'getsockopt: tcpi_state is 1, not 7',
    );
  });

  test('a connection that nobody has accepted yet is asked if it is the newer one', () => {
    const bench = new Bench().listen();
    bench.accept().shutdown();
    bench.after(2 * DELAY);
    expect(bench.process.tcpInfo('tcpi_state')).toBe(bench.process.tcpInfo('TCP_CLOSE_WAIT'));
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY);
    expect(bench.process.tcpInfo('tcpi_state')).toBe(bench.process.tcpInfo('TCP_ESTABLISHED'));
  });

  test('FreeBSD numbers its states otherwise', () => {
    const bench = new Bench({ profile: 'freebsd' }).listen();
    bench.accept();
    expect(bench.process.tcpInfo('tcpi_state')).toBe(bench.process.tcpInfo('TCPS_ESTABLISHED'));
    expect(bench.process.tcpInfo('tcpi_state')).toBe(4);
  });

  test('how many sockets are in each state', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    const count = (): object => Object.fromEntries([...bench.process.stateCounts()].filter(([, n]) => n > 0));
    expect(count()).toEqual({ LISTEN: 1, ESTABLISHED: 1 });
    peer.shutdown();
    bench.after(2 * DELAY).calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 5');
    expect(count()).toEqual({ LISTEN: 1, 'CLOSE-WAIT': 1, CLOSED: 1 });
  });
});

describe('sysctls in the middle of a script', () => {
  test('a listener sees them, as Linux reads them when a SYN comes', () => {
    const bench = new Bench().listen();
    expect(bench.settings.shell('sysctl -q net.ipv4.tcp_sack=0')).toBe(null);
    const peer = bench.accept();
    expect(peer.info().sack).toBe(false);
  });

  test('a buffer is what it was when the socket was made', () => {
    const bench = new Bench().calls(SOCKET);
    bench.buffer('sendBuffer', 1000);
    bench.peerListens();
    bench.calls(NON_BLOCKING, 'connect(3, ..., ...) = -1 EINPROGRESS');
    bench.after(2 * DELAY).calls('write(3, ..., 5000) = 5000');
  });

  test('what the program chose stays', () => {
    const bench = new Bench().listen();
    bench.calls('setsockopt(3, SOL_TCP, TCP_KEEPIDLE, [7], 4) = 0');
    bench.settings.shell('sysctl -q net.ipv4.tcp_keepalive_time=30 net.ipv4.tcp_keepalive_intvl=9');
    bench.calls('getsockopt(3, SOL_TCP, TCP_KEEPIDLE, [7], [4]) = 0');
    bench.calls('getsockopt(3, SOL_TCP, TCP_KEEPINTVL, [9], [4]) = 0');
  });
});
