import { expect, test } from 'vitest';
import { ByteQueue } from '../../src/lib/byte-queue.ts';
import { clone } from '../../src/lib/clone.ts';
import { Prng } from '../../src/lib/prng.ts';

class Inner {
  count = 1;
  grow(): number {
    return ++this.count;
  }
}

test('plain values are themselves', () => {
  for (const value of [1, 'text', true, null, undefined, 5n, Number.NaN]) expect(clone(value)).toBe(value);
});

test('objects are copied all the way down, with their prototypes', () => {
  const original = { inner: new Inner(), list: [1, [2, 3]], nothing: null };
  const copy = clone(original);
  expect(copy).toEqual(original);
  expect(copy.inner).toBeInstanceOf(Inner);
  expect(copy.inner.grow()).toBe(2);
  expect(original.inner.count).toBe(1);
  (copy.list[1] as number[]).push(4);
  expect(original.list).toEqual([1, [2, 3]]);
});

test('cycles, and two references to one object, stay what they are', () => {
  interface Node {
    self: Node | null;
    left: Inner;
    right: Inner;
  }
  const shared = new Inner();
  const node: Node = { self: null, left: shared, right: shared };
  node.self = node;
  const copy = clone(node);
  expect(copy.self).toBe(copy);
  expect(copy.left).toBe(copy.right);
  expect(copy.left).not.toBe(shared);
});

test('Map and Set are copied with their keys', () => {
  const key = new Inner();
  const original = { map: new Map([[key, [1]]]), set: new Set([key]) };
  const copy = clone(original);
  const [copiedKey] = copy.map.keys();
  expect(copiedKey).not.toBe(key);
  expect(copy.set.has(copiedKey!)).toBe(true);
  copy.map.get(copiedKey!)!.push(2);
  expect(original.map.get(key)).toEqual([1]);
});

test('bytes and functions are shared, other typed arrays are copied', () => {
  const original = {
    bytes: Uint8Array.of(1, 2),
    words: Int32Array.of(1, 2),
    times: Float64Array.of(0.5),
    fn: (): number => 1,
  };
  const copy = clone(original);
  expect(copy.bytes).toBe(original.bytes);
  expect(copy.fn).toBe(original.fn);
  copy.words[0] = 9;
  copy.times[0] = 9;
  expect([original.words[0], original.times[0]]).toEqual([1, 0.5]);
});

test('a typed array that is part of a larger buffer is copied as that part', () => {
  const words = new Int32Array(8).subarray(2, 4);
  words.set([5, 6]);
  const copy = clone({ words }).words;
  expect([...copy]).toEqual([5, 6]);
  expect(copy.buffer).not.toBe(words.buffer);
});

test('what is named as shared stays the same object, however deep it lies', () => {
  const probe = { seen: [1] };
  const copy = clone({ deep: { probe } }, [probe]);
  expect(copy.deep.probe).toBe(probe);
});

test('sparse arrays and null prototypes survive', () => {
  const sparse: number[] = new Array(3);
  sparse[2] = 1;
  const bare: { x: number } = Object.create(null);
  bare.x = 1;
  const copy = clone({ sparse, bare });
  expect(copy.sparse.length).toBe(3);
  expect(0 in copy.sparse).toBe(false);
  expect(Object.getPrototypeOf(copy.bare)).toBeNull();
  expect(copy.bare.x).toBe(1);
});

test('what cannot be copied is refused, not copied wrongly', () => {
  for (const value of [new Date(0), new WeakMap(), Promise.resolve(), new ArrayBuffer(1), /x/]) {
    expect(() => clone({ value })).toThrow(TypeError);
  }
});

test('a queue and a generator go their own ways after a copy', () => {
  const original = { queue: new ByteQueue(), prng: new Prng(1) };
  original.queue.push(Uint8Array.of(1, 2, 3));
  const copy = clone(original);
  expect(copy.queue.shift(2)).toEqual(Uint8Array.of(1, 2));
  copy.queue.push(Uint8Array.of(9));
  expect(original.queue.length).toBe(3);
  expect(original.queue.shift()).toEqual(Uint8Array.of(1, 2, 3));
  expect(copy.prng.uint32()).toBe(original.prng.uint32());
});
