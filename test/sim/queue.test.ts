import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TransmitQueue } from '../../src/sim/queue.ts';

function queueOf(rate: number, maxBytes = Infinity, maxPackets = Infinity): TransmitQueue {
  const queue = new TransmitQueue();
  queue.configure(rate, maxBytes, maxPackets, 0);
  return queue;
}

describe('the line', () => {
  test('sends n packets of s bytes at R bit/s in exactly n * s * 8 * 1000 / R ms', () => {
    const queue = queueOf(10_000_000);
    for (let n = 1; n <= 1000; n++) expect(queue.push(1500, 0)).toBe((n * 1500 * 8 * 1000) / 10_000_000);
  });

  test('is idle between packets that come late', () => {
    const queue = queueOf(8000);
    expect(queue.push(100, 0)).toBe(100);
    expect(queue.push(100, 100)).toBe(200);
    expect(queue.push(100, 500)).toBe(600);
  });

  test('without a rate takes no time and has no queue', () => {
    const queue = queueOf(Infinity, 0, 0);
    for (let n = 0; n < 5; n++) {
      expect(queue.hasRoom(9000, 3)).toBe(true);
      expect(queue.push(9000, 3)).toBe(3);
    }
    expect(queue.waitingPackets(3)).toBe(0);
  });

  test('a new rate holds for what comes after what was accepted', () => {
    const queue = queueOf(8000);
    expect(queue.push(100, 0)).toBe(100);
    queue.configure(16_000, Infinity, Infinity, 50);
    expect(queue.push(100, 50)).toBe(150);
    queue.configure(8000, Infinity, Infinity, 1000);
    expect(queue.push(100, 1000)).toBe(1100);
  });
});

describe('the queue', () => {
  test('holds so many packets behind the one on the line', () => {
    const queue = queueOf(8000, Infinity, 2);
    for (let n = 0; n < 3; n++) {
      expect(queue.hasRoom(100, 0)).toBe(true);
      queue.push(100, 0);
    }
    expect([queue.hasRoom(100, 0), queue.waitingPackets(0), queue.waitingBytes(0)]).toEqual([false, 2, 200]);
    expect(queue.nextRoom(0)).toBe(100);
    expect([queue.hasRoom(100, 99.9), queue.hasRoom(100, 100)]).toEqual([false, true]);
  });

  test('holds so many bytes, and an idle line takes a packet of any size', () => {
    const queue = queueOf(8000, 150, Infinity);
    expect(queue.hasRoom(1000, 0)).toBe(true);
    queue.push(1000, 0);
    expect(queue.hasRoom(151, 0)).toBe(false);
    expect(queue.hasRoom(150, 0)).toBe(true);
    queue.push(150, 0);
    expect(queue.hasRoom(1, 0)).toBe(false);
  });

  test('says when the line is free if nothing waits', () => {
    const queue = queueOf(8000, 0, 0);
    expect(queue.nextRoom(7)).toBe(7);
    queue.push(100, 7);
    expect(queue.nextRoom(7)).toBe(107);
  });

  test('cleared, it has forgotten all', () => {
    const queue = queueOf(8000);
    for (let n = 0; n < 40; n++) queue.push(100, 0);
    queue.clear(10);
    expect([queue.waitingPackets(10), queue.waitingBytes(10), queue.push(100, 10)]).toEqual([0, 0, 110]);
  });
});

test('property: agrees with a queue that keeps a plain list', () => {
  const step = fc.record({ size: fc.integer({ min: 1, max: 2000 }), wait: fc.nat(300) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.nat(3000), fc.nat(40), (steps, bytes, packets) => {
      const queue = queueOf(8000, bytes, packets);
      let waiting: { start: number; size: number }[] = [];
      let free = 0;
      let now = 0;
      for (const { size, wait } of steps) {
        now += wait;
        waiting = waiting.filter((packet) => packet.start > now);
        const held = waiting.reduce((sum, packet) => sum + packet.size, 0);
        const room = free <= now || (waiting.length < packets && held + size <= bytes);
        expect(queue.hasRoom(size, now)).toBe(room);
        if (!room) continue;
        const start = Math.max(free, now);
        if (start > now) waiting.push({ start, size });
        free = start + size;
        expect(queue.push(size, now)).toBe(free);
        expect(queue.waitingPackets(now)).toBe(waiting.length);
      }
    }),
  );
});
