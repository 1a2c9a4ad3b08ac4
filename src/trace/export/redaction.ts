// A capture without its secrets: text becomes zeros of the same length, addresses are mapped. What is left is what
// TCP needs: ports, numbers, flags, windows, times, and the options that are no one's secret.

import { SipHash } from '../../lib/siphash.ts';
import { Address } from '../../wire/address.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../wire/checksum.ts';
import { PROTOCOL_TCP, writeWord } from '../../wire/ip.ts';
import type { KeptConnection, KeptPacket } from '../reader/kept.ts';
import type { CapturedConnection } from '../reader/summary.ts';

/** Mapped addresses that are remembered; more are mapped anew. */
const REMEMBERED = 100_000;
/** The first octet says what kind of address it is, and stays. */
const KEPT_BITS = 8;
const ENDPOINT = /^(.*):(\d+)$/;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_CHECKSUM = 16;
const MAX_LENGTH = 0xffff;

/** Kinds of TCP options that stay as they are: EOL, NOP, MSS, scale, SACK, timestamps, user timeout, AccECN. */
const HARMLESS_OPTIONS: ReadonlySet<number> = new Set([2, 3, 4, 5, 8, 28, 172, 174]);
const NOP = 1;

/**
 * Maps addresses, consistently for one key: two that share their first n bits share n bits afterwards, too, and no
 * more (as Crypto-PAn does, Xu et al. 2002; here with SipHash). Ports stay: they say what service it was.
 */
export class Redaction {
  private readonly hash: SipHash;
  private readonly known = new Map<string, Address>();
  private readonly words = new Int32Array(5);

  /** `key`: 16 bytes; who has them can undo the mapping. @throws RangeError if it has another length */
  constructor(key: Uint8Array) {
    this.hash = new SipHash(key);
  }

  address(address: Address): Address {
    const name = address.toString();
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= REMEMBERED) this.known.clear();
    const mapped = this.map(address);
    this.known.set(name, mapped);
    return mapped;
  }

  /** `10.0.0.1:80`, `[::1]:80`. */
  endpoint(text: string): string {
    const [, host = '', port = ''] = ENDPOINT.exec(text) ?? [];
    const address = Address.parse(host.replace(/^\[(.*)\]$/, '$1'));
    if (address === null) return '';
    const mapped = this.address(address).toString();
    return host.startsWith('[') ? `[${mapped}]:${port}` : `${mapped}:${port}`;
  }

  summary(summary: CapturedConnection): CapturedConnection {
    const { client, server } = summary;
    return {
      ...summary,
      client: { ...client, endpoint: this.endpoint(client.endpoint) },
      server: { ...server, endpoint: this.endpoint(server.endpoint) },
    };
  }

  packet(packet: KeptPacket): KeptPacket {
    const { segment } = packet;
    const header = packet.bytes[0]! >> 4 === 4 ? IPV4_HEADER : IPV6_HEADER;
    const tcp = headerOf(packet);
    // Zeros add nothing to a checksum: what the capture cut stays cut.
    const captured = Math.min(packet.bytes.length - packet.textStart, segment.length);
    const bytes = new Uint8Array(header + tcp.length + captured);
    const wireLength = header + tcp.length + segment.length;
    bytes.set(packet.bytes.subarray(0, header));
    bytes.set(tcp, header);
    if (header === IPV4_HEADER) this.sealIpv4(bytes, wireLength);
    else this.sealIpv6(bytes, wireLength);
    sealTcp(bytes, header, wireLength - header);
    return {
      ...packet,
      bytes,
      tcpStart: header,
      textStart: header + tcp.length,
      wireLength,
      segment: {
        ...segment,
        source: this.endpoint(segment.source),
        destination: this.endpoint(segment.destination),
      },
    };
  }

  connection(kept: KeptConnection): KeptConnection {
    return {
      ...kept,
      summary: this.summary(kept.summary),
      packets: kept.packets.map((packet) => this.packet(packet)),
    };
  }

  /** Each bit is flipped or not by a keyed hash of those before it. */
  private map({ family, a, b, c, d }: Address): Address {
    const from = [a, b, c, d];
    const to = [a, b, c, d];
    const { hash, words } = this;
    const first = family === 4 ? 96 : 0;
    for (let bit = first + KEPT_BITS; bit < 128; bit++) {
      words[0] = (family << 8) | bit;
      for (let i = 0; i < 4; i++) words[i + 1] = prefixOf(from[i]!, bit - 32 * i);
      if ((hash.hashWords(words, 5) & 1) !== 0) to[bit >> 5] = to[bit >> 5]! ^ (1 << (31 - (bit & 31)));
    }
    return new Address(family, to[0]!, to[1]!, to[2]!, to[3]!);
  }

  /** Without options: those of IP may list addresses. */
  private sealIpv4(bytes: Uint8Array, length: number): void {
    bytes[0] = 0x45;
    setHalf(bytes, 2, length > MAX_LENGTH ? 0 : length);
    bytes[6] = bytes[6]! & 0x40;
    bytes[7] = 0;
    bytes[9] = PROTOCOL_TCP;
    for (const at of [12, 16]) writeWord(bytes, at, this.address(Address.read(bytes, at, 4)).d);
    setHalf(bytes, 10, 0);
    setHalf(bytes, 10, foldChecksum(sumBytes(bytes, 0, IPV4_HEADER)));
  }

  /** Without extension headers, for the same reason, and without a flow label. */
  private sealIpv6(bytes: Uint8Array, length: number): void {
    bytes[1] = bytes[1]! & 0xf0;
    setHalf(bytes, 2, 0);
    const payload = length - IPV6_HEADER;
    setHalf(bytes, 4, payload > MAX_LENGTH ? 0 : payload);
    bytes[6] = PROTOCOL_TCP;
    for (const at of [8, 24]) {
      const { a, b, c, d } = this.address(Address.read(bytes, at, 6));
      for (const [i, word] of [a, b, c, d].entries()) writeWord(bytes, at + 4 * i, word);
    }
  }
}

/** The first `bits` of a word; fewer than one: none. */
function prefixOf(word: number, bits: number): number {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : word & (-1 << (32 - bits));
}

/** The TCP header as far as it was captured, in whole words. */
function headerOf({ bytes, tcpStart, textStart }: KeptPacket): Uint8Array {
  const length = (textStart - tcpStart) & ~3;
  const header = bytes.slice(tcpStart, tcpStart + length);
  header[12] = (header[12]! & 0x0f) | ((length / 4) << 4);
  redactOptions(header);
  return header;
}

/** Values of options that may be secret become zeros; what can't be read becomes padding. */
function redactOptions(header: Uint8Array): void {
  for (let at = 20; at < header.length; ) {
    const kind = header[at]!;
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = header[at + 1] ?? 0;
    if (kind === 0 || length < 2 || at + length > header.length) {
      header.fill(0, at);
      return;
    }
    if (!HARMLESS_OPTIONS.has(kind)) header.fill(0, at + 2, at + length);
    at += length;
  }
}

function sealTcp(bytes: Uint8Array, start: number, length: number): void {
  setHalf(bytes, start + TCP_CHECKSUM, 0);
  const pseudo = pseudoHeaderSumOf(bytes, 0, PROTOCOL_TCP, length);
  setHalf(bytes, start + TCP_CHECKSUM, foldChecksum(sumBytes(bytes, start, bytes.length, pseudo)));
}

function setHalf(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
