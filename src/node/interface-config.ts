// The kernel's side of a device: its addresses, MTU and up-state, set by ioctl (netdevice(7)), so that no `ip`
// program is needed. What is already as wanted is left alone, which lets an unprivileged user open a device
// that an administrator has prepared.

import { closeSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { Address, Prefix } from '../wire/address.ts';
import { TunError } from './errors.ts';
import { type Libc, loadLibc } from './libc.ts';

export const NAME_MAX = 15;

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const SIOCGIFMTU = 0x8921;
const SIOCSIFMTU = 0x8922;
const SIOCGIFINDEX = 0x8933;
const SIOCGIFTXQLEN = 0x8942;

const IFF_UP = 1;
const IFA_F_TENTATIVE = 0x40;

/**
 * Packets that may wait to be read, at least. What comes to a full queue is lost: the 500 that a TUN device has by
 * itself are less than the windows of 64 streams, which lost 2,000 super-segments a second so (bench P3). It costs
 * the kernel 80 KB; what waits is bounded by the windows.
 */
const QUEUE_LENGTH = 10_000;

/** How long the kernel may take to make an IPv6 address usable, milliseconds; it takes about one. */
const SETTLING = 1000;

/** rtnetlink(7): struct nlmsghdr, struct ifinfomsg, and one attribute of four bytes. */
const RTM_SETLINK = 19;
const NLM_F_REQUEST = 1;
const IFLA_TXQLEN = 13;
const SETLINK_LENGTH = 16 + 16 + 8;

/** struct ifreq: the name, then a union of 24 bytes. */
const IFREQ_LENGTH = 40;
const IFREQ_VALUE = 16;

export interface InterfaceSettings {
  /** Bytes. */
  readonly mtu: number;
  readonly addresses: readonly Prefix[];
}

/** Give the interface these addresses and this MTU, and bring it up. Throws TunError. */
export function configureInterface(libc: Libc, name: string, settings: InterfaceSettings): void {
  const missing = settings.addresses.filter((prefix) => !hasAddress(name, prefix));
  withSocket(libc, AF_INET, (fd) => {
    const request = new Request(libc, fd, name);
    request.call(SIOCGIFMTU, 'read the MTU');
    if (request.view.getInt32(IFREQ_VALUE, true) !== settings.mtu) {
      request.view.setInt32(IFREQ_VALUE, settings.mtu, true);
      request.call(SIOCSIFMTU, `set the MTU to ${settings.mtu}`);
    }
    lengthenQueue(libc, request);
    addIpv4(libc, fd, name, missing.filter(isIpv4), settings.addresses.filter(isIpv4).length);
  });
  addIpv6(
    libc,
    name,
    missing.filter((prefix) => !isIpv4(prefix)),
  );
  raise(libc, name);
  awaitUsable(
    name,
    settings.addresses.filter((prefix) => !isIpv4(prefix)),
  );
}

/** Bring up `lo`, which a new network namespace has, but down. Throws TunError. */
export function raiseLoopback(libc: Libc = loadLibc()): void {
  raise(libc, 'lo');
}

function raise(libc: Libc, name: string): void {
  withSocket(libc, AF_INET, (fd) => {
    const request = new Request(libc, fd, name);
    request.call(SIOCGIFFLAGS, 'read the flags');
    const flags = request.view.getInt16(IFREQ_VALUE, true);
    if (flags & IFF_UP) return;
    request.view.setInt16(IFREQ_VALUE, flags | IFF_UP, true);
    request.call(SIOCSIFFLAGS, 'bring it up');
  });
}

/**
 * A longer one is left alone, and an unprivileged user of a prepared device goes on with what it has. By netlink: the
 * ioctl would ask for privilege over the machine, not over its namespace.
 */
function lengthenQueue(libc: Libc, request: Request): void {
  request.call(SIOCGIFTXQLEN, 'read the length of the queue');
  if (request.view.getInt32(IFREQ_VALUE, true) >= QUEUE_LENGTH) return;
  request.call(SIOCGIFINDEX, 'read the index');
  const message = new DataView(new ArrayBuffer(SETLINK_LENGTH));
  message.setUint32(0, SETLINK_LENGTH, true);
  message.setUint16(4, RTM_SETLINK, true);
  message.setUint16(6, NLM_F_REQUEST, true);
  message.setInt32(20, request.view.getInt32(IFREQ_VALUE, true), true);
  message.setUint16(32, 8, true);
  message.setUint16(34, IFLA_TXQLEN, true);
  message.setUint32(36, QUEUE_LENGTH, true);
  const fd = libc.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const bytes = new Uint8Array(message.buffer);
  libc.write(fd, libc.addressOf(bytes), bytes.length);
  closeSync(fd);
}

/** An interface has one IPv4 address by this interface; further ones are those of its aliases `name:1`... */
function addIpv4(libc: Libc, fd: number, name: string, missing: readonly Prefix[], wanted: number): void {
  const taken = wanted - missing.length;
  for (const [i, prefix] of missing.entries()) {
    const place = taken + i;
    const label = place === 0 ? name : `${name}:${place}`;
    if (label.length > NAME_MAX) {
      throw new TunError(
        'EINVAL',
        `cannot add ${prefix} to ${name}: the name is too long for several addresses`,
      );
    }
    const request = new Request(libc, fd, label);
    request.view.setUint16(IFREQ_VALUE, AF_INET, true);
    prefix.address.writeTo(request.bytes, IFREQ_VALUE + 4);
    request.call(SIOCSIFADDR, `set the address ${prefix}`);
    request.view.setUint32(IFREQ_VALUE + 4, prefix.length === 0 ? 0 : -1 << (32 - prefix.length));
    request.call(SIOCSIFNETMASK, `set the netmask of ${prefix}`);
  }
}

function addIpv6(libc: Libc, name: string, missing: readonly Prefix[]): void {
  if (missing.length === 0) return;
  withSocket(libc, AF_INET6, (fd) => {
    const query = new Request(libc, fd, name);
    query.call(SIOCGIFINDEX, 'read the index');
    const index = query.view.getInt32(IFREQ_VALUE, true);
    for (const prefix of missing) {
      // struct in6_ifreq: the address, the length of the prefix, the index.
      const bytes = new Uint8Array(24);
      prefix.address.writeTo(bytes, 0);
      const view = new DataView(bytes.buffer);
      view.setUint32(16, prefix.length, true);
      view.setInt32(20, index, true);
      if (libc.ioctl(fd, SIOCSIFADDR, bytes) < 0) throw failure(libc, name, `set the address ${prefix}`);
    }
  });
}

/**
 * An IPv6 address is tentative (RFC 4862 §2) until the kernel's own worker has been there, even on a device that
 * has nobody to ask. Until then the kernel would choose another source address for its connections.
 */
function awaitUsable(name: string, prefixes: readonly Prefix[]): void {
  if (prefixes.length === 0) return;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < SETTLING; waited++) {
    const tentative = tentativeAddresses(name);
    if (!prefixes.some(({ address }) => tentative.has(address.toString()))) return;
    Atomics.wait(clock, 0, 0, 1);
  }
  throw new TunError('ETIMEDOUT', `cannot set up ${name}: its IPv6 addresses stay tentative`);
}

