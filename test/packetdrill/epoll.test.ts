import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Bench, DELAY } from '../support/program-bench.ts';

/** 5 watches the connection 4 for these events. */
function watching(events: string): { bench: Bench; peer: TcpSocket } {
  const bench = new Bench().listen();
  const peer = bench.accept();
  bench.calls('epoll_create(1) = 5', `epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=${events}, fd=4}) = 0`);
  return { bench, peer };
}

function arrive(bench: Bench, peer: TcpSocket): void {
  peer.send(new Uint8Array(10));
  bench.after(4 * DELAY);
}

const NOTHING = 'epoll_wait(5, ..., 1, 0) = 0';
const wait = (events: string): string => `epoll_wait(5, {events=${events}, fd=4}, 1, 0) = 1`;

describe('epoll_wait()', () => {
  test('level-triggered: as long as it is so', () => {
    const { bench, peer } = watching('EPOLLIN');
    bench.calls(NOTHING);
    arrive(bench, peer);
    bench.calls(wait('EPOLLIN'), wait('EPOLLIN'), 'read(4, ..., 10) = 10', NOTHING);
  });

  test('edge-triggered: once for each thing that happens', () => {
    const { bench, peer } = watching('EPOLLIN|EPOLLET');
    bench.calls(NOTHING);
    arrive(bench, peer);
    bench.calls(wait('EPOLLIN'), NOTHING);
    arrive(bench, peer);
    bench.calls(wait('EPOLLIN'), NOTHING);
  });

  test('edge-triggered: what was so before it was watched is told once', () => {
    const { bench } = watching('EPOLLOUT|EPOLLET');
    bench.calls(wait('EPOLLOUT'), NOTHING);
    bench.calls(
      'epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLOUT|EPOLLET, fd=4}) = 0',
      wait('EPOLLOUT'),
      NOTHING,
    );
  });

  test('once, until it is modified', () => {
    const { bench, peer } = watching('EPOLLIN|EPOLLONESHOT');
    arrive(bench, peer);
    bench.calls(wait('EPOLLIN'), NOTHING);
    bench.calls('epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLIN|EPOLLONESHOT, fd=4}) = 0', wait('EPOLLIN'));
  });

  test('EPOLLHUP and EPOLLERR come unasked', () => {
    const { bench, peer } = watching('EPOLLIN|EPOLLRDHUP');
    peer.abort();
    bench.after(2 * DELAY).calls(wait('EPOLLIN|EPOLLERR|EPOLLHUP|EPOLLRDHUP'));
  });

  test('it blocks until then, or until the time is over', () => {
    const { bench, peer } = watching('EPOLLIN');
    const first = bench.begin('epoll_wait(5, {events=EPOLLIN, fd=4}, 1, -1) = 1');
    expect(first.poll()).toBe(null);
    arrive(bench, peer);
    expect(first.poll()).toEqual({ mismatch: null });
    bench.calls('read(4, ..., 10) = 10');
    const second = bench.begin('epoll_wait(5, ..., 1, 100) = 0');
    expect(second.poll()).toBe(null);
    bench.after(100);
    expect(second.poll()).toEqual({ mismatch: null });
  });

  test('as many as there is room for, with the data of each', () => {
    const { bench, peer } = watching('EPOLLIN');
    bench.calls('epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLIN, u64=77}) = 0');
    arrive(bench, peer);
    bench.net.client.connect({ address: '10.0.0.2', port: 8080 });
    bench
      .after(5 * DELAY)
      .calls('epoll_wait(5, [{events=EPOLLIN, fd=4}, {events=EPOLLIN, u64=77}], 2, 0) = 2');
    bench.calls('epoll_wait(5, ..., 1, 0) = 1', 'epoll_wait(5, ..., 0, 0) = -1 EINVAL');
  });

  test('what differs is said', () => {
    const { bench, peer } = watching('EPOLLIN');
    arrive(bench, peer);
    expect(bench.call(wait('EPOLLIN|EPOLLOUT'))).toBe('epoll_wait: events is 0x1, not 0x5');
    expect(bench.call('epoll_wait(5, {events=EPOLLIN, fd=6}, 1, 0) = 1')).toBe(
      'epoll_wait: the event is of 4, not 6',
    );
    expect(bench.call('epoll_wait(5, ..., 1, 0) = 0')).toBe('epoll_wait returned 1, not 0');
  });

  test('a set with events is readable itself', () => {
    const { bench, peer } = watching('EPOLLIN');
    bench.calls('poll([{fd=5, events=POLLIN, revents=0}], 1, 0) = 0');
    arrive(bench, peer);
    bench.calls('poll([{fd=5, events=POLLIN, revents=POLLIN}], 1, 0) = 1');
  });
});

describe('epoll_ctl()', () => {
  test('its errors', () => {
    const { bench } = watching('EPOLLIN');
    bench.calls('epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = -1 EEXIST');
    bench.calls('epoll_ctl(5, EPOLL_CTL_DEL, 4, ...) = 0', 'epoll_ctl(5, EPOLL_CTL_DEL, 4, ...) = -1 ENOENT');
    bench.calls('epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLIN, fd=4}) = -1 ENOENT');
    bench.calls('epoll_ctl(5, EPOLL_CTL_ADD, 9, {events=EPOLLIN, fd=9}) = -1 EBADF');
    bench.calls('epoll_ctl(4, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = -1 EINVAL');
    bench.calls(
      'epoll_create(0) = -1 EINVAL',
      'epoll_create1(7) = -1 EINVAL',
      'epoll_create1(EPOLL_CLOEXEC) = 6',
    );
    expect(() => bench.call('epoll_ctl(5, EPOLL_CTL_ADD, 6, {events=EPOLLIN, fd=6}) = 0')).toThrow(
      UnsupportedError,
    );
  });

  test('a closed file is gone from the set', () => {
    const { bench, peer } = watching('EPOLLIN');
    arrive(bench, peer);
    bench.calls('close(4) = 0', NOTHING);
  });
});
