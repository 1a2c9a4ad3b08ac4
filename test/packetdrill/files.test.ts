import { describe, expect, test } from 'vitest';
import { Epoll } from '../../src/packetdrill/epoll.ts';
import { FileTable } from '../../src/packetdrill/files.ts';
import { SocketFile } from '../../src/packetdrill/sockets.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Bench } from '../support/program-bench.ts';

const SOCKET = 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';

describe('descriptors', () => {
  test('a number stands for one file until it is closed', () => {
    const table = new FileTable();
    const [one, other] = [new Epoll(), new Epoll()];
    expect([table.add(3, one), table.add(3, other), table.get(3) === one]).toEqual([true, false, true]);
    expect([table.remove(3) === one, table.remove(3), table.get(3)]).toEqual([true, null, null]);
    expect(table.add(3, other)).toBe(true);
  });

  test('an epoll set forgets a file that is closed', () => {
    const { settings } = new Bench();
    const table = new FileTable();
    const epoll = new Epoll();
    const file = new SocketFile(settings, 2, false);
    table.add(3, file);
    table.add(4, epoll);
    epoll.interests.set(file, { events: 1, data: 3, seen: -1, disarmed: false });
    table.remove(3);
    expect(epoll.interests.size).toBe(0);
  });
});

describe('fcntl() and ioctl()', () => {
  test('O_NONBLOCK comes and goes', () => {
    const bench = new Bench().calls(SOCKET, 'fcntl(3, F_GETFL) = 2');
    bench.calls('fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0', 'fcntl(3, F_GETFL) = 0x802');
    bench.calls('fcntl(3, F_SETFL, O_RDWR) = 0', 'fcntl(3, F_GETFL) = 2');
    bench.calls('ioctl(3, FIONBIO, [1]) = 0', 'fcntl(3, F_GETFL) = 0x802');
  });

  test('FreeBSD’s O_NONBLOCK is another bit', () => {
    const bench = new Bench({ profile: 'freebsd' }).calls(
      'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3',
    );
    bench.calls('fcntl(3, F_GETFL) = 6');
  });

  test('what is no descriptor: EBADF', () => {
    new Bench().calls('fcntl(3, F_GETFL) = -1 EBADF', 'ioctl(3, SIOCINQ, [0]) = -1 EBADF');
  });

  test('other commands have no mapping', () => {
    const bench = new Bench().calls(SOCKET);
    expect(() => bench.begin('fcntl(3, F_DUPFD, 5) = 5')).toThrow(UnsupportedError);
    expect(() => bench.begin('ioctl(3, 0x1234, [0]) = 0')).toThrow(UnsupportedError);
    expect(() => bench.begin('fcntl(3, F_SETFL, 0x40000) = 0')).toThrow(UnsupportedError);
  });

  test('an epoll set is no socket', () => {
    new Bench().calls(
      'epoll_create(1) = 5',
      'read(5, ..., 1) = -1 ENOTSOCK',
      'close(5) = 0',
      'close(5) = -1 EBADF',
    );
  });
});
