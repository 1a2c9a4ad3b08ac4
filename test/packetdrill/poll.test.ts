import { describe, expect, test } from 'vitest';
import { Bench, DELAY } from '../support/program-bench.ts';

const poll = (events: string, revents: string, timeout = 0, fd = 4): string =>
  `poll([{fd=${fd}, events=${events}, revents=${revents}}], 1, ${timeout}) = ${revents === '0' ? 0 : 1}`;

describe('readiness', () => {
  test('a listener is readable when a connection waits', () => {
    const bench = new Bench().listen().calls(poll('POLLIN|POLLOUT', '0', 0, 3));
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench.after(5 * DELAY).calls(poll('POLLIN|POLLOUT', 'POLLIN', 0, 3));
  });

  test('a connection: text, the end, room', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls(poll('POLLIN|POLLOUT', 'POLLOUT'));
    peer.send(new Uint8Array(1));
    bench.after(2 * DELAY).calls(poll('POLLIN|POLLOUT|POLLRDNORM', 'POLLIN|POLLOUT|POLLRDNORM'));
    bench.calls('read(4, ..., 9) = 1', poll('POLLIN', '0'));
    peer.shutdown();
    bench.after(2 * DELAY).calls(poll('POLLIN|POLLRDHUP', 'POLLIN|POLLRDHUP'), 'read(4, ..., 9) = 0');
  });

  test('a third of the buffer must be free to write', () => {
    const bench = new Bench();
    bench.buffer('sendBuffer', 9000);
    bench.listen().accept();
    bench.net.link.cut();
    bench.calls('write(4, ..., 6000) = 6000', poll('POLLOUT', 'POLLOUT'));
    bench.calls('write(4, ..., 300) = 300', poll('POLLOUT', '0'));
  });

  test('SO_RCVLOWAT: not before that much is there', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls('setsockopt(4, SOL_SOCKET, SO_RCVLOWAT, [10], 4) = 0');
    peer.send(new Uint8Array(9));
    bench.after(2 * DELAY).calls(poll('POLLIN', '0'));
    peer.send(new Uint8Array(1));
    bench.after(5 * DELAY).calls(poll('POLLIN', 'POLLIN'));
  });

  test('a connection that is being opened is ready for nothing; refused, for everything', () => {
    const bench = new Bench().calls('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 4');
    bench.calls(poll('POLLIN|POLLOUT', 'POLLOUT|POLLHUP'));
    bench.calls('connect(4, ..., ...) = -1 EINPROGRESS', poll('POLLIN|POLLOUT', '0'));
    bench
      .after(2 * DELAY)
      .calls(poll('POLLIN|POLLOUT|POLLRDHUP', 'POLLIN|POLLOUT|POLLRDHUP|POLLERR|POLLHUP'));
    bench.calls('getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0');
    bench.calls(poll('0', 'POLLHUP'));
  });

  test('both ways shut: POLLHUP', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    bench.calls('shutdown(4, SHUT_WR) = 0', poll('POLLOUT', 'POLLOUT'));
    peer.shutdown();
    bench.after(2 * DELAY).calls(poll('POLLIN', 'POLLIN|POLLHUP'));
  });

  test('what is no descriptor: POLLNVAL; below 0: looked past', () => {
    const bench = new Bench().calls(poll('POLLIN', 'POLLNVAL', 0, 9));
    bench.calls('poll([{fd=-1, events=POLLIN, revents=0}], 1, 0) = 0');
  });
});

describe('waiting', () => {
  test('until something happens', () => {
    const bench = new Bench().listen();
    const peer = bench.accept();
    const pending = bench.begin(poll('POLLIN', 'POLLIN', -1));
    expect(pending.poll()).toBe(null);
    peer.send(new Uint8Array(1));
    bench.after(DELAY);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('until the time is over, for which the clock has an alarm', () => {
    const bench = new Bench().listen();
    bench.accept();
    bench.after(1000);
    const { clock } = bench.net;
    const pending = bench.begin(poll('POLLIN', '0', 250));
    expect(pending.poll()).toBe(null);
    expect(clock.next()).toBe(clock.now() + 250);
    bench.after(249);
    expect(pending.poll()).toBe(null);
    bench.after(1);
    expect(pending.poll()).toEqual({ mismatch: null });
  });

  test('revents that differ say so', () => {
    const bench = new Bench().listen();
    bench.accept();
    expect(bench.call(poll('POLLIN|POLLOUT', 'POLLIN'))).toBe('poll: revents of 4 is 0x4, not 0x1');
    expect(bench.call('poll([{fd=4, events=POLLOUT, revents=POLLOUT}], 1, 0) = 0')).toBe(
      'poll returned 1, not 0',
    );
    bench.calls('poll([{fd=4, events=POLLOUT, revents=...}, {fd=3, events=POLLIN, revents=0}], 2, 0) = 1');
  });
});
