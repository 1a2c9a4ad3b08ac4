// One exchange for each thing that goes wrong, the sentence that is said of it, and the packets that it cites.

import { describe, expect, test } from 'vitest';
import { compareTrouble, formatTime, tableLines } from '../../../src/trace/reader/table.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { OPENED, readExchange, SYN_OPTIONS } from './exchange.ts';

const verdict = (lines: readonly string[], until = 0) => readExchange(lines, until).connections[0]!.verdict;
const summary = (...lines: readonly string[]) => readExchange([...OPENED, ...lines]).connections[0]!;

describe('opening', () => {
  test('SYNs without an answer, and how far apart they were', () => {
    expect(verdict(['+0 > S 0:0', '+1000 > S 0:0', '+2000 > S 0:0'])).toEqual({
      kind: 'unanswered',
      severity: 3,
      text: 'no answer to 3 SYNs, 1 s, 2 s apart: dropped on the way, or no host there (packets 1, 2, 3)',
      packets: [1, 2, 3],
      advice: 'Check that the host is up and that no filter on the way drops the SYN: capture at the server.',
    });
  });

  test.each([
    ['3/0', 'there is no route'],
    ['3/1', 'the host does not answer on its link'],
    ['3/3', 'a firewall refuses the port'],
    ['3/13', 'a filter forbids it'],
    ['11/0', 'the hop limit ran out: a routing loop, or too long a path'],
  ])('refused by ICMP %s', (error, why) => {
    const { kind, text, packets } = verdict(['+0 > S 0:0', `+5 ! ${error} of > 0`, '+1000 > S 0:0']);
    expect([kind, text]).toEqual([
      'unreachable',
      `refused: ICMP of 10.0.0.9 says that ${why} (packets 1, 2)`,
    ]);
    expect(packets).toEqual([1, 2]);
  });

  test('§3.10.7.4 first: an ACK for a SYN is one of an older connection', () => {
    const lines = ['+0 > S 0:0', '+20 < . 500:500 ack 77', '+0 > R 77:77'];
    expect(verdict(lines)).toMatchObject({ kind: 'old-connection', packets: [1, 2, 3] });
  });

  test('RFC 6191: ports that were in TIME-WAIT', () => {
    const ended = [...OPENED, '+1 > F. 1:1 ack 1', '+20 < F. 1:1 ack 2', '+0 > . 2:2 ack 2'];
    const again = [
      '+500 > S 0:0 isn 99000',
      '+20 < S. 70000:70000 ack 99001',
      '+0 > . 99001:99001 ack 70001',
    ];
    expect(readExchange([...ended, ...again]).connections.map(({ verdict: said }) => said)).toMatchObject([
      { kind: 'fine' },
      {
        kind: 'time-wait-reuse',
        packets: [6, 7],
        text: expect.stringMatching(
          /^opened 500 ms after .*: the client, first to close then, was in TIME-WAIT/,
        ),
      },
    ]);
  });

  test('refused', () => {
    const { text } = verdict(['+0 > S 0:0', '+20 < R. 0:0 ack 1']);
    expect(text).toBe('refused: RST 20 ms after the SYN, nobody listens on that port (packets 1, 2)');
  });

  test('half a handshake', () => {
    const { kind, packets } = verdict(['+0 > S 0:0', '+20 < S. 0:0 ack 1', '+1000 < S. 0:0 ack 1']);
    expect([kind, packets]).toEqual(['half-open', [1, 2]]);
  });

  test('opened at the second SYN', () => {
    const { kind, severity, packets } = verdict([
      '+0 > S 0:0',
      '+1000 > S 0:0',
      '+20 < S. 0:0 ack 1',
      '+0 > . 1:1 ack 1',
    ]);
    expect([kind, severity, packets]).toEqual(['slow-opening', 2, [1, 2, 3]]);
  });

  test('§3.5 simultaneous open is nothing wrong', () => {
    const lines = ['+0 > S 0:0', '+5 < S 0:0', '+5 > S. 0:0 ack 1', '+5 < S. 0:0 ack 1'];
    expect(verdict(lines).kind).not.toBe('refused');
  });
});

