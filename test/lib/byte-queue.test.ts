import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteQueue } from '../../src/lib/byte-queue.ts';

/** `n` bytes that differ from their neighbours, counted on from `from`. */
function bytes(from: number, n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => from + i);
}

function contents(queue: ByteQueue): number[] {
  const target = new Uint8Array(queue.length);
  queue.copyTo(target, 0, 0, queue.length);
  return [...target];
}

/** The queue's slots, which are private: what it keeps alive cannot be seen from outside. */
function slots(queue: ByteQueue): Uint8Array[] | null {
  return (queue as unknown as { chunks: Uint8Array[] | null }).chunks;
}

/** How many slots hold a chunk. */
function chunksHeld(queue: ByteQueue): number {
  return (slots(queue) ?? []).filter((chunk) => chunk.length > 0).length;
}

test('chunks are kept by reference and come back whole', () => {
  const queue = new ByteQueue();
  const chunk = bytes(1, 10);
  queue.push(chunk);
  expect(queue.length).toBe(10);
  expect(queue.shift()).toBe(chunk);
  expect(queue.length).toBe(0);
  expect(queue.shift()).toBeNull();
});

test('shift(maxBytes) returns the front of a chunk as a view, never more than one chunk', () => {
  const queue = new ByteQueue();
  const chunk = bytes(1, 10);
  queue.push(chunk);
  queue.push(bytes(50, 5));
  const front = queue.shift(4)!;
  expect([...front]).toEqual([1, 2, 3, 4]);
  expect(front.buffer).toBe(chunk.buffer);
  expect([...queue.shift(100)!]).toEqual([5, 6, 7, 8, 9, 10]);
  expect([...queue.shift()!]).toEqual([50, 51, 52, 53, 54]);
  queue.push(bytes(0, 1));
  expect(queue.shift(0)).toBeNull();
  expect(queue.length).toBe(1);
});

test('an empty chunk is ignored, and a queue without bytes has no storage', () => {
  const queue = new ByteQueue();
  queue.push(new Uint8Array(0));
  expect(queue.length).toBe(0);
  expect(slots(queue)).toBeNull();
});

test('ranges outside the queue or the target are refused and change nothing', () => {
  const queue = new ByteQueue();
  queue.push(bytes(0, 8));
  const target = new Uint8Array(8);
  expect(() => queue.discard(9)).toThrow(RangeError);
  expect(() => queue.discard(-1)).toThrow(RangeError);
  expect(() => queue.discard(Number.NaN)).toThrow(RangeError);
  expect(() => queue.copyTo(target, 0, 1, 8)).toThrow(RangeError);
  expect(() => queue.copyTo(target, 0, -1, 2)).toThrow(RangeError);
  expect(() => queue.copyTo(target, 1, 0, 8)).toThrow(RangeError);
  expect(() => queue.copyTo(target, -1, 0, 1)).toThrow(RangeError);
  expect(() => queue.copyTo(target, 0, 0, -1)).toThrow(RangeError);
  expect(() => queue.forEachPart(8, 1, () => {})).toThrow(RangeError);
  expect(contents(queue)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect([...target]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test('2^31 bytes are one too many', () => {
  const queue = new ByteQueue();
  const chunk = new Uint8Array(1 << 20);
  for (let i = 0; i < 2047; i++) queue.push(chunk);
  queue.push(chunk.subarray(1));
  expect(queue.length).toBe(0x7fffffff);
  expect(() => queue.push(chunk.subarray(0, 1))).toThrow(RangeError);
});

test('positions wrap round 2^32 without notice', () => {
  const queue = new ByteQueue();
  const megabyte = new Uint8Array(1 << 20);
  for (let i = 0; i < 4095; i++) {
    queue.push(megabyte);
    queue.discard(megabyte.length);
  }
  queue.push(megabyte);
  queue.discard(megabyte.length - 2);
  queue.push(bytes(1, 3));
  queue.push(bytes(10, 3));
  expect(contents(queue)).toEqual([0, 0, 1, 2, 3, 10, 11, 12]);
  const two = new Uint8Array(2);
  queue.copyTo(two, 0, 4, 2);
  expect([...two]).toEqual([3, 10]);
});

test('discarded chunks are let go, and the ring of a burst is given back', () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 1000; i++) queue.push(bytes(i, 3));
  queue.discard(3 * 990 + 1);
  expect(chunksHeld(queue)).toBe(10);
  queue.discard(queue.length);
  expect(slots(queue)).toBeNull();
  queue.push(bytes(0, 1));
  queue.discard(1);
  expect(chunksHeld(queue)).toBe(0);
});

test('clear drops everything, and the queue works on', () => {
  const queue = new ByteQueue();
  queue.push(bytes(0, 4));
  queue.shift(1);
  queue.clear();
  expect(queue.length).toBe(0);
  expect(slots(queue)).toBeNull();
  queue.push(bytes(7, 2));
  expect(contents(queue)).toEqual([7, 8]);
});

test('a large copy and a small one take the same bytes', () => {
  const queue = new ByteQueue();
  const chunk = bytes(0, 200);
  queue.push(chunk);
  queue.push(bytes(5, 200));
  for (const [offset, length] of [
    [0, 200],
    [1, 199],
    [1, 31],
    [10, 32],
    [150, 100],
    [199, 201],
  ] as const) {
    const target = new Uint8Array(length + 2).fill(255);
    queue.copyTo(target, 1, offset, length);
    const all = [...chunk, ...bytes(5, 200)];
    expect([...target]).toEqual([255, ...all.slice(offset, offset + length), 255]);
  }
});

type Step =
  | { do: 'push'; n: number }
  | { do: 'shift'; n: number }
  | { do: 'discard'; part: number }
  | { do: 'copy' | 'parts'; from: number; part: number }
  | { do: 'clear' };

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), n: fc.nat(90) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('shift' as const), n: fc.nat(90) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('discard' as const), part: fraction }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('copy' as const, 'parts' as const),
      from: fraction,
      part: fraction,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);

