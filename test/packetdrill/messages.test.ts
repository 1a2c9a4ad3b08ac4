import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Bench, DELAY } from '../support/program-bench.ts';

const NON_BLOCKING = 'fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0';

function connected(options: ConstructorParameters<typeof Bench>[0] = {}): { bench: Bench; peer: TcpSocket } {
  const bench = new Bench(options).listen();
  return { bench, peer: bench.accept() };
}

/** The peer sends `bytes`, and they arrive. */
function arrive(bench: Bench, peer: TcpSocket, bytes: number): void {
  peer.setNoDelay(true);
  peer.send(new Uint8Array(bytes));
  bench.after(2 * DELAY);
}

describe('receiving', () => {
  test('read() blocks for the first byte and takes what is there', () => {
    const { bench, peer } = connected();
    const pending = bench.begin('read(4, ..., 1000) = 300');
    expect(pending.poll()).toBe(null);
    arrive(bench, peer, 300);
    expect(pending.poll()).toEqual({ mismatch: null });
    bench.calls(NON_BLOCKING, 'read(4, ..., 1000) = -1 EAGAIN', 'read(4, ..., 0) = 0');
    expect(bench.call('read(4, ..., 1000) = 5')).toBe('read failed with EAGAIN, and did not return 5');
  });

  test('readv() and recvmsg() take as much as their buffers hold', () => {
    const { bench, peer } = connected();
    arrive(bench, peer, 1000);
    bench.calls('readv(4, [{..., 100}, {..., 150}], 2) = 250');
    bench.calls('recvmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 50}, {..., 100}], msg_flags=0}, 0) = 150');
    bench.calls('recv(4, ..., 100, 0) = 100', 'recvfrom(4, ..., 2000, 0, ..., ...) = 500');
  });

  test.each([
    ['readv(4, [{..., 10}, {..., 20}], 7) = 30', '7 pieces of an iovec, where 2 are written', 36],
    ['readv(4, [{..., 10}, {..., 20}], 1) = 30', '1 pieces of an iovec, where 2 are written', 36],
    ['writev(4, [{..., 10}, {..., 20}], 7) = 30', '7 pieces of an iovec, where 2 are written', 37],
    ['recvmsg(4, {msg_iov(2)=[{..., 9}]}, 0) = 9', '2 pieces of an iovec, where 1 are written', 23],
    [
      'recvmsg(4, {msg_iov(2)=[{..., 9}]}, MSG_ERRQUEUE) = -1 EAGAIN',
      '2 pieces of an iovec, where 1 are written',
      23,
    ],
    ['sendmsg(4, {msg_iov(0)=[{..., 9}]}, 0) = 9', '0 pieces of an iovec, where 1 are written', 23],
    [
      'sendmsg(4, {msg_iov=[{..., 9}], msg_iovlen=3}, 0) = 9',
      '3 pieces of an iovec, where 1 are written',
      46,
    ],
  ])('%s: %s', (call, message, column) => {
    const { bench, peer } = connected();
    arrive(bench, peer, 100);
    const failure = expect.objectContaining({ message, at: { line: 1, column } });
    expect(() => bench.begin(call)).toThrow(failure);
  });

  test('a count of the pieces that is left open', () => {
    const { bench } = connected();
    bench.calls('writev(4, [{..., 1}, {..., 2}], ...) = 3', 'sendmsg(4, {msg_iov=[{..., 9}]}, 0) = 9');
    bench.calls('sendmsg(4, {msg_iov(...)=[{..., 9}], msg_iovlen=1}, 0) = 9');
  });

  test('MSG_PEEK leaves it there', () => {
    const { bench, peer } = connected();
    arrive(bench, peer, 300);
    bench.calls('recv(4, ..., 1000, MSG_PEEK) = 300', 'recv(4, ..., 100, MSG_PEEK) = 100');
    bench.calls('recv(4, ..., 1000, 0) = 300', 'recv(4, ..., 1, MSG_PEEK|MSG_DONTWAIT) = -1 EAGAIN');
  });

  test('MSG_WAITALL waits for all of it, or the end', () => {
    const { bench, peer } = connected();
    const first = bench.begin('recv(4, ..., 500, MSG_WAITALL) = 500');
    arrive(bench, peer, 300);
    expect(first.poll()).toBe(null);
    arrive(bench, peer, 300);
    expect(first.poll()).toEqual({ mismatch: null });
    const second = bench.begin('recv(4, ..., 500, MSG_WAITALL) = 100');
    expect(second.poll()).toBe(null);
    peer.shutdown();
    bench.after(2 * DELAY);
    expect(second.poll()).toEqual({ mismatch: null });
    bench.calls('read(4, ..., 1) = 0');
  });

  test('SO_RCVLOWAT: how much a blocking read waits for', () => {
    const { bench, peer } = connected();
    bench.calls('setsockopt(4, SOL_SOCKET, SO_RCVLOWAT, [200], 4) = 0');
    arrive(bench, peer, 100);
    const pending = bench.begin('read(4, ..., 1000) = 200');
    expect(pending.poll()).toBe(null);
    arrive(bench, peer, 100);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('a message’s flags are compared', () => {
    const { bench, peer } = connected();
    arrive(bench, peer, 10);
    expect(bench.call('recvmsg(4, {msg_iov(1)=[{..., 10}], msg_flags=MSG_TRUNC}, 0) = 10')).toBe(
      'recvmsg: msg_flags is 0, not 32',
    );
  });

  test('a reset: what came before it is read, then the error is told once', () => {
    const { bench, peer } = connected();
    arrive(bench, peer, 100);
    peer.abort();
    bench.after(2 * DELAY).calls('read(4, ..., 1000) = 100', 'read(4, ..., 1000) = -1 ECONNRESET');
    bench.calls('read(4, ..., 1000) = 0', 'write(4, ..., 10) = -1 EPIPE');
  });

  test('a reset behind a FIN: Linux tells readers of the end and writers of a broken pipe', () => {
    const { bench, peer } = connected();
    peer.shutdown();
    bench.after(2 * DELAY);
    peer.abort();
    bench
      .after(2 * DELAY)
      .calls('read(4, ..., 10) = 0', 'getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0');
    bench.calls('write(4, ..., 10) = -1 EPIPE');
  });

  test('no connection: ENOTCONN', () => {
    const bench = new Bench().listen().calls('read(3, ..., 10) = -1 ENOTCONN');
    bench.calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 5', 'read(5, ..., 10) = -1 ENOTCONN');
    bench.calls('read(9, ..., 10) = -1 EBADF');
  });

  test('one read makes one window update, however many segments it takes out', () => {
    const bench = new Bench();
    bench.buffer('receiveBuffer', 20_000);
    const peer = bench.listen().accept();
    peer.send(new Uint8Array(100_000));
    bench.after(20 * DELAY);
    const unread = peer.info().counters.bytesSent;
    const before = bench.net.server.counters.packetsSent;
    bench.calls(`recv(4, ..., 100000, MSG_DONTWAIT) = ${unread}`);
    expect(unread).toBeGreaterThan(3 * 1448);
    expect(bench.net.server.counters.packetsSent - before).toBe(1);
  });
});

describe('sending', () => {
  test('each way of writing counts its bytes', () => {
    const { bench, peer } = connected();
    bench.calls('write(4, ..., 100) = 100', 'writev(4, [{..., 10}, {..., 20}], 2) = 30');
    bench.calls('send(4, ..., 5, MSG_NOSIGNAL) = 5', 'sendto(4, ..., 6, 0, ..., ...) = 6');
    bench.calls('sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 7}], msg_flags=0}, 0) = 7');
    bench.calls('write(4, ..., 0) = 0').after(1000);
    expect(peer.readable).toBe(148);
  });

  test('zeros are sent', () => {
    const { bench, peer } = connected();
    bench.calls('write(4, ..., 100) = 100').after(2 * DELAY);
    expect(peer.receive()!.every((byte) => byte === 0)).toBe(true);
  });

  test('blocking: until all of it is taken; non-blocking: what there is room for', () => {
    const bench = new Bench();
    bench.buffer('sendBuffer', 10_000);
    const peer = bench.listen().accept();
    const pending = bench.begin('write(4, ..., 25000) = 25000');
    expect(pending.poll()).toBe(null);
    for (let i = 0; i < 20; i++) {
      bench.after(DELAY);
      pending.poll();
      while (peer.receive() !== null);
    }
    expect(pending.poll()).toEqual({ mismatch: null });
    bench
      .after(100 * DELAY)
      .calls(NON_BLOCKING, 'write(4, ..., 25000) = 10000', 'write(4, ..., 1) = -1 EAGAIN');
  });

  test('the connection ends while write() blocks: what was taken counts, then the error, then EPIPE', () => {
    const bench = new Bench();
    bench.buffer('sendBuffer', 10_000);
    const peer = bench.listen().accept();
    const pending = bench.begin('write(4, ..., 25000) = 10000');
    expect(pending.poll()).toBe(null);
    peer.abort();
    bench.after(2 * DELAY);
    expect(pending.poll()).toEqual({ mismatch: null });
    bench.calls('write(4, ..., 1) = -1 ECONNRESET', 'write(4, ..., 1) = -1 EPIPE');
  });

  test('no connection: EPIPE on Linux, ENOTCONN on FreeBSD', () => {
    const socket = 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
    new Bench().calls(socket, 'write(3, ..., 10) = -1 EPIPE');
    new Bench({ profile: 'freebsd' }).calls(socket, 'write(3, ..., 10) = -1 ENOTCONN');
  });

  test.each(['send(4, ..., 10, MSG_EOR) = 10', 'recv(4, ..., 10, MSG_ERRQUEUE) = 10'])(
    'no mapping: %s',
    (text) => {
      const { bench } = connected();
      expect(() => bench.begin(text).poll()).toThrow(UnsupportedError);
    },
  );
});

describe('how a write leaves', () => {
  test('MSG_MORE holds back what fills no segment, until a send without it', () => {
    const { bench, peer } = connected();
    bench.calls('send(4, ..., 100, MSG_MORE) = 100').after(2 * DELAY);
    expect(peer.readable).toBe(0);
    bench.calls('send(4, ..., 50, 0) = 50').after(2 * DELAY);
    expect(peer.readable).toBe(150);
    expect(peer.info().counters.segmentsReceived).toBe(2);
  });

  test('TCP_CORK goes before MSG_MORE', () => {
    const { bench, peer } = connected();
    bench.calls('setsockopt(4, SOL_TCP, TCP_CORK, [1], 4) = 0', 'send(4, ..., 9, MSG_MORE) = 9');
    bench.calls('send(4, ..., 9, 0) = 9').after(2 * DELAY);
    expect(peer.readable).toBe(0);
    bench.calls('setsockopt(4, SOL_TCP, TCP_CORK, [0], 4) = 0').after(2 * DELAY);
    expect(peer.readable).toBe(18);
  });

  test('TCP_CORK of a listener holds for its connections', () => {
    const bench = new Bench().listen().calls('setsockopt(3, SOL_TCP, TCP_CORK, [1], 4) = 0');
    const peer = bench.accept();
    bench.calls('write(4, ..., 9) = 9').after(2 * DELAY);
    expect(peer.readable).toBe(0);
  });

  test('MSG_OOB marks the end of it as urgent', () => {
    const { bench, peer } = connected();
    bench.calls('send(4, ..., 10, MSG_OOB) = 10').after(2 * DELAY);
    expect(peer.urgentAhead).toBe(10);
  });
});

describe('Fast Open (RFC 7413)', () => {
  const SOCKET = 'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3';
  const SEND = 'sendto(3, ..., 100, MSG_FASTOPEN, ..., ...)';

  /** The peer offers it; a first connection asks for a cookie. */
  function asked(): Bench {
    const bench = new Bench();
    bench.net.client.listen({ port: 8080, fastOpenQueue: 5 });
    return bench.calls(SOCKET, `${SEND} = -1 EINPROGRESS`, `${SEND} = -1 EALREADY`).after(4 * DELAY);
  }

  test('without a cookie the text waits for another call', () => {
    const bench = asked()
      .calls(`${SEND} = -1 EISCONN`, 'write(3, ..., 100) = 100')
      .after(4 * DELAY);
    expect([...bench.net.client.sockets()][0]!.readable).toBe(100);
  });

  test('with one it is in the SYN', () => {
    const bench = asked()
      .calls('close(3) = 0')
      .after(4 * DELAY)
      .calls(SOCKET, `${SEND} = 100`)
      .after(DELAY);
    const [early] = [...bench.net.client.sockets()].filter(({ readable }) => readable > 0);
    expect([early!.state, early!.readable]).toEqual(['SYN-RECEIVED', 100]);
  });

  test('a call that blocks sends behind the handshake what the SYN did not take', () => {
    const bench = new Bench();
    bench.net.client.listen({ port: 8080, fastOpenQueue: 5 });
    const pending = bench.calls('socket(..., SOCK_STREAM, IPPROTO_TCP) = 3').begin(`${SEND} = 100`);
    expect(pending.poll()).toBe(null);
    bench.after(2 * DELAY);
    expect(pending.poll()).toEqual({ mismatch: null });
    bench.after(2 * DELAY);
    expect([...bench.net.client.sockets()][0]!.readable).toBe(100);
  });

  test('a client that may not: EOPNOTSUPP', () => {
    const bench = new Bench({}, 'sysctl -q net.ipv4.tcp_fastopen=0');
    bench.calls(SOCKET, `${SEND} = -1 EOPNOTSUPP`);
  });

  test.each([
    ['0x70403', [], 1],
    ['0x3', [], 0],
    ['0x3', ['setsockopt(3, SOL_TCP, TCP_FASTOPEN, [5], 4) = 0'], 1],
  ])('tcp_fastopen = %s, %j: %i connections wait early', (flags, calls, count) => {
    const bench = new Bench({}, `sysctl -q net.ipv4.tcp_fastopen=${flags}`);
    bench.calls(
      'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      ...calls,
      'bind(3, ..., ...) = 0',
      'listen(3, 5) = 0',
    );
    const open = (): void => {
      const data = new Uint8Array(7);
      bench.net.client.connect({ address: '10.0.0.2', port: 8080, fastOpen: { data } });
    };
    open();
    bench.after(5 * DELAY).calls('accept(3, ..., ...) = 4');
    open();
    bench.after(DELAY);
    expect([...bench.net.server.listeners()][0]!.waiting.acceptable).toBe(count);
    if (count === 1) {
      bench.calls('accept(3, ..., ...) = 5', 'read(5, ..., 100) = 7', 'write(5, ..., 3) = 3');
      bench.calls('poll([{fd=5, events=POLLOUT, revents=POLLOUT}], 1, 0) = 1');
    }
  });
});

describe('queues', () => {
  test('SIOCINQ, SIOCOUTQ, SIOCOUTQNSD', () => {
    const { bench, peer } = connected();
    arrive(bench, peer, 42);
    bench.calls('ioctl(4, SIOCINQ, [42]) = 0', 'ioctl(4, FIONREAD, [42]) = 0', 'ioctl(4, SIOCOUTQ, [0]) = 0');
    bench.net.link.cut();
    bench.calls('write(4, ..., 100000) = 100000', 'ioctl(4, SIOCOUTQ, [100000]) = 0');
    // Ten segments are out: the initial window.
    bench.calls('ioctl(4, SIOCOUTQNSD, [85520]) = 0');
    expect(bench.call('ioctl(4, SIOCINQ, [41]) = 0')).toBe('ioctl: the number is 42, not 41');
  });

  test('a FIN that is not acknowledged counts one', () => {
    const { bench } = connected();
    bench.calls('write(4, ..., 10) = 10', 'shutdown(4, SHUT_WR) = 0', 'ioctl(4, SIOCOUTQ, [11]) = 0');
    bench
      .calls('ioctl(4, SIOCOUTQNSD, [0]) = 0')
      .after(4 * DELAY)
      .calls('ioctl(4, SIOCOUTQ, [0]) = 0');
  });

  test('a listener has none', () => {
    new Bench().listen().calls('ioctl(3, SIOCINQ, [0]) = -1 EINVAL');
  });
});
