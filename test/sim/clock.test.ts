import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/sim/clock.ts';

/** A clock, and alarms that write down their name and when they fired. */
function logged(options = {}) {
  const clock = new VirtualClock(options);
  const log: string[] = [];
  const alarm = (name: string) => () => {
    log.push(`${name}@${clock.now()}`);
  };
  return { clock, log, alarm };
}

describe('alarms', () => {
  test('fire in the order of their deadlines, with now() at each deadline', () => {
    const { clock, log, alarm } = logged();
    clock.alarm(alarm('c'), 30);
    clock.alarm(alarm('a'), 10);
    clock.alarm(alarm('b'), 20.5);
    clock.advance(25);
    expect(log).toEqual(['a@10', 'b@20.5']);
    expect(clock.now()).toBe(25);
    clock.advance(5);
    expect(log).toEqual(['a@10', 'b@20.5', 'c@30']);
  });

  test('with equal deadlines fire in the order of the requests', () => {
    const { clock, log, alarm } = logged();
    for (const name of ['x', 'y', 'z']) clock.alarm(alarm(name), 7);
    clock.advance(7);
    expect(log).toEqual(['x@7', 'y@7', 'z@7']);
  });

  test('asking again moves the one alarm of a function; Infinity removes it', () => {
    const { clock, log, alarm } = logged();
    const moved = alarm('moved');
    const removed = alarm('removed');
    clock.alarm(moved, 5);
    clock.alarm(moved, 9);
    clock.alarm(removed, 6);
    clock.alarm(removed, Infinity);
    clock.alarm(alarm('never set'), Infinity);
    clock.advance(100);
    expect(log).toEqual(['moved@9']);
  });

  test('one fires once, until it is asked for again', () => {
    const { clock, log } = logged();
    const again = () => {
      log.push(`again@${clock.now()}`);
      if (clock.now() < 30) clock.alarm(again, clock.now() + 10);
    };
    clock.alarm(again, 10);
    clock.advance(1000);
    expect(log).toEqual(['again@10', 'again@20', 'again@30']);
  });

  test('a deadline that has passed fires without time going back', () => {
    const { clock, log, alarm } = logged({ start: 100 });
    clock.alarm(alarm('late'), 40);
    clock.alarm(alarm('very late'), -Infinity);
    expect(log).toEqual([]);
    clock.advance(0);
    expect(log).toEqual(['very late@100', 'late@100']);
  });

  test('set while firing for the same instant comes after those already due then', () => {
    const { clock, log, alarm } = logged();
    clock.alarm(() => {
      log.push('first');
      clock.alarm(alarm('child'), clock.now());
    }, 1);
    clock.alarm(alarm('second'), 1);
    clock.advance(1);
    expect(log).toEqual(['first', 'second@1', 'child@1']);
  });
});

describe('moving time', () => {
  test('next() and step(): one alarm at a time', () => {
    const { clock, log, alarm } = logged();
    expect(clock.next()).toBe(Infinity);
    expect(clock.step()).toBe(false);
    clock.alarm(alarm('b'), 8);
    clock.alarm(alarm('a'), 3);
    expect(clock.next()).toBe(3);
    expect(clock.step()).toBe(true);
    expect([clock.now(), log]).toEqual([3, ['a@3']]);
    expect(clock.step()).toBe(true);
    expect(clock.step()).toBe(false);
    expect(clock.now()).toBe(8);
  });

  test('runUntil stops at the alarm that made it true', () => {
    const { clock, log, alarm } = logged();
    for (const at of [1, 2, 3]) clock.alarm(alarm('x'), at);
    expect(clock.runUntil(() => log.length === 2, 10)).toBe(true);
    expect(clock.now()).toBe(2);
    expect(clock.runUntil(() => true, 10)).toBe(true);
    expect(clock.now()).toBe(2);
  });

  test('runUntil gives up after its limit, which has then passed', () => {
    const { clock, log, alarm } = logged();
    clock.alarm(alarm('in'), 10);
    clock.alarm(alarm('out'), 10.001);
    expect(clock.runUntil(() => false, 10)).toBe(false);
    expect([clock.now(), log]).toEqual([10, ['in@10']]);
  });

  test('runUntil sees a condition of time alone', () => {
    const { clock } = logged();
    expect(clock.runUntil(() => clock.now() >= 5, 5)).toBe(true);
  });
});

describe('misuse', () => {
  test('moving the clock inside an alarm is refused, and the clock works on', () => {
    const { clock, log, alarm } = logged();
    const moves = [() => clock.advance(1), () => clock.step(), () => clock.runUntil(() => false, 1)];
    for (const move of moves) {
      clock.alarm(move, clock.now());
      expect(() => clock.step()).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_REENTRANT' }));
    }
    clock.alarm(alarm('after'), 1);
    clock.advance(1);
    expect(log).toEqual(['after@1']);
  });

  test('an alarm that is always due again is found out', () => {
    const { clock } = logged({ maxFiringsPerInstant: 50 });
    let fired = 0;
    const forever = () => {
      fired++;
      clock.alarm(forever, clock.now());
    };
    clock.alarm(forever, 5);
    expect(() => clock.advance(10)).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_STUCK' }));
    expect([clock.now(), fired, clock.next()]).toEqual([5, 50, 5]);
    clock.alarm(forever, Infinity);
    clock.advance(5);
    expect(clock.now()).toBe(10);
  });

  test('many alarms at one instant are not mistaken for that', () => {
    const { clock, log, alarm } = logged({ maxFiringsPerInstant: 3 });
    for (const at of [1, 1, 1, 2, 2, 2]) clock.alarm(alarm('x'), at);
    clock.advance(2);
    expect(log).toHaveLength(6);
  });

  test.each([
    [() => new VirtualClock().advance(-1), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock().advance(Number.NaN), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock().advance(Infinity), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock().runUntil(() => true, Infinity), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock().alarm(() => {}, Number.NaN), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock({ start: Number.NaN }), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock({ maxFiringsPerInstant: 0 }), 'ERR_OUT_OF_RANGE'],
    [() => new VirtualClock({ start: '0' as unknown as number }), 'ERR_INVALID_ARG_TYPE'],
    [() => new VirtualClock().alarm(null as unknown as () => void, 1), 'ERR_INVALID_ARG_TYPE'],
  ])('%s throws %s', (misuse, code) => {
    expect(misuse).toThrow(expect.objectContaining({ code }));
  });
});

test('property: whatever is asked for, time is monotonous and nothing fires early, late or twice', () => {
  const action = fc.oneof(
    fc.record({ at: fc.integer({ min: -5, max: 50 }), who: fc.nat(4) }),
    fc.record({ move: fc.nat(10) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const clock = new VirtualClock();
      const due = [Infinity, Infinity, Infinity, Infinity, Infinity];
      let last = 0;
      const wakes = due.map((_, who) => () => {
        expect(clock.now()).toBe(Math.max(due[who]!, last));
        expect(due[who]).toBe(Math.min(...due));
        last = clock.now();
        due[who] = Infinity;
      });
      for (const action of actions) {
        if ('move' in action) {
          clock.advance(action.move);
          last = clock.now();
          expect(Math.min(...due)).toBeGreaterThan(clock.now());
        } else {
          due[action.who] = action.at;
          clock.alarm(wakes[action.who]!, action.at);
        }
        expect(clock.next()).toBe(Math.min(...due));
      }
    }),
  );
});