describe('resets', () => {
  const cause = (...lines: readonly string[]): string => summary(...lines).verdict.text;

  test('an abort', () => {
    expect(cause('+1 > P. 1:101 ack 1', '+20 < . 1:1 ack 101', '+50 < R. 1:1 ack 101')).toMatch(
      /^reset by the server: the server's application aborted.*\(packets 5, 6\)$/,
    );
  });

  test('§3.5.2: a host that has forgotten the connection answers by a RST without ACK', () => {
    expect(cause('+60000 > P. 1:101 ack 1', '+20 < R 1:1')).toMatch(/knows no such connection/);
  });

  test('text for an end that has closed', () => {
    const lines = ['+1 > F. 1:1 ack 1', '+20 < P. 1:101 ack 2', '+0 > R 2:2'];
    expect(cause(...lines)).toMatch(/^reset by the client: the client had closed/);
  });

  test('another hop limit: a device on the way', () => {
    expect(cause('+1 > P. 1:101 ack 1', '+2 < R. 1:1 ack 101 ttl 251')).toMatch(/a device between them/);
  });

  test('given up after retransmissions', () => {
    const again = [
      '+1 > P. 1:101 ack 1',
      '+300 > P. 1:101 ack 1',
      '+600 > P. 1:101 ack 1',
      '+900 > R. 101:101 ack 1',
    ];
    expect(cause(...again)).toMatch(/the client gave up/);
  });

  test('§3.10.7.4 first: a RST outside the window ends nothing', () => {
    const { verdict: said, server } = summary(
      '+1 > P. 1:101 ack 1',
      '+20 < R 900000:900000',
      '+1 < . 1:1 ack 101',
    );
    expect([said.kind, server.state]).toEqual(['fine', 'ESTABLISHED']);
  });

  test('§3.10.7.4 first: nor does an old one', () => {
    const lines = ['+1 < P. 1:101 ack 1', '+0 > . 1:1 ack 101', '+20 < R 1:1', '+1 > P. 1:11 ack 101'];
    const { verdict: said, client } = summary(...lines);
    expect([said.kind, client.state]).toEqual(['fine', 'ESTABLISHED']);
  });

  test('a RST behind both FINs is no trouble', () => {
    const lines = ['+1 > F. 1:1 ack 1', '+20 < F. 1:1 ack 2', '+0 > R. 2:2 ack 2'];
    expect(summary(...lines).verdict.severity).toBe(0);
  });
});

describe('closing', () => {
  test('CLOSE-WAIT at one end is FIN-WAIT-2 at the other', () => {
    const lines = [...OPENED, '+1 > F. 1:1 ack 1', '+20 < . 1:1 ack 2'];
    expect(verdict(lines, 62_000)).toMatchObject({
      kind: 'never-closed',
      text: 'the server never closed: in CLOSE-WAIT for 62 s, the client in FIN-WAIT-2 (packets 4, 5)',
    });
    expect(verdict(lines, 1000).kind).toBe('fine');
  });

  test('in order', () => {
    const lines = ['+1 > F. 1:1 ack 1', '+20 < F. 1:1 ack 2', '+0 > . 2:2 ack 2'];
    expect(summary(...lines)).toMatchObject({
      connState: 'SF',
      history: 'ShAFf',
      completeness: 23,
      roundTrip: 20,
      verdict: { kind: 'fine', severity: 0 },
    });
  });
});

