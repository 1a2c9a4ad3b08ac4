// What ping(8) does, which not every machine has: an ICMP echo request through the kernel, and its answer. Raw
// sockets need CAP_NET_RAW, which a private namespace gives.

import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Libc, loadLibc } from '../../src/node/libc.ts';
import type { Address } from '../../src/wire/address.ts';
import { echoWord, encodeIcmp, ICMP_HEADER_LENGTH, ICMP4, ICMP6 } from '../../src/wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, readWord } from '../../src/wire/ip.ts';
import { within } from './wait.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

type Connect = (fd: number, address: number, length: number) => number;

let sequence = 0;

/** Have the kernel ask `address` for an echo of `data`; what came back. */
export async function kernelPings(address: Address, data: Uint8Array): Promise<Uint8Array> {
  const libc = loadLibc();
  const isFour = address.family === 4;
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = libc.socket(isFour ? AF_INET : AF_INET6, type, isFour ? PROTOCOL_ICMP : PROTOCOL_ICMPV6);
  check(libc, fd, 'socket');
  try {
    connect(libc, fd, address);
    const word = echoWord(process.pid & 0xffff, ++sequence);
    const request = new Uint8Array(ICMP_HEADER_LENGTH + data.length);
    request.set(data, ICMP_HEADER_LENGTH);
    // Of an ICMPv6 message the kernel writes the checksum (RFC 3542 §3.1).
    encodeIcmp(request, 0, isFour ? ICMP4.ECHO : ICMP6.ECHO_REQUEST, 0, word, data.length, 0);
    check(libc, libc.write(fd, libc.addressOf(request), request.length), 'write');
    return await within(answer(libc, fd, isFour, word), `${address} answers an echo of ${data.length} bytes`);
  } finally {
    closeSync(fd);
  }
}

function connect(libc: Libc, fd: number, address: Address): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const call: Connect = koffi.load(null).func('connect', 'int', ['int', 'uintptr_t', 'uint32_t']);
  // struct sockaddr_in, sockaddr_in6: the family in host order, no port.
  const isFour = address.family === 4;
  const name = new Uint8Array(isFour ? 16 : 28);
  name[0] = isFour ? AF_INET : AF_INET6;
  address.writeTo(name, isFour ? 4 : 8);
  check(libc, call(fd, libc.addressOf(name), name.length), 'connect');
}

/** The data of the reply with this identifier and sequence number; other ICMP messages are passed over. */
async function answer(libc: Libc, fd: number, isFour: boolean, word: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(1 << 16);
  const type = isFour ? ICMP4.ECHO_REPLY : ICMP6.ECHO_REPLY;
  let wake = (): void => {};
  const watch = libc.watch(fd, () => wake());
  try {
    for (;;) {
      const length = libc.read(fd, libc.addressOf(bytes), bytes.length);
      if (length < 0) {
        const code = libc.lastError();
        if (code !== 'EAGAIN') throw new Error(`read: ${code}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      // IPv4 raw sockets hand over the IP header, too.
      const at = isFour ? (bytes[0]! & 15) << 2 : 0;
      if (bytes[at] === type && readWord(bytes, at + 4) === (word | 0)) {
        return bytes.slice(at + ICMP_HEADER_LENGTH, length);
      }
    }
  } finally {
    watch.close();
  }
}

function check(libc: Libc, result: number, call: string): void {
  if (result < 0) throw new Error(`${call}: ${libc.lastError()}`);
}
