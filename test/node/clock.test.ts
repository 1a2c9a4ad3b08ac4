import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NodeClock } from '../../src/node/clock.ts';

/** The time that `performance.now` tells, apart from the timers' time: they may disagree. */
let now = 0;

beforeEach(() => {
  now = 1000;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Both times move on. */
function pass(ms: number): void {
  for (let i = 0; i < ms; i++) {
    now++;
    vi.advanceTimersByTime(1);
  }
}

describe('an alarm', () => {
  test('wakes once, when its deadline has come', () => {
    const wake = vi.fn();
    new NodeClock().alarm(wake, 1010);
    pass(9);
    expect(wake).not.toHaveBeenCalled();
    pass(1);
    expect(wake).toHaveBeenCalledTimes(1);
    pass(100);
    expect(wake).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('never early: a timer that is, is set again, not spun on', () => {
    const wake = vi.fn();
    new NodeClock().alarm(wake, 1010);
    now = 1009.6;
    vi.advanceTimersByTime(10);
    expect(wake).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(1);
    now = 1010.6;
    vi.advanceTimersByTime(0);
    expect(wake, 'a millisecond must pass').not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('a fraction of a millisecond is rounded up', () => {
    const wake = vi.fn();
    new NodeClock().alarm(wake, 1000.2);
    vi.advanceTimersByTime(0);
    expect(wake).not.toHaveBeenCalled();
    now = 1001;
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('one whose deadline has passed wakes in the next turn, but not from inside the call', () => {
    const wake = vi.fn();
    const clock = new NodeClock();
    clock.alarm(wake, -Infinity);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('asking again moves it, either way', () => {
    const wake = vi.fn();
    const clock = new NodeClock();
    clock.alarm(wake, 1010);
    clock.alarm(wake, 1020);
    pass(19);
    expect(wake).not.toHaveBeenCalled();
    clock.alarm(wake, 1500);
    clock.alarm(wake, 1025);
    pass(6);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('Infinity removes it, and the timer with it', () => {
    const wake = vi.fn();
    const clock = new NodeClock();
    clock.alarm(wake, 1010);
    clock.alarm(wake, Infinity);
    expect(vi.getTimerCount()).toBe(0);
    pass(20);
    expect(wake).not.toHaveBeenCalled();
  });

  test('further away than setTimeout can tell, it does not fire at once', () => {
    const wake = vi.fn();
    const days = 40 * 86_400_000;
    new NodeClock().alarm(wake, 1000 + days);
    now += 2 ** 31;
    vi.advanceTimersByTime(2 ** 31);
    expect(wake).not.toHaveBeenCalled();
    now = 1000 + days;
    vi.advanceTimersByTime(days - 2 ** 31);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('is one for each function, woken in the order of the deadlines', () => {
    const clock = new NodeClock();
    const woken: string[] = [];
    clock.alarm(() => woken.push('b'), 1002);
    clock.alarm(() => woken.push('a'), 1001);
    clock.alarm(() => woken.push('c'), 1050);
    now = 1005;
    vi.advanceTimersByTime(5);
    expect(woken).toEqual(['a', 'b']);
    pass(45);
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  test('can be set from inside one, and can move another that is due', () => {
    const clock = new NodeClock();
    const second = vi.fn();
    const first = vi.fn(() => {
      clock.alarm(second, 1100);
      if (first.mock.calls.length < 3) clock.alarm(first, now + 10);
    });
    clock.alarm(first, 1001);
    clock.alarm(second, 1001);
    pass(1);
    expect(second).not.toHaveBeenCalled();
    pass(20);
    expect(first).toHaveBeenCalledTimes(3);
    pass(100);
    expect(second).toHaveBeenCalledTimes(1);
  });

  test('one that throws does not silence the others', () => {
    const clock = new NodeClock();
    const wake = vi.fn();
    clock.alarm(() => {
      throw new Error('mine');
    }, 1001);
    clock.alarm(wake, 1001);
    expect(() => pass(1)).toThrow('mine');
    pass(1);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('NaN is refused', () => {
    expect(() => new NodeClock().alarm(() => {}, Number.NaN)).toThrow(RangeError);
  });
});

describe('the process', () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  test('lives while an alarm is pending, unless told otherwise', () => {
    vi.useRealTimers();
    const clock = new NodeClock();
    const before = timers();
    const wake = () => {};
    clock.alarm(wake, now + 60_000);
    expect(timers()).toBe(before + 1);
    clock.unref();
    expect(timers()).toBe(before);
    clock.alarm(wake, now + 30_000);
    expect(timers(), 'the next timer too').toBe(before);
    clock.ref();
    expect(timers()).toBe(before + 1);
    clock.alarm(wake, Infinity);
    expect(timers()).toBe(before);
  });

  test('what is due wakes soon even so, though the event loop had nothing to turn for', () => {
    vi.useRealTimers();
    const clock = new NodeClock();
    clock.unref();
    const immediates = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length;
    const before = immediates();
    const wake = () => {};
    clock.alarm(wake, now);
    expect(immediates()).toBe(before + 1);
    clock.alarm(wake, Infinity);
    expect(immediates()).toBe(before);
  });

  test('its time does not go back', () => {
    vi.restoreAllMocks();
    const clock = new NodeClock();
    const first = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(first);
  });
});