describe('in between', () => {
  test('a closed window, and who was slow', () => {
    const closed = [
      '+1 > P. 1:101 ack 1',
      '+20 < . 1:1 ack 101 win 0',
      '+1000 > . 101:102 ack 1',
      '+20 < . 1:1 ack 101 win 0',
    ];
    const { verdict: said } = summary(...closed, '+700 < . 1:1 ack 101 win 5000');
    expect(said).toMatchObject({ kind: 'zero-window', packets: [5, 8] });
    expect(said.text).toMatch(
      /^the server's window was closed for up to 1.72 s: its application reads too slowly/,
    );
    expect(verdict([...OPENED, ...closed.slice(0, 2)], 3000).text).toMatch(/has been closed for 3 s/);
  });

  test('loss, and the silence that it cost', () => {
    const {
      verdict: said,
      stall,
      retransmissions,
    } = summary('+1 > P. 1:101 ack 1', '+300 > P. 1:101 ack 1', '+20 < . 1:1 ack 101');
    expect(said).toMatchObject({ kind: 'loss', severity: 2, packets: [5, 4, 5] });
    expect([stall?.milliseconds, stall?.cause, retransmissions]).toEqual([300, 'retransmission', 1]);
  });

  test('reordering is not loss', () => {
    const lines = [
      '+1 > . 1:1001 ack 1',
      '+0 > . 2001:3001 ack 1',
      '+2 > . 1001:2001 ack 1',
      '+20 < . 1:1 ack 3001',
    ];
    expect(summary(...lines).verdict.text).toBe(
      'reordering, not loss: 1 packet of the client came late (packet 6)',
    );
  });

  test('a path-MTU black hole: small text arrives, large text does not', () => {
    const small = ['+1 > P. 1:101 ack 1', '+20 < . 1:1 ack 101'];
    const large = ['+1 > . 101:1561 ack 1', '+300 > . 101:1561 ack 1', '+600 > . 101:1561 ack 1'];
    const said = summary(...small, ...large).verdict;
    expect(said).toMatchObject({ kind: 'black-hole', severity: 3, packets: [7, 8] });
    expect(said.text).toMatch(
      /1460 bytes of the client were sent again 2 times for nothing while 100 bytes arrived/,
    );
  });

  test('path MTU: what was too big went on smaller, or nothing did', () => {
    const large = ['+1 > . 1:1461 ack 1', '+5 ! 3/4 mtu 1400 of > 1'];
    const healed = summary(...large, '+1 > . 1:1361 ack 1', '+20 < . 1:1 ack 1361').verdict;
    expect(healed).toMatchObject({ kind: 'path-mtu', severity: 1, packets: [5, 7] });
    expect(healed.text).toMatch(
      /^path MTU: the client heard by ICMP of 10.0.0.9 that packets above 1400 bytes/,
    );
    const deaf = summary(...large, '+300 > . 1:1461 ack 1', '+600 > . 1:1461 ack 1').verdict;
    expect(deaf).toMatchObject({ kind: 'path-mtu', severity: 3, packets: [5, 7] });
  });

  test('ICMP says why nothing comes back', () => {
    const lines = [
      '+1 > P. 1:101 ack 1',
      '+300 > P. 1:101 ack 1',
      '+5 ! 3/1 of > 1',
      '+600 > P. 1:101 ack 1',
    ];
    expect(summary(...lines).verdict).toMatchObject({
      kind: 'unreachable',
      text: expect.stringMatching(/^the client is not heard any more: ICMP of 10.0.0.9 says that the host/),
      packets: [6],
    });
  });

  test('an ICMP error about nothing that was captured is counted', () => {
    const { connections } = readExchange(['+0 ! 3/1 of > 0', ...OPENED]);
    expect(connections.map(({ verdict: said }) => said.kind)).toEqual(['fine']);
  });

  test('RFC 3522 §3.2: which copy was answered, by the timestamp that comes back', () => {
    const stamps = (value: number, echo: number): string => `<1,1,8,10,0,0,0,${value},0,0,0,${echo}>`;
    const twice = (echo: string) => [
      `+1 > P. 1:101 ack 1 ${stamps(10, 5)}`,
      `+300 > P. 1:101 ack 1 ${stamps(40, 5)}`,
      `+5 < . 1:1 ack 101 ${echo}`,
    ];
    const said = (echo: string): string => summary(...twice(echo)).verdict.text;
    expect(said(stamps(7, 10))).toMatch(/, 1 time for nothing: the original had arrived/);
    expect(said(stamps(7, 40))).not.toMatch(/nothing/);
    expect(said('')).toMatch(/; without timestamps nobody knows which copy 1 ACK answered/);
  });

  test('who was slow: a server that had everything, and an open window', () => {
    const lines = [
      '+1 > P. 1:101 ack 1',
      '+20 < . 1:1 ack 101',
      '+2500 < P. 1:301 ack 101',
      '+1 > . 101:101 ack 301',
    ];
    expect(summary(...lines).verdict).toMatchObject({
      kind: 'slow-answer',
      text: expect.stringMatching(/the server's application took up to 2.52 s to answer/),
      packets: [4, 6],
    });
  });

  test('nothing comes back any more', () => {
    const lines = ['+1 > P. 1:101 ack 1', '+300 > P. 1:101 ack 1', '+600 > P. 1:101 ack 1'];
    expect(summary(...lines).verdict).toMatchObject({ kind: 'unacknowledged', packets: [5, 6] });
  });

  test('Nagle against delayed ACKs', () => {
    const lines: string[] = [];
    for (let i = 0; i < 3; i++) {
      const at = 1 + 200 * i;
      lines.push(`+1 > P. ${at}:${at + 100} ack 1`, `+41 < . 1:1 ack ${at + 100}`);
      lines.push(`+0.1 > P. ${at + 100}:${at + 200} ack 1`, `+1 < . 1:1 ack ${at + 200}`);
    }
    expect(summary(...lines).verdict).toMatchObject({ kind: 'delayed-ack', packets: [4, 5, 6] });
  });

  test('no window scaling, and full windows', () => {
    const lines = [
      '+0 > S 0:0',
      `+20 < S. 0:0 ack 1 win 65535 ${SYN_OPTIONS}`,
      '+0 > . 1:1 ack 1',
      '+0 < . 1:1 ack 1 win 65000',
    ];
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 50; j++) {
        const at = 1 + 65_000 * i + 1300 * j;
        lines.push(`+0 > . ${at}:${at + 1300} ack 1`);
      }
      lines.push(`+20 < . 1:1 ack ${1 + 65_000 * (i + 1)} win 65000`);
    }
    expect(verdict(lines)).toMatchObject({ kind: 'no-window-scale', packets: [54] });
  });
});

