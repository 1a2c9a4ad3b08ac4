import { openSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openTun, TunDevice, TunError } from '../../src/node/tun.ts';
import { Prefix } from '../../src/wire/address.ts';
import { Packet } from '../../src/wire/packet.ts';
import { RecordingReceiver } from '../support/tun.ts';
import { FakeLibc } from './fake-libc.ts';
import { endpoint, HEADROOM, udpPacket } from './raw-packets.ts';

const opened: TunDevice[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const device of opened.splice(0)) device.close();
});

function deviceOn(libc: FakeLibc, receiver: RecordingReceiver = new RecordingReceiver()) {
  const options = { name: 'syn9', mtu: 1500, vnet: true, offload: true };
  const device = new TunDevice(libc, openSync('/dev/null', 'r+'), options);
  opened.push(device);
  device.attach(receiver);
  return { device, receiver };
}

/** A vnet header with nothing in it, then `length` bytes that say which packet it is. */
function frame(id: number, length: number): Uint8Array {
  return new Uint8Array(HEADROOM + length).fill(id & 255).fill(0, 0, HEADROOM);
}

const datagram = () =>
  udpPacket({ from: endpoint('10.0.0.1', 1), to: endpoint('10.0.0.2', 2) }, Uint8Array.of(1), 'full');

