import { describe, expect, test } from 'vitest';
import { readVnetHeader, VNET_HEADER_LENGTH, writeVnetHeader } from '../../src/node/vnet-header.ts';
import { Packet } from '../../src/wire/packet.ts';
import { ACK, endpoint, tcpPacket, udpPacket } from './raw-packets.ts';

const V4 = { from: endpoint('10.0.0.1', 1), to: endpoint('10.0.0.2', 2) };
const V6 = { from: endpoint('fd00::1', 1), to: endpoint('fd00::2', 2) };
const CWR = 0x80;

function written(packet: Packet, segmentSize = 0) {
  packet.segmentSize = segmentSize;
  if (!writeVnetHeader(packet)) return null;
  const view = new DataView(packet.bytes.buffer, packet.start - VNET_HEADER_LENGTH);
  return {
    flags: view.getUint8(0),
    gso: view.getUint8(1),
    headers: view.getUint16(2, true),
    size: view.getUint16(4, true),
    from: view.getUint16(6, true),
    at: view.getUint16(8, true),
  };
}

const segment = (flow: typeof V4, length: number, flags = ACK, options: number[] = []) =>
  tcpPacket(flow, { seq: 1, ack: 1, flags, options, payload: new Uint8Array(length) }, 'partial');

describe('sending', () => {
  test('a full checksum leaves nothing to do, whatever stood there before', () => {
    expect(written(udpPacket(V4, new Uint8Array(3), 'full'))).toEqual({
      flags: 0,
      gso: 0,
      headers: 0,
      size: 0,
      from: 0,
      at: 0,
    });
  });

  test('a partial one is said to be wanted, from where and at where', () => {
    expect(written(udpPacket(V4, new Uint8Array(3), 'partial'))).toMatchObject({ flags: 1, from: 20, at: 6 });
    expect(written(udpPacket(V6, new Uint8Array(3), 'partial'))).toMatchObject({ flags: 1, from: 40, at: 6 });
    expect(written(segment(V4, 3))).toMatchObject({ flags: 1, gso: 0, from: 20, at: 16 });
    expect(written(segment(V6, 3))).toMatchObject({ flags: 1, gso: 0, from: 40, at: 16 });
  });

  test('a super-segment says how to cut it: the headers of each and the text of each', () => {
    expect(written(segment(V4, 3000), 1460)).toMatchObject({ gso: 1, headers: 40, size: 1460 });
    expect(written(segment(V6, 3000, ACK, [1, 1, 1, 1]), 1436)).toMatchObject({
      gso: 4,
      headers: 64,
      size: 1436,
    });
  });

  test('CWR is for the first segment only (RFC 3168 §6.1.2)', () => {
    expect(written(segment(V4, 3000, ACK | CWR), 1460)).toMatchObject({ gso: 0x81 });
    expect(written(segment(V6, 3000, ACK | CWR), 1440)).toMatchObject({ gso: 0x84 });
  });

  test('what fits one segment is not to be cut', () => {
    expect(written(segment(V4, 1460), 1460)).toMatchObject({ flags: 1, gso: 0, size: 0 });
    expect(written(segment(V4, 1461), 1460)).toMatchObject({ flags: 1, gso: 1, size: 1460 });
  });

  test('what the header cannot say is refused', () => {
    expect(written(udpPacket(V4, new Uint8Array(3000), 'partial'), 1460)).toBeNull();
    expect(written(udpPacket(V4, new Uint8Array(3000), 'full'), 1460)).toBeNull();
    const icmp = udpPacket(V4, new Uint8Array(8), 'partial');
    icmp.bytes[icmp.start + 9] = 1;
    expect(written(icmp)).toBeNull();
    for (let end = 0; end < 40; end++) {
      const short = segment(V4, 0);
      short.end = short.start + end;
      expect(written(short)).toBeNull();
    }
  });
});

describe('receiving', () => {
  const read = (...header: number[]) => {
    const packet = new Packet();
    packet.checksum = 'verified';
    packet.segmentSize = 7;
    readVnetHeader(Uint8Array.of(0xff, ...header, 0, 0, 0, 0), 1, packet);
    return [packet.checksum, packet.segmentSize];
  };

  test('who answers for the checksum', () => {
    expect(read(0, 0, 0, 0, 0, 0)).toEqual(['full', 0]);
    expect(read(1, 0, 0, 0, 0, 0)).toEqual(['partial', 0]);
    expect(read(2, 0, 0, 0, 0, 0)).toEqual(['verified', 0]);
  });

  test('the segments that it stands for: TCP alone, with ECN or without', () => {
    const size = [1460 & 255, 1460 >> 8] as const;
    expect(read(1, 1, 0, 0, ...size)).toEqual(['partial', 1460]);
    expect(read(1, 0x81, 0, 0, ...size)).toEqual(['partial', 1460]);
    expect(read(1, 4, 0, 0, ...size)).toEqual(['partial', 1460]);
    expect(read(1, 3, 0, 0, ...size)).toEqual(['partial', 0]);
  });
});