/** From /proc/net/if_inet6: address, index, prefix length, scope, flags, name; numbers in hexadecimal. */
function tentativeAddresses(name: string): Set<string> {
  const lines = readFileSync('/proc/net/if_inet6', 'utf8').split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/)).filter((field) => field[5] === name);
  const tentative = fields.filter((field) => Number.parseInt(field[4]!, 16) & IFA_F_TENTATIVE);
  return new Set(tentative.map((field) => Address.read(Buffer.from(field[0]!, 'hex'), 0, 6).toString()));
}

/** One struct ifreq about one interface, reused for the calls about it. */
class Request {
  readonly bytes = new Uint8Array(IFREQ_LENGTH);
  readonly view = new DataView(this.bytes.buffer);
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #name: string;

  constructor(libc: Libc, fd: number, name: string) {
    this.#libc = libc;
    this.#fd = fd;
    this.#name = name;
    new TextEncoder().encodeInto(name, this.bytes.subarray(0, NAME_MAX));
  }

  call(request: number, purpose: string): void {
    if (this.#libc.ioctl(this.#fd, request, this.bytes) < 0) throw failure(this.#libc, this.#name, purpose);
  }
}

function withSocket(libc: Libc, domain: number, use: (fd: number) => void): void {
  const fd = libc.socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const code = libc.lastError();
    throw new TunError(code, `cannot open an IPv${domain === AF_INET ? 4 : 6} socket: ${code}`);
  }
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}

function failure(libc: Libc, name: string, purpose: string): TunError {
  const code = libc.lastError();
  const why = code === 'EPERM' || code === 'EACCES' ? `permission denied (${code})` : code;
  return new TunError(code, `cannot set up ${name}: cannot ${purpose}: ${why}`);
}

function hasAddress(name: string, wanted: Prefix): boolean {
  const present = networkInterfaces()[name] ?? [];
  return present.some(({ cidr }) => {
    const prefix = cidr === null ? null : Prefix.parse(cidr);
    return prefix?.length === wanted.length && prefix.address.equals(wanted.address);
  });
}

function isIpv4(prefix: Prefix): boolean {
  return prefix.address.family === 4;
}