/** Do `step` to the queue and to an array of its bytes; compare what comes out. */
function apply(queue: ByteQueue, model: number[], step: Step, fresh: () => number): void {
  switch (step.do) {
    case 'push': {
      const chunk = Uint8Array.from({ length: step.n }, fresh);
      queue.push(chunk);
      model.push(...chunk);
      return;
    }
    case 'shift': {
      const view = queue.shift(step.n);
      expect(view === null).toBe(model.length === 0 || step.n === 0);
      if (view !== null) expect([...view]).toEqual(model.splice(0, view.length));
      return;
    }
    case 'discard': {
      const n = Math.floor(step.part * model.length);
      queue.discard(n);
      model.splice(0, n);
      return;
    }
    case 'copy':
    case 'parts': {
      const offset = Math.floor(step.from * model.length);
      const length = Math.floor(step.part * (model.length - offset));
      const found: number[] = [];
      if (step.do === 'parts') {
        queue.forEachPart(offset, length, (chunk, start, end) => found.push(...chunk.subarray(start, end)));
      } else {
        const target = new Uint8Array(length);
        queue.copyTo(target, 0, offset, length);
        found.push(...target);
      }
      expect(found).toEqual(model.slice(offset, offset + length));
      return;
    }
    case 'clear':
      queue.clear();
      model.length = 0;
  }
}

test('property: any operations give what an array of bytes gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new ByteQueue();
      const model: number[] = [];
      let count = 0;
      for (const one of steps) {
        apply(queue, model, one, () => count++ & 255);
        expect(queue.length).toBe(model.length);
      }
      expect(contents(queue)).toEqual(model);
    }),
    { numRuns: 300 },
  );
});

describe('pushCopy', () => {
  const text = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i * 7);

  function drain(queue: ByteQueue): { bytes: number[]; chunks: number } {
    const bytes: number[] = [];
    let chunks = 0;
    for (let chunk = queue.shift(); chunk !== null; chunk = queue.shift()) {
      bytes.push(...chunk);
      chunks++;
    }
    return { bytes, chunks };
  }

  test('many little pieces come to few chunks', () => {
    const queue = new ByteQueue();
    const all = text(20_000);
    for (let i = 0; i < all.length; i++) queue.pushCopy(all, i, i + 1);
    const { bytes, chunks } = drain(queue);
    expect(bytes).toEqual([...all]);
    expect(chunks).toBeLessThan(20);
  });

  test('what was pushed is left as it was, and may change afterwards', () => {
    const queue = new ByteQueue();
    const large = text(40_000);
    queue.push(large, 3, 39_000);
    const piece = text(10);
    queue.pushCopy(piece, 2, 5);
    piece.fill(255);
    queue.pushCopy(text(10), 5, 9);
    const { bytes, chunks } = drain(queue);
    expect(bytes).toEqual([...large.subarray(3, 39_000), ...text(10).subarray(2, 9)]);
    expect(chunks).toBe(2);
  });

  test('mixed with everything else, the bytes stay in order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            n: fc.integer({ min: 0, max: 60 }),
            start: fc.nat(9),
            how: fc.integer({ min: 0, max: 3 }),
          }),
          { maxLength: 200 },
        ),
        (steps) => {
          const queue = new ByteQueue();
          const model: number[] = [];
          let next = 0;
          for (const { n, start, how } of steps) {
            if (how === 3) {
              const drop = Math.min(n, queue.length);
              queue.discard(drop);
              model.splice(0, drop);
              continue;
            }
            const chunk = Uint8Array.from({ length: start + n + 4 }, () => next++);
            if (how === 0) queue.push(chunk, start, start + n);
            else queue.pushCopy(chunk, start, start + n);
            model.push(...chunk.subarray(start, start + n));
          }
          const copy = new Uint8Array(queue.length);
          queue.copyTo(copy, 0, 0, queue.length);
          expect([...copy]).toEqual(model);
          expect(drain(queue).bytes).toEqual(model);
        },
      ),
    );
  });
});

test('discardLast drops from the end, whole chunks and parts of one; what is pushed then follows what is left', () => {
  const queue = new ByteQueue();
  queue.push(bytes(0, 10));
  queue.push(bytes(10, 10));
  queue.discard(3);
  queue.discardLast(4);
  expect(contents(queue)).toEqual([...bytes(3, 13)]);
  queue.discardLast(8);
  expect([queue.length, chunksHeld(queue)]).toEqual([5, 1]);
  queue.push(bytes(100, 2));
  expect(contents(queue)).toEqual([3, 4, 5, 6, 7, 100, 101]);
  expect(() => queue.discardLast(8)).toThrow(RangeError);
  expect(() => queue.discardLast(-1)).toThrow(RangeError);
  queue.discardLast(7);
  expect([queue.length, chunksHeld(queue), queue.shift()]).toEqual([0, 0, null]);
});

test('property: a queue cut at both ends holds what an array would', () => {
  const step = fc.record({ push: fc.nat(9), front: fc.nat(6), back: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const { push, front, back } of steps) {
        const chunk = bytes(model.length, push);
        queue.push(chunk);
        model.push(...chunk);
        const first = Math.min(front, model.length);
        queue.discard(first);
        model = model.slice(first);
        const last = Math.min(back, model.length);
        queue.discardLast(last);
        model = model.slice(0, model.length - last);
        expect(contents(queue)).toEqual(model);
      }
    }),
  );
});
