// A Linux TUN device as a link: each read and each write of its file descriptor is one IP packet, or one
// super-segment of up to 64 KiB with the work that is left to do on it described in a vnet header in front.

import { closeSync, constants, openSync } from 'node:fs';
import type { Link, LinkReceiver } from '../host/link.ts';
import { checkOptions, invalidType } from '../lib/check.ts';
import { Prefix } from '../wire/address.ts';
import { Packet } from '../wire/packet.ts';
import { TunError } from './errors.ts';
import { configureInterface, NAME_MAX } from './interface-config.ts';
import { type Libc, loadLibc, type Watch } from './libc.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { readVnetHeader, VNET_HEADER_LENGTH, writeVnetHeader } from './vnet-header.ts';

export { TunError } from './errors.ts';

const DEVICE = '/dev/net/tun';

const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const TUNSETVNETHDRSZ = 0x400454d8;

const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;

const TUN_F_CSUM_TSO4_TSO6 = 0x07;

/** The largest total length of an IPv4 packet; IPv6 could be longer by its header. */
const LARGEST_PACKET = 65_535;
const MIN_MTU_IPV4 = 68; // RFC 791 §3.2
const MIN_MTU_IPV6 = 1280; // RFC 8200 §5

/** After so much, whichever comes first, timers and other descriptors of the event loop get their turn. */
const PACKETS_PER_WAKE = 64;
const BYTES_PER_WAKE = 1 << 20;

/** How long to wait before a full device is tried again, milliseconds. */
const RETRY = 1;

/** What a device is to be. */
export interface TunOptions {
  /** 1 to 15 visible ASCII characters without `/`, `:` and `%`. */
  readonly name: string;
  /** The addresses of the kernel's side: `10.77.0.1/24`, `fd77::1/64`. */
  readonly addresses: readonly (Prefix | string)[];
  /** Bytes; 1500 unless told otherwise. */
  readonly mtu?: number;
  /** Super-segments and checksum offload; true unless told otherwise. */
  readonly vnet?: boolean;
}

const TUN_OPTIONS: Readonly<Record<keyof TunOptions, true>> = {
  name: true,
  addresses: true,
  mtu: true,
  vnet: true,
};

/**
 * Make a TUN device, or open one that was made beforehand (`ip tuntap add`), give its kernel side the
 * addresses, and bring it up. It goes away when it is closed, unless it was made beforehand.
 *
 * Throws TunError: 'EINVAL' for a bad name or MTU, 'EPERM' without CAP_NET_ADMIN, 'EACCES' if this user may not
 * open /dev/net/tun at all, 'EBUSY' if another program has it open, 'ENOENT' where the system has no TUN driver,
 * 'ERR_UNSUPPORTED_PLATFORM', 'ERR_KOFFI_MISSING'.
 * Throws TypeError, with a code, for an unknown option and a text that is no address.
 */
