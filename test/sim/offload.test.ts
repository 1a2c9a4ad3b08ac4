import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeChecksum, cutSegment, headersLength } from '../../src/sim/offload.ts';
import { foldChecksum, isChecksumValid, pseudoHeaderSumOf, sumBytes } from '../../src/wire/checksum.ts';
import { type ChecksumState, Packet } from '../../src/wire/packet.ts';
import { ACK, CWR, FIN, PSH } from '../../src/wire/tcp.ts';
import { bench, packetOf } from './support.ts';

interface Shape {
  family?: 4 | 6;
  text?: number;
  segmentSize?: number;
  /** Bytes of TCP options. */
  options?: number;
  flags?: number;
  seq?: number;
  id?: number;
  protocol?: number;
}

/** A TCP packet with a partial checksum, its text 0, 1, 2 ... */
function tcpPacket(shape: Shape = {}): Packet {
  const { family = 4, text = 0, segmentSize = 0, options = 0, flags = ACK, seq = 1, id = 1 } = shape;
  const ip = family === 4 ? 20 : 40;
  const bytes = new Uint8Array(ip + 20 + options + text);
  const view = new DataView(bytes.buffer);
  bytes[0] = family === 4 ? 0x45 : 0x60;
  bytes[family === 4 ? 9 : 6] = shape.protocol ?? 6;
  if (family === 4) view.setUint16(2, bytes.length & 0xffff);
  else view.setUint16(4, (bytes.length - 40) & 0xffff);
  if (family === 4) view.setUint16(4, id);
  bytes.fill(family === 4 ? 10 : 0xfd, ip - (family === 4 ? 8 : 32), ip);
  if (family === 4) view.setUint16(10, foldChecksum(sumBytes(bytes, 0, 20)));
  view.setUint32(ip + 4, seq);
  bytes[ip + 12] = (5 + options / 4) << 4;
  bytes[ip + 13] = flags;
  view.setUint16(ip + 16, ~foldChecksum(pseudoHeaderSumOf(bytes, 0, 6, bytes.length - ip)));
  for (let n = 0; n < text; n++) bytes[ip + 20 + options + n] = n * 7;
  const packet = packetOf(bytes);
  packet.checksum = 'partial';
  packet.segmentSize = segmentSize;
  return packet;
}

/** What a receiver reads in a packet, having checked lengths and checksums. */
function read(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const four = bytes[0]! >> 4 === 4;
  const ip = four ? 20 : 40;
  expect(four ? view.getUint16(2) : view.getUint16(4) + 40).toBe(bytes.length);
  if (four) expect(isChecksumValid(bytes, 0, 20, 0)).toBe(true);
  const pseudo = pseudoHeaderSumOf(bytes, 0, 6, bytes.length - ip);
  expect(isChecksumValid(bytes, ip, bytes.length, pseudo)).toBe(true);
  const headers = ip + ((bytes[ip + 12]! >> 4) << 2);
  return {
    id: four ? view.getUint16(4) : 0,
    seq: view.getUint32(ip + 4),
    flags: bytes[ip + 13]!,
    text: [...bytes.subarray(headers)],
  };
}

describe('completing a checksum', () => {
  test.each([4, 6] as const)('makes a partial one valid (IPv%i)', (family) => {
    const packet = tcpPacket({ family, text: 333 });
    completeChecksum(packet);
    expect(packet.checksum).toBe('full');
    expect(read(packet.bytes).text).toHaveLength(333);
  });

  test('a UDP checksum that comes out as zero is sent as all ones (RFC 768)', () => {
    const bytes = new Uint8Array(28);
    bytes[0] = 0x45;
    bytes[9] = 17;
    const packet = packetOf(bytes);
    bytes.set([0xff, 0xff], 20);
    completeChecksum(packet);
    expect([...bytes.subarray(26)]).toEqual([0xff, 0xff]);
  });
});

describe('the headers that every cut segment repeats', () => {
  test('end behind the TCP options', () => {
    expect(headersLength(tcpPacket({ options: 12, text: 5 }))).toBe(52);
    expect(headersLength(tcpPacket({ family: 6, options: 40 }))).toBe(100);
  });

  test('are none where there is no whole TCP header', () => {
    expect(headersLength(tcpPacket({ protocol: 17 }))).toBe(0);
    const lying = tcpPacket();
    lying.bytes[32] = 0xf0;
    expect(headersLength(lying)).toBe(0);
    lying.bytes[32] = 0x40;
    expect(headersLength(lying)).toBe(0);
  });

  test('property: any bytes have some, within the packet, or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(0x45, 0x4f, 0x60, 0), (bytes, first) => {
        if (bytes.length > 0 && first > 0) bytes[0] = first;
        expect(headersLength(packetOf(bytes))).toBeLessThanOrEqual(bytes.length);
        completeChecksum(packetOf(bytes));
      }),
    );
  });
});

