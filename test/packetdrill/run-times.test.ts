import { expect, test } from 'vitest';
import { ACCEPTED, fails, LISTEN, passes, SYNS } from '../support/packetdrill.ts';

test('times: relative to when the event before was due', () => {
  passes(`${SYNS}\n+1 > S 0:0(0) <...>\n+2 > S 0:0(0) <...>\n+4 > S 0:0(0) <...>`);
  passes(`${SYNS}\n1.0 > S 0:0(0) <...>\n3.0 > S 0:0(0) <...>`);
});

test('times: an eighth of the time since the event before is in time', () => {
  passes(`${SYNS}\n+1.14 > S 0:0(0) <...>`);
  passes(`${SYNS}\n+.89 > S 0:0(0) <...>`);
  expect(fails(`${SYNS}\n+1.15 > S 0:0(0) <...>`)).toMatchObject({
    reason: 'it left at 1.000000, 150 ms early',
    expected: '1.150000 > S 0:0(0) <...>',
    actual: expect.stringMatching(/^1\.000000 > S 0:0\(0\) </),
  });
  expect(fails(`${SYNS}\n+.88 > S 0:0(0) <...>`).reason).toBe('it left at 1.000000, 120 ms late');
});

test('times: --tolerance_usecs is in time too', () => {
  passes(`--tolerance_usecs=150000\n${SYNS}\n+1.15 > S 0:0(0) <...>`);
});

test('times: ranges, and any time; the next event counts from when it was', () => {
  passes(`${SYNS}\n+.5~+1.5 > S 0:0(0) <...>\n+2 > S 0:0(0) <...>`);
  passes(`${SYNS}\n* > S 0:0(0) <...>\n+2 > S 0:0(0) <...>`);
  expect(fails(`${SYNS}\n+.1~+.5 > S 0:0(0) <...>`).reason).toBe('it left at 1.000000, 500 ms late');
});

test('times: any time may be one that is over', () => {
  passes(`${ACCEPTED}
    +0 write(4, ..., 10) = 10
    +.1 %{ assert 1 }%
    * > P. 1:11(10) ack 1`);
});

test('times: an event that comes when its time is over', () => {
  expect(fails(`${SYNS}\n* > S 0:0(0) <...>\n.5 < R. 0:0(0) ack 1 win 0`).reason).toBe(
    'due at 0.500000, but it is 1.000000 already',
  );
});

test('two hours of virtual time take none', () => {
  passes(`${ACCEPTED}
    +0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
    +7200 > . 0:0(0) ack 1
    +.1 < . 1:1(0) ack 1 win 65535
    * > . 0:0(0) ack 1`);
});

test('a blocking call returns when the script says', () => {
  passes(`${ACCEPTED}
    +0...0.2 read(4, ..., 1000) = 10
    +.2 < P. 1:11(10) ack 1 win 65535`);
  expect(
    fails(`${ACCEPTED}
      +0...0.2 read(4, ..., 1000) = 10
      +.1 < P. 1:11(10) ack 1 win 65535`),
  ).toMatchObject({
    reason: 'it returned at 0.200000, not at 0.300000',
    source: '+0...0.2 read(4, ..., 1000) = 10',
  });
  expect(fails(`${ACCEPTED}\n+0...0.2 read(4, ..., 1000) = 10`).reason).toBe(
    'it has not returned by 0.325000',
  );
});

test('other calls go on while one blocks; a second blocking one waits for it', () => {
  passes(`${ACCEPTED}
    +0...0.3 read(4, ..., 1000) = 10
    +.1 write(4, ..., 5) = 5
    +0 > P. 1:6(5) ack 1
    +.2 < P. 1:11(10) ack 6 win 65535
    +0...0.1 read(4, ..., 1000) = 20
    +.1 < P. 11:31(20) ack 6 win 65535`);
});

test('a blocking call that is not over when the next one begins', () => {
  expect(
    fails(`${ACCEPTED}
      +0...0.2 read(4, ..., 1000) = 10
      +.1...0.4 read(4, ..., 1000) = 10`),
  ).toMatchObject({ reason: 'it has not returned by 0.325000', source: '+0...0.2 read(4, ..., 1000) = 10' });
});

test('a call that does not return at once and does not say so', () => {
  expect(fails(`${LISTEN}\n+0 accept(3, ..., ...) = 4`).reason).toBe('it blocks');
  const halfOpen = fails(`${LISTEN}\n+0 < S 7:7(0) win 65535\n+0 accept(3, ..., ...) = 4`);
  expect(halfOpen.conversation[4]).toMatch(/^0.000000 > S\. 0:0\(0\) ack 8 /);
});
