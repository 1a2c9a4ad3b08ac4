// The numbers behind a script's words, as the headers of Linux (x86-64) and FreeBSD have them. What both share,
// POSIX names included, stands in COMMON; a system's own table goes before it.

import { FREEBSD } from './constants-freebsd.ts';
import { LINUX } from './constants-linux.ts';
import type { RunOptions } from './result.ts';

export type Constants = Readonly<Record<string, number>>;

const COMMON: Constants = {
  AF_UNSPEC: 0,
  AF_INET: 2,
  PF_INET: 2,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  IPPROTO_IP: 0,
  IPPROTO_ICMP: 1,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
  INADDR_ANY: 0,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  MSG_OOB: 0x1,
  MSG_PEEK: 0x2,
  MSG_DONTROUTE: 0x4,
  POLLIN: 0x1,
  POLLPRI: 0x2,
  POLLOUT: 0x4,
  POLLERR: 0x8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EINVAL: 22,
  EPIPE: 32,
};

const OF_PROFILE: Readonly<Record<RunOptions['profile'], Constants>> = {
  linux: { ...COMMON, ...LINUX },
  freebsd: { ...COMMON, ...FREEBSD },
};

export function constantsOf(profile: RunOptions['profile']): Constants {
  return OF_PROFILE[profile];
}