describe('arguments', () => {
  const libc = new FakeLibc();

  test.each([
    [{ addresses: [] }, 'ERR_INVALID_ARG_TYPE', 'name must be a string, not undefined'],
    [{ name: 'syn9' }, 'ERR_INVALID_ARG_TYPE', 'addresses must be an array, not undefined'],
    [
      { name: 'syn9', addresses: ['10.0.0.1'] },
      'ERR_INVALID_ARG_VALUE',
      /^addresses\[0\] must be an address with/,
    ],
    [
      { name: 'syn9', address: [] },
      'ERR_INVALID_ARG_VALUE',
      /^openTun has no option called address, only name/,
    ],
  ])('%o is refused', (options, code, message) => {
    const matching = typeof message === 'string' ? message : expect.stringMatching(message);
    const refused = expect.objectContaining({ name: 'TypeError', code, message: matching });
    expect(() => openTun(options as never, libc)).toThrow(refused);
  });

  test.each(['', 'a'.repeat(16), 'a/b', 'a b', 'a:1', 'tun%d', '.', '..', 'é', 'a\0b', 'a\n'])(
    'the name %j is refused',
    (name) => {
      const refused = expect.objectContaining({ name: 'TunError', code: 'EINVAL' });
      expect(() => openTun({ name, addresses: [] }, libc)).toThrow(refused);
    },
  );

  test.each([
    [67, '10.0.0.1/24'],
    [1279, 'fd00::1/64'],
    [65_536, '10.0.0.1/24'],
    [1500.5, '10.0.0.1/24'],
    [Number.NaN, '10.0.0.1/24'],
  ])('the MTU %d with %s is refused', (mtu, prefix) => {
    const options = { name: 'syn9', addresses: [Prefix.parse(prefix)!], mtu };
    expect(() => openTun(options, libc)).toThrow(/an MTU must be/);
  });

  test('a packet without room for the header, or beyond its buffer, is a misuse', () => {
    const { device } = deviceOn(new FakeLibc());
    for (const [start, end] of [
      [9, 20],
      [10, 21],
      [15, 15],
      [16, 15],
    ] as const) {
      const packet = new Packet();
      packet.bytes = new Uint8Array(20);
      packet.start = start;
      packet.end = end;
      expect(() => device.transmit(packet)).toThrow(TunError);
    }
  });

  test('one host only, and an open device only', () => {
    const { device } = deviceOn(new FakeLibc());
    expect(() => device.attach(new RecordingReceiver())).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    const closed = new TunDevice(new FakeLibc(), openSync('/dev/null', 'r+'), {
      name: 'syn9',
      mtu: 1500,
      vnet: true,
      offload: true,
    });
    closed.close();
    expect(() => closed.attach(new RecordingReceiver())).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

describe('reading', () => {
  test('everything that is there, then one flush', () => {
    const libc = new FakeLibc();
    const { receiver } = deviceOn(libc);
    libc.incoming.push(frame(1, 100), frame(2, 3000), frame(3, 60_000));
    libc.wake();
    expect(receiver.packets.map(({ bytes }) => [bytes[0], bytes.length])).toEqual([
      [1, 100],
      [2, 3000],
      [3, 60_000],
    ]);
    expect(receiver.flushes).toBe(1);
    libc.wake();
    expect(receiver.flushes).toBe(1);
  });

  test('not for ever: what is left waits for the next turn of the event loop', () => {
    const libc = new FakeLibc();
    const { receiver } = deviceOn(libc);
    for (let i = 0; i < 1000; i++) libc.incoming.push(frame(i, 40));
    libc.wake();
    expect(receiver.packets.length).toBeLessThan(500);
    expect(receiver.flushes).toBe(1);
    while (libc.incoming.length > 0) libc.wake();
    expect(receiver.packets).toHaveLength(1000);

    for (let i = 0; i < 60; i++) libc.incoming.push(frame(i, 65_000));
    libc.wake();
    expect(libc.incoming.length, 'bytes count too').toBeGreaterThan(20);
  });

  test('what was given away is never written to again', () => {
    const libc = new FakeLibc();
    const kept: { id: number; bytes: Uint8Array }[] = [];
    class Keeper extends RecordingReceiver {
      override receive({ bytes, start, end }: Packet): void {
        kept.push({ id: kept.length & 255, bytes: bytes.subarray(start, end) });
      }
    }
    deviceOn(libc, new Keeper());
    const lengths = [40, 1500, 2038, 2039, 9000, 65_535];
    for (let i = 0; i < 200; i++) libc.incoming.push(frame(i, lengths[i % lengths.length]!));
    while (libc.incoming.length > 0) libc.wake();
    expect(kept).toHaveLength(200);
    for (const [i, { id, bytes }] of kept.entries()) {
      expect(bytes.length).toBe(lengths[i % lengths.length]);
      expect(bytes.every((byte) => byte === id)).toBe(true);
    }
  });

  test('a small packet that is kept does not keep a large buffer', () => {
    const libc = new FakeLibc();
    const sizes: number[] = [];
    class Sizes extends RecordingReceiver {
      override receive({ bytes }: Packet): void {
        sizes.push(bytes.buffer.byteLength);
      }
    }
    deviceOn(libc, new Sizes());
    libc.incoming.push(frame(1, 60_000), frame(2, 40), frame(3, 1500));
    libc.wake();
    expect(sizes[1]).toBeLessThanOrEqual(1 << 14);
    expect(sizes[2]).toBeLessThanOrEqual(1 << 14);
  });

  test('a frame without a packet is none', () => {
    const libc = new FakeLibc();
    const { receiver } = deviceOn(libc);
    libc.incoming.push(frame(1, 0), new Uint8Array(3), frame(2, 20));
    libc.wake();
    expect(receiver.packets.map(({ bytes }) => bytes[0])).toEqual([2]);
  });

  test('a failure is the end: what came before it is delivered first', () => {
    const libc = new FakeLibc();
    const { device, receiver } = deviceOn(libc);
    libc.incoming.push(frame(1, 40), 'EBADFD');
    libc.wake();
    expect(receiver.packets).toHaveLength(1);
    expect(receiver.downs).toEqual([expect.objectContaining({ code: 'EBADFD' })]);
    expect([device.closed, libc.watching]).toEqual([true, false]);
  });

  test('a receiver may close the device from inside', () => {
    const libc = new FakeLibc();
    class Closer extends RecordingReceiver {
      override receive(packet: Packet): void {
        super.receive(packet);
        device.close();
      }
    }
    const { device, receiver } = deviceOn(libc, new Closer());
    libc.incoming.push(frame(1, 40), frame(2, 40));
    libc.wake();
    expect(receiver.packets).toHaveLength(1);
    expect(receiver.downs).toEqual([]);
  });

  test('it can let the process end', () => {
    const libc = new FakeLibc();
    const { device } = deviceOn(libc);
    device.unref();
    expect(libc.keepsAlive).toBe(false);
    device.ref();
    expect(libc.keepsAlive).toBe(true);
  });
});

describe('writing', () => {
  test.each(['EAGAIN', 'ENOBUFS', 'ENOMEM'])('%s: not taken, and it says when to try again', (error) => {
    vi.useFakeTimers();
    const libc = new FakeLibc();
    const { device, receiver } = deviceOn(libc);
    libc.writeErrors.push(error);
    expect(device.transmit(datagram())).toBe(false);
    expect(device.transmit(datagram()), 'still waiting').toBe(false);
    expect(receiver.writables).toBe(0);
    vi.runAllTimers();
    expect(receiver.writables).toBe(1);
    expect(device.transmit(datagram())).toBe(true);
    expect([libc.written.length, device.dropped]).toEqual([1, 0]);
  });

  test('closed while it waits: nothing more is said', () => {
    vi.useFakeTimers();
    const libc = new FakeLibc();
    const { device, receiver } = deviceOn(libc);
    libc.writeErrors.push('EAGAIN');
    device.transmit(datagram());
    device.close();
    vi.runAllTimers();
    expect(receiver.writables).toBe(0);
  });

  test('the packet is written with its header, from whatever buffer', () => {
    const libc = new FakeLibc();
    const { device } = deviceOn(libc);
    for (const packet of [datagram(), datagram()]) {
      device.transmit(packet);
      expect(libc.written.pop()).toEqual(packet.bytes);
    }
  });

  test('what the header cannot say is dropped and counted', () => {
    const libc = new FakeLibc();
    const { device } = deviceOn(libc);
    const packet = datagram();
    packet.segmentSize = 1000;
    expect(device.transmit(packet)).toBe(true);
    expect([libc.written.length, device.dropped]).toEqual([0, 1]);
  });
});
