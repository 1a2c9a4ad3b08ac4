import { expect, test } from 'vitest';
import { ACCEPTED, fails, LISTEN, passes, run } from '../support/packetdrill.ts';

test('a server: handshake, text both ways, close', () => {
  passes(`${ACCEPTED}
    +.1 < P. 1:501(500) ack 1 win 65535
    * > . 1:1(0) ack 501
    +.1 read(4, ..., 1000) = 500
    +0 write(4, ..., 700) = 700
    +0 > P. 1:701(700) ack 501
    +.1 < F. 501:501(0) ack 701 win 65535
    * > . 701:701(0) ack 502
    +.1 close(4) = 0
    +0 > F. 701:701(0) ack 502
    +.1 < . 502:502(0) ack 702 win 65535`);
});

test('a client: its SYN is where the script says, its numbers follow', () => {
  passes(`
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
    +0...0.1 connect(3, ..., ...) = 0
    +0 > S 1000:1000(0) <...>
    +.1 < S. 500:500(0) ack 1001 win 65535 <mss 1000>
    +0 > . 1001:1001(0) ack 501
    +.1 write(3, ..., 10) = 10
    +0 > P. 1001:1011(10) ack 501`);
});

test('IPv6', () => {
  passes(
    `${ACCEPTED}
    +0 write(4, ..., 10) = 10
    +0 > P. 1:11(10) ack 1`,
    { family: 6 },
  );
});

test('--ip_version=ipv6 in the script', () => {
  passes(`--ip_version=ipv6\n${ACCEPTED}\n+0 < udp (7)\n+0 > icmp unreachable port_unreachable [udp (7)]`);
});

test('segments stand for the one that the script says, unless --strict_segments', () => {
  const script = `${ACCEPTED}
    +0 write(4, ..., 2500) = 2500
    +0 > P. 1:2501(2500) ack 1`;
  passes(script);
  expect(fails(`--strict_segments\n${script}`)).toMatchObject({
    reason: 'flags are ., not P.; the length is 1000, not 2500',
  });
});

test('a failure: line, both packets, the conversation', () => {
  const failure = fails(`${LISTEN}
+0 < S 0:0(0) win 65535 <mss 1000>
+0 > S. 0:0(0) ack 2 <...>`);
  expect(failure).toMatchObject({
    line: 7,
    column: null,
    source: '+0 > S. 0:0(0) ack 2 <...>',
    reason: 'ack is 1, not 2',
    expected: '> S. 0:0(0) ack 2 <...>',
  });
  expect(failure.actual).toMatch(/^> S\. 0:0\(0\) ack 1 /);
  expect(failure.conversation.slice(-3).map((line) => line.split(' <mss')[0])).toEqual([
    '0.000000 listen(3, 1) = 0',
    '0.000000 < S 0:0(0) win 65535',
    expect.stringMatching(/^0\.000000 > S\. 0:0\(0\) ack 1 win \d+$/),
  ]);
});

test('a packet that never comes', () => {
  expect(fails(`${ACCEPTED}\n+1 > . 1:1(0) ack 1`)).toMatchObject({
    reason: 'nothing has left by 1.225000',
    expected: '> . 1:1(0) ack 1',
    actual: null,
  });
});

test('too few bytes: what there is is shown', () => {
  expect(fails(`${ACCEPTED}\n+0 write(4, ..., 1500) = 1500\n+0 > P. 1:2001(2000) ack 1`)).toMatchObject({
    reason: 'the length is 1500, not 2000',
    actual: '> P. 1:1501(1500) ack 1',
  });
  const anyTime = fails(`${ACCEPTED}\n+0 write(4, ..., 1500) = 1500\n* > P. 1:2001(2000) ack 1`);
  expect(anyTime.reason).toBe('the length is 1500, not 2000');
  expect(Number(anyTime.conversation.at(-1)!.split(' ')[0])).toBeLessThan(2);
});

test('what the script does not ask for is no failure', () => {
  passes(`${ACCEPTED}\n+0 write(4, ..., 10) = 10`);
});

test('but the next packet that it asks for is the next that left', () => {
  const failure = fails(`${ACCEPTED}
    +0 write(4, ..., 10) = 10
    +.1 < . 1:1(0) ack 11 win 65535
    +0 write(4, ..., 10) = 10
    +0 > P. 11:21(10) ack 1`);
  expect(failure.reason).toBe('seq is 1, not 11');
});

test('what a call returns is compared', () => {
  const failure = fails(`${ACCEPTED}\n+.1 < P. 1:11(10) ack 1 win 65535\n+0 read(4, ..., 1000) = 11`);
  expect(failure).toMatchObject({ line: 12, source: '+0 read(4, ..., 1000) = 11' });
});

test('an assertion that does not hold: its own line and column', () => {
  passes(`${ACCEPTED}\n+0 %{ assert 1 == 1 }%`);
  expect(fails(`${ACCEPTED}\n+0 %{\nx = 2\nassert x == 1 }%`)).toMatchObject({ line: 13, column: 1 });
});

test('shell commands: what we have no mapping for skips the script, wherever it stands', () => {
  const command = '`frobnicate --all`';
  for (const script of [
    `${command}\n${ACCEPTED}`,
    `${ACCEPTED}\n+0 ${command}\n+0 close(4) = 0`,
    `${ACCEPTED}\n+0 close(4) = 0\n${command}`,
  ]) {
    const result = run(script);
    expect(result).toMatchObject({ result: 'skip' });
    expect(result).toHaveProperty('line', script.slice(0, script.indexOf(command)).split('\n').length);
  }
});

test('an option, a call or a kind of packet that we do not have skips the script', () => {
  expect(run(`--frobnicate=1\n${ACCEPTED}`)).toMatchObject({ result: 'skip', line: 1 });
  expect(run(`${ACCEPTED}\n+0 frobnicate(4) = 0`)).toMatchObject({ result: 'skip', line: 11 });
  expect(run(`${ACCEPTED}\n+0 < sctp: INIT[]`)).toMatchObject({ result: 'skip', line: 11 });
  expect(run(`${ACCEPTED}\n+0 < icmp nonsense`)).toMatchObject({ result: 'skip', line: 11 });
  expect(run(`--mtu=60\n${ACCEPTED}`)).toMatchObject({ result: 'skip' });
});

test('a script that cannot be read fails, with line and column', () => {
  expect(fails('0 < S 0:0(1) win 1')).toMatchObject({ line: 1, column: 7, source: '', conversation: [] });
});

test('nothing of one script is left in the next', () => {
  const script = `${ACCEPTED}\n+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+1 > R 1:1(0)`;
  expect(run(script)).toEqual(run(script));
});
