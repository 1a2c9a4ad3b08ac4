// §3.9.1.2 what leaves when: PUSH and its absence, cork (MAY-15, MAY-16), §3.9.1.7 FLUSH (MAY-14).

import { describe, expect, test } from 'vitest';
import { WRITABLE } from '../../src/tcp/notice.ts';
import { established, pattern, type Script } from '../support/script.ts';

const cork = (on: boolean) => (c: Script['connection']) => c.setCork(on);

describe('nobody says PUSH, and nothing waits for ever', () => {
  test('a small write leaves at once, with PSH (MUST-60, MUST-61, A075)', () => {
    established().write(1).out('P. 1:2 ack 1');
  });

  test('a small write behind another leaves with the ACK of that one, without any call (MUST-60, SHLD-7)', () => {
    const t = established().write(1).out('P. 1:2 ack 1').write(1).quiet();
    t.in('. 1:1 ack 2').out('P. 2:3 ack 1');
  });

  test('writes that had to wait leave as full segments, with PSH on the last alone (SHLD-27, SHLD-28, MUST-61)', () => {
    const t = established({ parameters: { initialWindow: 1 } })
      .write(1000)
      .out('P. 1:1001 ack 1');
    for (let i = 0; i < 25; i++) t.write(100).quiet();
    t.in('. 1:1 ack 1001').out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 3001').out('P. 3001:3501 ack 1');
  });

  test('Nagle off, writes that had to wait are put together all the same (SHLD-28, MUST-17)', () => {
    const t = established().do((c) => c.setNoDelay(true));
    t.in('. 1:1 ack 1 win 0');
    for (let i = 0; i < 10; i++) t.write(100).quiet();
    t.in('. 1:1 ack 1 win 65535').out('P. 1:1001 ack 1');
  });
});

describe('cork (MAY-15, MAY-16)', () => {
  test('only full segments leave while it is on (MAY-16)', () => {
    const t = established().do(cork(true)).write(600).quiet().followed('local-cork');
    t.write(600).out('. 1:1001 ack 1').in('. 1:1 ack 1001').quiet();
    t.do(cork(false)).out('P. 1001:1201 ack 1');
  });

  test('without a write that fills it, the rest leaves after 200 ms (MUST-60, MAY-16)', () => {
    const t = established().do(cork(true)).write(600).after(199).quiet().after(1).out('P. 1:601 ack 1');
    t.in('. 1:1 ack 601').write(10).after(199).quiet().after(1).out('P. 601:611 ack 1');
  });

  test('so behind full segments, 200 ms after they are acknowledged (MUST-60)', () => {
    const t = established().do(cork(true)).write(1500).out('. 1:1001 ack 1').after(300).quiet();
    t.in('. 1:1 ack 1001').after(199).quiet().after(1).out('P. 1001:1501 ack 1');
  });

  test('taken off, what was held leaves though something is in flight: that is the PUSH (MAY-15)', () => {
    const t = established().write(10).out('P. 1:11 ack 1').do(cork(true)).write(10).quiet();
    t.do(cork(false)).out('P. 11:21 ack 1').write(10).quiet();
  });

  test('a FIN takes along what is held', () => {
    established().do(cork(true)).write(10).quiet().shutdown().out('FP. 1:11 ack 1');
  });

  test('Nagle off or on makes no difference', () => {
    established()
      .do((c) => c.setNoDelay(true))
      .do(cork(true))
      .write(10)
      .quiet()
      .after(200)
      .out('P. 1:11 ack 1');
  });
});

describe('FLUSH (MAY-14)', () => {
  const dropped = (t: Script): number => {
    let n = 0;
    t.do((c, now) => {
      n = c.flush(now);
    });
    return n;
  };

  test('what has left stays, what has not is dropped, and the numbers go on', () => {
    const t = established().in('. 1:1 ack 1 win 1500').write(1000).out('P. 1:1001 ack 1').write(1200).quiet();
    expect(dropped(t)).toBe(1200);
    expect(t.connection.sendQueue).toBe(1000);
    t.do((c, now) => c.send(pattern(1001, 1), now)).out('P. 1001:1002 ack 1');
    t.in('. 1:1 ack 1002').after(60_000).quiet();
    expect(t.connection.sendQueue).toBe(0);
  });

  test('a FIN that waited behind it leaves', () => {
    const t = established().in('. 1:1 ack 1 win 1000').write(3000).out('. 1:1001 ack 1').shutdown().quiet();
    expect(dropped(t)).toBe(2000);
    t.in('. 1:1 ack 1001').out('F. 1001:1001 ack 1').in('. 1:1 ack 1002').state('FIN-WAIT-2');
  });

  test('a zero-window probe in flight has left', () => {
    const t = established().in('. 1:1 ack 1 win 0').write(500).after(1000).out('. 1:2 ack 1');
    expect(dropped(t)).toBe(499);
    t.in('. 1:1 ack 1 win 1000').out('P. 1:2 ack 1').in('. 1:1 ack 2').after(60_000).quiet();
  });

  test('there is room again, and whoever waits for it hears', () => {
    const t = established({ parameters: { sendBuffer: 3000 } })
      .in('. 1:1 ack 1 win 1000')
      .writePart(5000, 3000);
    t.takeSent();
    t.untold(WRITABLE);
    expect(dropped(t)).toBe(2000);
    t.told(WRITABLE);
  });

  test('nothing waits: nothing is dropped', () => {
    const t = established();
    expect(dropped(t)).toBe(0);
    t.write(10).out('P. 1:11 ack 1');
    expect(dropped(t)).toBe(0);
    t.shutdown().out('F. 11:11 ack 1');
    expect(dropped(t)).toBe(0);
  });
});