export function openTun(options: TunOptions, libc: Libc = loadLibc()): TunDevice {
  checkOptions('openTun', options, TUN_OPTIONS);
  const { name, mtu = 1500, vnet = true } = options;
  const addresses = Prefix.all(options.addresses, 'addresses');
  checkName(name);
  checkMtu(mtu, addresses);
  const fd = openDevice(name);
  try {
    claim(libc, fd, name, vnet);
    const offload = vnet && libc.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM_TSO4_TSO6) === 0;
    configureInterface(libc, name, { mtu, addresses });
    return new TunDevice(libc, fd, { name, mtu, vnet, offload });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A Linux TUN device as a link; it has come from `openTun`. */
export class TunDevice implements Link {
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly checksumOffload: boolean;
  readonly headroom: number;
  /** Packets given to `transmit` that were lost: refused by the kernel as malformed, or after the device closed. */
  dropped = 0;

  readonly #libc: Libc;
  readonly #fd: number;
  readonly #received = new Packet();
  readonly #buffer: ReceiveBuffer;
  #receiver: LinkReceiver | null = null;
  #watch: Watch | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  /** The caller's buffer of the last write and where it lies: callers use one buffer for most packets. */
  #written: Uint8Array | null = null;
  #writtenAt = 0;

  /** Takes over `fd`. @internal */
  constructor(
    libc: Libc,
    fd: number,
    device: { name: string; mtu: number; vnet: boolean; offload: boolean },
  ) {
    this.#libc = libc;
    this.#fd = fd;
    this.#buffer = new ReceiveBuffer(libc);
    this.name = device.name;
    this.mtu = device.mtu;
    this.headroom = device.vnet ? VNET_HEADER_LENGTH : 0;
    this.checksumOffload = device.offload;
    this.superSegment = device.offload ? LARGEST_PACKET : device.mtu;
  }

  /** It was closed, or is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  attach(receiver: LinkReceiver): void {
    if (this.#receiver) throw new TunError('EBUSY', `${this.name} is attached to a host already`);
    if (this.#closed) throw new TunError('EBADF', `${this.name} is closed`);
    this.#receiver = receiver;
    this.#watch = this.#libc.watch(this.#fd, () => this.#readable());
  }

  transmit(packet: Packet): boolean {
    const start = packet.start - this.headroom;
    if (start < 0 || packet.end > packet.bytes.length || packet.end <= packet.start) {
      throw new TunError('EINVAL', `a packet for ${this.name} needs ${this.headroom} bytes in front of it`);
    }
    if (this.#retry) return false;
    if (this.#closed || (this.headroom > 0 && !writeVnetHeader(packet))) {
      this.dropped++;
      return true;
    }
    if (packet.bytes !== this.#written) {
      this.#written = packet.bytes;
      this.#writtenAt = this.#libc.addressOf(packet.bytes);
    }
    if (this.#libc.write(this.#fd, this.#writtenAt + start, packet.end - start) >= 0) return true;
    return this.#notWritten(this.#libc.lastError());
  }

  /** Let go of the device; without a word to the receiver. Closing again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.close();
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#written = null;
    closeSync(this.#fd);
  }

  /** Keep the process alive while the device is open and attached (as it is from the start). */
  ref(): void {
    this.#watch?.ref();
  }

  /** Let the process end although the device is open. */
  unref(): void {
    this.#watch?.unref();
  }

  #notWritten(code: string): boolean {
    switch (code) {
      case 'EAGAIN':
      case 'ENOBUFS':
      case 'ENOMEM':
      case 'EINTR':
        this.#retry = setTimeout(() => {
          this.#retry = null;
          this.#receiver?.writable();
        }, RETRY);
        return false;
      // The device is down (EIO), or its descriptor has lost it.
      case 'EIO':
      case 'EBADFD':
      case 'EBADF':
      case 'ENODEV':
        this.dropped++;
        this.close();
        // Not from inside the receiver's own call of `transmit`.
        setImmediate(() => this.#receiver?.down(gone(this.name, code)));
        return true;
      default:
        this.dropped++;
        return true;
    }
  }

  /** The descriptor stays readable while there is more, so leaving early is enough to be called again. */
  #readable(): void {
    const receiver = this.#receiver!;
    let bytes = 0;
    let failed = '';
    for (let packets = 0; packets < PACKETS_PER_WAKE && bytes < BYTES_PER_WAKE && !this.#closed; packets++) {
      const length = this.#buffer.read(this.#fd);
      if (length < 0) {
        failed = this.#libc.lastError();
        break;
      }
      bytes += length;
      this.#deliver(receiver, length);
    }
    if (bytes > 0) receiver.flush();
    if (failed === '' || failed === 'EAGAIN' || failed === 'EINTR' || this.#closed) return;
    this.close();
    receiver.down(gone(this.name, failed));
  }

  #deliver(receiver: LinkReceiver, length: number): void {
    if (length <= this.headroom) return;
    const packet = this.#received;
    packet.checksum = 'full';
    packet.segmentSize = 0;
    if (this.headroom > 0) readVnetHeader(this.#buffer.bytes, this.#buffer.at, packet);
    this.#buffer.give(packet, this.headroom, length);
    receiver.receive(packet);
  }
}

function checkName(name: unknown): void {
  if (typeof name !== 'string') throw invalidType('name', 'a string', name);
  if (/^[!-~]+$/.test(name) && name.length <= NAME_MAX && !/[/:%]/.test(name) && !/^\.\.?$/.test(name))
    return;
  throw new TunError(
    'EINVAL',
    `${JSON.stringify(name)} cannot name a TUN device: 1 to ${NAME_MAX} visible ASCII characters but / : %`,
  );
}

function checkMtu(mtu: number, addresses: readonly Prefix[]): void {
  const least = addresses.some(({ address }) => address.family === 6) ? MIN_MTU_IPV6 : MIN_MTU_IPV4;
  if (Number.isInteger(mtu) && mtu >= least && mtu <= LARGEST_PACKET) return;
  throw new TunError('EINVAL', `an MTU must be ${least} to ${LARGEST_PACKET} bytes, not ${mtu}`);
}

function openDevice(name: string): number {
  try {
    return openSync(DEVICE, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw refusal(name, code);
    const why = `${DEVICE} is not readable and writable for this user (${code})`;
    throw new TunError(code, `cannot open TUN ${name}: ${why}`);
  }
}

/** Bind the descriptor to the device `name`, which is made if need be. */
function claim(libc: Libc, fd: number, name: string, vnet: boolean): void {
  // struct ifreq: the name, then the flags.
  const request = new Uint8Array(40);
  new TextEncoder().encodeInto(name, request);
  new DataView(request.buffer).setUint16(16, IFF_TUN | IFF_NO_PI | (vnet ? IFF_VNET_HDR : 0), true);
  if (libc.ioctl(fd, TUNSETIFF, request) < 0) throw refusal(name, libc.lastError());
  if (vnet && libc.ioctl(fd, TUNSETVNETHDRSZ, Uint8Array.of(VNET_HEADER_LENGTH, 0, 0, 0)) < 0) {
    throw refusal(name, libc.lastError());
  }
}

function refusal(name: string, code: string): TunError {
  return new TunError(code, `cannot open TUN ${name}: ${inWords(code)}`);
}

function inWords(code: string): string {
  switch (code) {
    case 'EPERM':
    case 'EACCES':
      return 'permission denied (needs CAP_NET_ADMIN)';
    case 'EBUSY':
      return 'another program has it open';
    case 'EINVAL':
      return 'there is an interface of this name that is not such a TUN device';
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return `this system has no ${DEVICE} (${code})`;
    default:
      return code;
  }
}

function gone(name: string, code: string): TunError {
  return new TunError(code, `TUN ${name} is gone: it was deleted or taken down (${code})`);
}