describe("Zeek's conn_state", () => {
  test.each([
    ['S0', ['+0 > S 0:0']],
    ['REJ', ['+0 > S 0:0', '+1 < R. 0:0 ack 1']],
    ['S1', OPENED],
    ['S2', [...OPENED, '+1 > F. 1:1 ack 1', '+1 < . 1:1 ack 2']],
    ['S3', [...OPENED, '+1 < F. 1:1 ack 1', '+1 > . 1:1 ack 2']],
    ['RSTO', [...OPENED, '+1 > R. 1:1 ack 1']],
    ['RSTR', [...OPENED, '+1 < R. 1:1 ack 1']],
    ['RSTOS0', ['+0 > S 0:0', '+1 > R 1:1']],
    ['RSTRH', ['+0 < S. 0:0 ack 1', '+1 < R. 1:1 ack 1']],
    ['SH', ['+0 > S 0:0', '+1 > F 1:1']],
    ['SHR', ['+0 < S. 0:0 ack 1', '+1 < F. 1:1 ack 1']],
    ['OTH', ['+0 > P. 5:9 ack 3', '+1 < . 3:3 ack 9']],
  ])('%s', (state, lines) => {
    expect(readExchange(lines).connections[0]!.connState).toBe(state);
  });

  test('the history grows with the powers of ten', () => {
    const lines = [...OPENED, '+1 > P. 1:101 ack 1'];
    for (let i = 0; i < 12; i++) lines.push('+300 > P. 1:101 ack 1');
    expect(readExchange(lines).connections[0]!.history).toBe('ShADTT');
  });
});

test('the table: the graver first, a verdict below each row', () => {
  const fine = readExchange(OPENED).connections[0]!;
  const failed = { ...readExchange(['+0 > S 0:0', '+1 < R. 0:0 ack 1']).connections[0]!, connection: 2 };
  const lines = tableLines([fine, failed].sort(compareTrouble), ENGLISH);
  expect(lines.map((line) => line.trim().slice(0, 12))).toEqual([
    '#  client   ',
    '2  10.0.0.1:',
    'FAIL refused',
    'try: Check t',
    '1  10.0.0.1:',
    'ok nothing w',
  ]);
  expect([0.05, 12.345, 1234, 3_600_000].map(formatTime)).toEqual(['50us', '12.3ms', '1.23s', '3600s']);
});
