import { expect, test } from 'vitest';
import { Numbers } from '../../src/packetdrill/numbers.ts';

test("the stack's numbers count from where its SYN stands in the script", () => {
  const numbers = new Numbers();
  numbers.synLeft(0, 0xfffffff0);
  expect(numbers.toLive(1, 'ours')).toBe(0xfffffff1);
  expect(numbers.toLive(0x20, 'ours')).toBe(0x10);
  expect(numbers.toScript(0x10, 'ours')).toBe(0x20);
});

test('a SYN that goes again does not move them', () => {
  const numbers = new Numbers();
  numbers.synLeft(0, 1000);
  numbers.synLeft(0, 1007);
  expect(numbers.toScript(1007, 'ours')).toBe(7);
});

test('another connection has another initial sequence number', () => {
  const numbers = new Numbers();
  numbers.synLeft(0, 1000);
  numbers.renew();
  numbers.synLeft(500, 8000);
  expect(numbers.toScript(8001, 'ours')).toBe(501);
});

test('before the first SYN they are what the script says', () => {
  const numbers = new Numbers();
  expect(numbers.toLive(77, 'ours')).toBe(77);
  expect(numbers.toScript(77, 'ours')).toBe(77);
});

test("the peer's numbers come back as they went, and wrap early", () => {
  const numbers = new Numbers();
  expect(numbers.toScript(numbers.toLive(12_345, 'peer'), 'peer')).toBe(12_345);
  expect(numbers.toLive(0, 'peer')).toBeGreaterThan(numbers.toLive(5000, 'peer'));
});

test('timestamps are echoed as they left, under the value of the script', () => {
  const numbers = new Numbers();
  numbers.stampLeft(100, 7_000_001);
  numbers.stampLeft(200, 7_000_301);
  expect(numbers.echoToLive(100, false)).toBe(7_000_001);
  expect(numbers.echoToLive(200, false)).toBe(7_000_301);
  expect(numbers.stampToScript(7_000_301)).toBe(200);
  expect(numbers.stampToScript(9)).toBe(9);
});

test('a value that the script has for several timestamps stands for the last', () => {
  const numbers = new Numbers();
  numbers.stampLeft(100, 7);
  numbers.stampLeft(100, 8);
  expect(numbers.echoToLive(100, false)).toBe(8);
});

test('an echo of what never left is unknown, or counts from the first', () => {
  const numbers = new Numbers();
  numbers.stampLeft(100, 0xffffffff);
  expect(numbers.echoToLive(130, false)).toBeNull();
  expect(numbers.echoToLive(130, true)).toBe(29);
  expect(numbers.echoToLive(0, false)).toBe(0);
});

test('the drift of timestamps is what the stack counted more than the script', () => {
  const numbers = new Numbers();
  expect(numbers.stampDrift(100, 5000)).toBe(0);
  numbers.stampLeft(100, 5000);
  expect(numbers.stampDrift(150, 5050)).toBe(0);
  expect(numbers.stampDrift(150, 5060)).toBe(10);
  expect(numbers.stampDrift(150, 5040)).toBe(-10);
});
