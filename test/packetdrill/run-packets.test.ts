import { expect, test } from 'vitest';
import { ACCEPTED, fails, LISTEN, passes, run, SYNS } from '../support/packetdrill.ts';

test('nobody listens: resets, in the numbers of what they answer', () => {
  passes(`
    0 < S 0:0(0) win 1000
    +0 > R. 0:0(0) ack 1
    +.1 < . 1000:1000(0) ack 77 win 1000
    +0 > R 77:77(0)`);
});

test('simultaneous open keeps the initial sequence number', () => {
  passes(`${SYNS}
    +.1 < S 0:0(0) win 1000 <mss 1000>
    +0 > S. 0:0(0) ack 1 <...>
    +.1 < . 1:1(0) ack 1 win 1000
    +0 write(3, ..., 10) = 10
    +0 > P. 1:11(10) ack 1`);
});

test('timestamps are learnt as they leave, and echoed', () => {
  const script = `${LISTEN}
    +0 < S 0:0(0) win 65535 <mss 1012,nop,nop,TS val 700 ecr 0>
    +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 10 ecr 700>
    +.1 < . 1:1(0) ack 1 win 65535 <nop,nop,TS val 800 ecr 10>
    +0 accept(3, ..., ...) = 4
    +.1 write(4, ..., 10) = 10
    +0 > P. 1:11(10) ack 1 <nop,nop,TS val VALUE ecr 800>
    +.1 < . 1:1(0) ack 11 win 65535 <nop,nop,TS val 900 ecr ECHO>`;
  const filled = (value: number, echo: number): string =>
    script.replace('VALUE', String(value)).replace('ECHO', String(echo));
  passes(filled(55, 55));
  expect(fails(filled(55, 56)).reason).toBe('no segment with TS val 56 has left to be echoed');
  passes(`--tcp_ts_tick_usecs=1000\n${filled(210, 210)}`);
  expect(fails(`--tcp_ts_tick_usecs=1000\n${filled(310, 310)}`).reason).toBe('TS val is 100 ticks behind');
  passes(`--tcp_ts_ecr_scaled\n--tcp_ts_tick_usecs=1000\n${filled(210, 209)}`);
});

test('SACK both ways is in the numbers of the script', () => {
  passes(`${LISTEN}
    +0 < S 0:0(0) win 65535 <mss 1000,nop,nop,sackOK>
    +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>
    +.1 < . 1:1(0) ack 1 win 65535
    +0 accept(3, ..., ...) = 4
    +.1 < . 1001:2001(1000) ack 1 win 65535
    +0 > . 1:1(0) ack 1 <nop,nop,sack 1001:2001>`);
});

test('another connection on the same ports, another initial sequence number', () => {
  passes(`${LISTEN.replace('listen(3, 1)', 'listen(3, 10)')}
    +0 < S 0:0(0) win 65535 <mss 1000>
    +0 > S. 0:0(0) ack 1 <...>
    +.1 < R 1:1(0) win 0
    +.1 < S 0:0(0) win 65535 <mss 1000>
    +0 > S. 0:0(0) ack 1 <...>`);
});

test('connections by their ports, each in its own order', () => {
  passes(`${LISTEN.replace('listen(3, 1)', 'listen(3, 10)')}
    +0 < 4001 > 8080 S 10:10(0) win 65535 <mss 1000>
    +0 < 4002 > 8080 S 20:20(0) win 65535 <mss 1000>
    +0 > 8080 > 4002 S. 0:0(0) ack 21 <...>
    +0 > 8080 > 4001 S. 0:0(0) ack 11 <...>`);
});

test('a SYN after listen() is another client, even if the one before is still there', () => {
  const reuse = (fd: number): string => `+0 setsockopt(${fd}, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0`;
  passes(`${ACCEPTED.replace('+0 bind', `${reuse(3)}\n+0 bind`)}
    ${reuse(4)}
    +0 close(3) = 0
    +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
    ${reuse(5)}
    +0 bind(5, ..., ...) = 0
    +0 listen(5, 1) = 0
    +0 < S 0:0(0) win 65535 <mss 1000>
    +0 > S. 0:0(0) ack 1 <...>
    +.1 < . 1:1(0) ack 1 win 65535
    +0 accept(5, ..., ...) = 6`);
});

test('a SYN after connect() is for the client, even if someone listens', () => {
  passes(`${LISTEN}
    +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
    +0 fcntl(5, F_SETFL, O_RDWR|O_NONBLOCK) = 0
    +0 connect(5, ..., ...) = -1 EINPROGRESS (Operation now in progress)
    +0 > S 500:500(0) <...>
    +.1 < S 0:0(0) win 1000 <mss 1000>
    +0 > S. 500:500(0) ack 1 <...>`);
});

test('scaled windows: a script for another scale passes', () => {
  const script = `${LISTEN}
    +0 < S 0:0(0) win 65535 <mss 1000,nop,wscale 7>
    +0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 14>
    +.1 < P. 1:11(10) ack 1 win 257
    * > . 1:1(0) ack 11 win WINDOW`;
  expect(fails(script.replace(' win WINDOW', '')).reason).toBe('the options differ');
  // The unit is 16 KiB, and 262 KiB are offered: a unit that is begun counts or not.
  const windows = [...Array(100).keys()].filter(
    (window) => run(script.replace('WINDOW', String(window)), { window: 'scaled' }).result === 'pass',
  );
  expect(windows).toEqual([16, 17]);
  passes(script.replace('WINDOW', '1'), { window: 'ignore' });
});

test('a text larger than the MTU arrives; with --mss as a batch that is acknowledged once', () => {
  const script = `${ACCEPTED}
    +.1 < P. 1:10001(10000) ack 1 win 65535
    * > . 1:1(0) ack 10001
    +0 read(4, ..., 20000) = 10000`;
  passes(script);
  passes(`--mss=1000\n${script}`);
});

test('ICMP: a hard error ends the attempt, an echo is answered', () => {
  passes(`${SYNS}
    +.1 < icmp echo_request id 7
    +0 > icmp echo_reply id 7
    +.1 < icmp unreachable port_unreachable [0:0(0)]
    +0 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)`);
  expect(fails(`${SYNS}\n+0 < icmp echo_request id 7\n+0 > icmp echo_reply id 8`)).toMatchObject({
    reason: 'the id is 7, not 8',
    expected: '> icmp echo_reply id 8',
    actual: '> icmp echo_reply id 7',
  });
  expect(fails('0 < udp (7)\n+0 > icmp unreachable port_unreachable [udp (8)]')).toMatchObject({
    reason: 'the quotation differs',
    actual: '> icmp unreachable port_unreachable [udp (7)]',
  });
  expect(fails('0 < udp (7)\n+0 > icmp unreachable host_unreachable [udp (7)]').reason).toBe(
    'the code is port_unreachable, not host_unreachable',
  );
});

test('ICMP: a smaller path MTU makes the segment go again in smaller ones', () => {
  passes(`${ACCEPTED.replace('mss 1000', 'mss 1460')}
    +0 write(4, ..., 1460) = 1460
    +0 > P. 1:1461(1460) ack 1
    +.01 < icmp unreachable frag_needed mtu 1000 [1:1461(1460)]
    +0 > . 1:961(960) ack 1
    +0 > P. 961:1461(500) ack 1`);
});