describe('cutting', () => {
  test.each([4, 6] as const)('IPv%i: the pieces are the whole, each valid by itself', (family) => {
    const whole = tcpPacket({
      family,
      text: 2500,
      segmentSize: 1000,
      options: 12,
      seq: 0xffff_fc00,
      id: 0xffff,
      flags: ACK | PSH | FIN | CWR,
    });
    const piece = new Packet();
    piece.bytes = new Uint8Array(1500);
    const pieces = [0, 1000, 2000].map((offset) => {
      cutSegment(whole, headersLength(whole), offset, piece);
      return read(piece.bytes.slice(piece.start, piece.end));
    });
    expect(pieces.map((p) => p.text.length)).toEqual([1000, 1000, 500]);
    expect(pieces.flatMap((p) => p.text)).toEqual([...whole.bytes.subarray(headersLength(whole))]);
    expect(pieces.map((p) => p.seq)).toEqual([0xffff_fc00, 0xffff_ffe8, 0x3d0]);
    expect(pieces.map((p) => p.flags)).toEqual([ACK | CWR, ACK, ACK | PSH | FIN]);
    if (family === 4) expect(pieces.map((p) => p.id)).toEqual([0xffff, 0, 1]);
  });
});

describe('super-segments on a link', () => {
  const tso = { mtu: 1500, superSegment: 65_535, checksumOffload: true };

  test('arrive whole, after the time that their segments take on the line', () => {
    const t = bench({ ...tso, rate: 8_000_000 });
    const whole = tcpPacket({ text: 4000, segmentSize: 1460 });
    t.link.a.transmit(whole);
    t.clock.advance(100);
    expect(t.b.arrivals).toEqual([
      {
        at: (4000 + 3 * 40) / 1000,
        number: 0x45,
        bytes: whole.bytes,
        checksum: 'partial',
        segmentSize: 1460,
      },
    ]);
  });

  test('can be cut: each segment has its own time, fate and checksum', () => {
    const t = bench({ ...tso, rate: 8_000_000, superSegments: 'cut' });
    t.link.filter = (_packet, _direction, index) => (index === 1 ? 'drop' : 'pass');
    t.link.a.transmit(tcpPacket({ text: 4000, segmentSize: 1460 }));
    t.clock.advance(100);
    expect(t.b.times).toEqual([1.5, 2.62]);
    expect(t.b.arrivals.map(({ bytes }) => read(bytes).text.length)).toEqual([1460, 1080]);
    expect(t.b.arrivals.map(({ checksum, segmentSize }) => [checksum, segmentSize])).toEqual([
      ['full', 0],
      ['full', 0],
    ]);
    expect(t.link.aToB.counters.offered).toBe(3);
  });

  test('larger than the link takes, or standing for segments larger than the MTU, are dropped', () => {
    const t = bench({ mtu: 1500, superSegment: 10_000, checksumOffload: true });
    t.link.a.transmit(tcpPacket({ text: 9961, segmentSize: 1460 }));
    t.link.a.transmit(tcpPacket({ text: 9960, segmentSize: 1460 }));
    t.link.a.transmit(tcpPacket({ text: 4000, segmentSize: 1461 }));
    t.link.a.transmit(tcpPacket({ text: 4000, segmentSize: 1460, protocol: 17 }));
    t.clock.advance(0);
    expect([t.b.arrivals.length, t.link.aToB.counters.lost['too-big']]).toEqual([1, 3]);
  });

  test('a packet larger than the MTU that is no super-segment is dropped, and the observer hears of it', () => {
    const t = bench(tso);
    t.link.a.transmit(packetOf(new Uint8Array(1500)));
    t.link.a.transmit(packetOf(new Uint8Array(1501)));
    t.clock.advance(0);
    expect([t.b.arrivals.length, t.log.includes('0 lost 1 too-big')]).toEqual([1, true]);
  });

  test('where there is no checksum offload, a partial checksum is the host’s mistake', () => {
    const t = bench();
    const refused = expect.objectContaining({ code: 'ERR_CHECKSUM_OFFLOAD' });
    expect(() => t.link.a.transmit(tcpPacket())).toThrow(refused);
  });

  test('corruption of a packet with a partial checksum is there to be found', () => {
    const t = bench({ ...tso, corrupt: 1 });
    for (let n = 0; n < 40; n++) t.link.a.transmit(tcpPacket({ text: 50 }));
    t.clock.advance(0);
    for (const { bytes, checksum } of t.b.arrivals) {
      expect(checksum satisfies ChecksumState).toBe('full');
      expect(() => read(bytes)).toThrow();
    }
    expect(t.b.arrivals).toHaveLength(40);
  });
});
