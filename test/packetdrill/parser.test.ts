// packetdrill's script language: every form that the grammar has, and line and column of every fault.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScript } from '../../src/packetdrill/parser.ts';
import {
  type Action,
  type CallAction,
  type Script,
  ScriptError,
  type ScriptEvent,
  type TcpAction,
  type Value,
} from '../../src/packetdrill/script.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../../src/wire/tcp.ts';

const parse = (text: string, symbols: Record<string, string> = {}): Script =>
  parseScript('a.pkt', text, new Map(Object.entries(symbols)));

const event = (text: string, symbols?: Record<string, string>): ScriptEvent => {
  const { events } = parse(text, symbols);
  expect(events).toHaveLength(1);
  return events[0]!;
};

/** The action of a script of one event. */
function action<K extends Action['kind']>(kind: K, text: string, symbols?: Record<string, string>) {
  const found = event(`0 ${text}`, symbols).action;
  expect(found.kind).toBe(kind);
  return found as Extract<Action, { kind: K }>;
}

const tcp = (text: string, symbols?: Record<string, string>): TcpAction => action('tcp', text, symbols);
const call = (text: string, symbols?: Record<string, string>): CallAction => action('call', text, symbols);

/** A value without where it stands. */
function plain(value: Value): unknown {
  switch (value.kind) {
    case 'any':
      return '...';
    case 'number':
      return value.value;
    case 'word':
      return value.name;
    case 'string':
      return { string: value.value, repeated: value.repeated };
    case 'or':
      return { or: value.parts.map(plain) };
    case 'list':
      return value.items.map(plain);
    case 'function':
      return { [value.name]: value.args.map(plain) };
    case 'struct':
      return {
        fields: value.fields.map(({ name, count, value: of }) =>
          count === null ? [name, plain(of)] : [name, plain(count), plain(of)],
        ),
      };
  }
}

const args = (text: string, symbols?: Record<string, string>): unknown[] =>
  call(`f(${text}) = 0`, symbols).args.map(plain);

describe('the script around the events', () => {
  test('options, commands before and behind, comments', () => {
    const script = parse(`// about
--ip_version=ipv4 --tolerance_usecs=10000
--strict_segments // alone
--remote_ip=192.0.2.1/24// at once
--quoted="a b"
\`sysctl -q net.ipv4.tcp_sack=0
sysctl -q net.ipv4.tcp_ecn=2\` /* both
lines */
0 close(3) = 0
\`echo \\\`done\\\`\`
`);
    expect(script.options.map(({ name, value }) => [name, value])).toEqual([
      ['ip_version', 'ipv4'],
      ['tolerance_usecs', '10000'],
      ['strict_segments', null],
      ['remote_ip', '192.0.2.1/24'],
      ['quoted', 'a b'],
    ]);
    expect(script.options[1]!.at).toEqual({ line: 2, column: 19 });
    expect(script.init).toEqual({
      kind: 'shell',
      command: 'sysctl -q net.ipv4.tcp_sack=0\nsysctl -q net.ipv4.tcp_ecn=2',
      at: { line: 6, column: 1 },
    });
    expect(script.cleanup).toMatchObject({ command: 'echo \\`done\\`', at: { line: 10, column: 1 } });
    expect(script.events).toHaveLength(1);
    expect(script.file).toBe('a.pkt');
  });

  test('events keep their lines without comments, and where they begin', () => {
    const { events } = parse(
      '/* about */ --a=b 0 < S 0:0(0)  // open\n  win 1000 /* why */ <mss 1000>   // note\n\n// more\n+0 > S. 0:0(0) ack 1 <...>',
    );
    expect(events.map(({ source, at }) => [source, at.line, at.column])).toEqual([
      ['0 < S 0:0(0)\n  win 1000  <mss 1000>', 1, 19],
      ['+0 > S. 0:0(0) ack 1 <...>', 5, 1],
    ]);
  });
});

describe('times', () => {
  test.each([
    ['0', 'absolute', 0, 0],
    ['1.5', 'absolute', 1500, 1500],
    ['.1', 'absolute', 100, 100],
    ['+0', 'relative', 0, 0],
    ['+.1', 'relative', 100, 100],
    ['+0.000001', 'relative', 0.001, 0.001],
    ['*', 'any', 0, 0],
    ['1~1.5', 'absolute', 1000, 1500],
    ['+.2 ~ +.3', 'relative', 200, 300],
    ['+SOON', 'relative', 250, 250],
  ] as const)('%s', (text, kind, start, end) => {
    expect(event(`${text} close(3) = 0`, { SOON: '.25' }).time).toEqual({ kind, start, end });
  });

  test.each([
    ['0.1...0.2', { kind: 'absolute', start: 100, end: 100 }, { kind: 'absolute', start: 200, end: 200 }],
    ['0...0.2', { kind: 'absolute', start: 0, end: 0 }, { kind: 'absolute', start: 200, end: 200 }],
    ['+.1 ... .3', { kind: 'relative', start: 100, end: 100 }, { kind: 'relative', start: 300, end: 300 }],
  ])('a call that blocks: %s', (text, time, end) => {
    const found = event(`${text} read(4, ..., 10) = 10`);
    expect(found.time).toEqual(time);
    expect(found.action).toMatchObject({ kind: 'call', name: 'read', end });
  });
});

describe('TCP packets', () => {
  test('all fields', () => {
    expect(tcp('< [ect0] 4000 > 80 PU. 1:1001(1000) ack 5 win 257 urg 7 <nop,nop,TS val 2 ecr 1>')).toEqual({
      kind: 'tcp',
      direction: 'in',
      ip: { ecn: 'ect0', tos: null, ttl: null, flowLabel: null },
      ports: { source: 4000, destination: 80 },
      flags: PSH | URG | ACK,
      ace: null,
      seq: 1,
      length: 1000,
      ack: 5,
      wnd: 257,
      up: 7,
      options: [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'TS', val: 2, ecr: 1 }],
    });
  });

  test('nothing but what must be', () => {
    expect(tcp('> - 0:0(0)')).toMatchObject({
      direction: 'out',
      ip: null,
      ports: null,
      flags: 0,
      ack: null,
      wnd: null,
      up: null,
      options: [],
    });
  });

  test.each([
    ['S', SYN, null],
    ['.', ACK, null],
    ['FPR.', FIN | PSH | RST | ACK, null],
    ['SEWA', SYN | ECE | CWR | AE, null],
    ['.5', ACK | AE | ECE, 5],
    ['S.2', SYN | ACK | CWR, 2],
    ['P.0', PSH | ACK, 0],
  ])('flags %s (9768.1)', (text, flags, ace) => {
    const ack = flags & ACK ? ' ack 1' : '';
    expect(tcp(`> ${text} 0:0(0)${ack}`)).toMatchObject({ flags, ace });
  });

  test('sequence numbers wrap', () => {
    expect(tcp('< . 4294967295:9(10) ack 4294967295 win 0')).toMatchObject({
      seq: 4294967295,
      length: 10,
      ack: 4294967295,
    });
  });

  test.each([
    ['[ce]', { ecn: 'ce' }],
    ['(noecn)', { ecn: 'noecn' }],
    ['[tos 0x12, ttl 64]', { tos: 0x12, ttl: 64 }],
    ['(ttl 1) [flowlabel 0xabcde]', { ttl: 1, flowLabel: 0xabcde }],
    ['[ect01,flowlabel 0x1]', { ecn: 'ect01', flowLabel: 1 }],
  ])('IP header: %s', (text, ip) => {
    expect(tcp(`> ${text} . 1:1(0) ack 1`).ip).toEqual({
      ecn: null,
      tos: null,
      ttl: null,
      flowLabel: null,
      ...ip,
    });
  });
});

describe('TCP options', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  const cookie = bytes(0x30, 0x21, 0xb9, 0xd8, 0x89, 0x01, 0x7e, 0xeb);

  test.each<[string, unknown]>([
    ['mss 1460', { kind: 'mss', value: 1460 }],
    ['nop,wscale 7', { kind: 'wscale', value: 7 }],
    ['nop,nop,sackOK', { kind: 'sackOK' }],
    ['nop,nop,sack 1:2 3:4', { kind: 'sack', blocks: [[1, 2], [3, 4]] }], // biome-ignore format: one line each
    ['sackOK,TS val 4294967295 ecr 0', { kind: 'TS', val: 4294967295, ecr: 0 }],
    ['nop,nop,FO', { kind: 'FO', cookie: bytes() }],
    ['nop,nop,FO 3021b9d889017eeb', { kind: 'FO', cookie }],
    ['nop,nop,FO TFO_COOKIE', { kind: 'FO', cookie }],
    ['FOEXP', { kind: 'FOEXP', cookie: bytes() }],
    ['FOEXP 12345678', { kind: 'FOEXP', cookie: bytes(0x12, 0x34, 0x56, 0x78) }],
    ['nop,nop,md5 000102030405060708090a0b0c0d0e0f', { kind: 'md5', digest: bytes(...Array(16).keys()) }],
    ['nop,ECN e0b 1 ceb 2 e1b 3', { kind: 'ECN', counters: [['e0b', 1], ['ceb', 2], ['e1b', 3]] }], // biome-ignore format: one line each
    ['nop,nop,nop,ECN e1b 9', { kind: 'ECN', counters: [['e1b', 9]] }],
    ['gen 30 0001', { kind: 'unknown', number: 30, data: bytes(0, 1) }],
    ['nop,nop,nop,eol', { kind: 'eol' }],
  ])('<%s>', (text, last) => {
    const { options } = tcp(`> . 1:1(0) ack 1 <${text}>`, { TFO_COOKIE: '3021b9d889017eeb' });
    expect((options as unknown[]).at(-1)).toEqual(last);
  });

  test('a cookie of digits only, as a symbol', () => {
    const { options } = tcp('< S 0:0(0) win 0 <nop,nop,FO C>', { C: '1234567890123456' });
    expect(options[2]).toEqual({
      kind: 'FO',
      cookie: bytes(0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56),
    });
  });

  test('any', () => {
    expect(tcp('> . 1:1(0) ack 1 <...>').options).toBe('any');
  });
});

describe('ICMP and UDP', () => {
  test.each([
    [
      '< icmp unreachable frag_needed mtu 1400 [1:1461(1460)]',
      {
        type: 'unreachable',
        code: 'frag_needed',
        mtu: 1400,
        quoted: { protocol: 'tcp', seq: 1, length: 1460 },
      },
    ],
    ['< icmp packet_too_big mtu 1280 [0:0(0)]', { type: 'packet_too_big', code: null, mtu: 1280 }],
    ['> icmp echo_reply id 7', { type: 'echo_reply', id: 7, quoted: null }],
    [
      '< [ttl 3] icmp time_exceeded [udp (100)]',
      { type: 'time_exceeded', quoted: { protocol: 'udp', length: 100 } },
    ],
    ['< icmp unreachable port [raw (8)]', { code: 'port', quoted: { protocol: 'raw', length: 8 } }],
  ])('%s', (text, expected) => {
    expect(action('icmp', text)).toMatchObject(expected);
  });

  test.each([
    ['< udp (10)', null, 10],
    ['> udp 53 > 4000 (0)', { source: 53, destination: 4000 }, 0],
  ])('%s', (text, ports, length) => {
    expect(action('udp', text)).toMatchObject({ ports, length });
  });
});

describe('system calls', () => {
  test('result, error and note', () => {
    const found = call('read(4, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)');
    expect(found).toMatchObject({ name: 'read', errno: 'EAGAIN', end: null });
    expect([...found.args, found.result].map(plain)).toEqual([4, '...', 1000, -1]);
    expect(call('close(3) = 0').errno).toBeNull();
    expect(call('close(3) = 0 (fine)').errno).toBeNull();
    expect(call('connect(3, ..., ...) = -1 FAULT', { FAULT: 'EINTR' }).errno).toBe('EINTR');
  });

  test('a word behind a result is its error, unless the next event begins with it', () => {
    const { events } = parse('0 close(3) = 0\nLATER close(4) = 0', { LATER: '0.5' });
    expect(events.map(({ time }) => time.start)).toEqual([0, 500]);
  });

  test.each<[string, unknown]>([
    ['-5', -5],
    ['0x1F', 31],
    ['SOL_SOCKET', 'SOL_SOCKET'],
    ['"a\\n\\x41\\"\\\\"', { string: 'a\nA"\\', repeated: false }],
    ['"ab"...', { string: 'ab', repeated: true }],
    ['POLLIN | POLLOUT|0x8', { or: ['POLLIN', 'POLLOUT', 8] }],
    ['[1, [2], {}]', [1, [2], { fields: [] }]],
    ['[]', []],
    ['htons(8080)', { htons: [8080] }],
    ['inet_pton(AF_INET6,"::1")', { inet_pton: ['AF_INET6', { string: '::1', repeated: false }] }],
    ['flag = 1|2', { fields: [['flag', { or: [1, 2] }]] }],
    [
      '{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}',
      {
        fields: [
          ['sa_family', 'AF_INET'],
          ['sin_port', { htons: [80] }],
          ['sin_addr', { inet_addr: [{ string: '192.0.2.1', repeated: false }] }],
        ],
      },
    ],
    ['linger {onoff=1, linger=0}', { fields: [['onoff', 1], ['linger', 0]] }], // biome-ignore format: one line each
    ['{fd=4, events=POLLIN|POLLERR}', { fields: [['fd', 4], ['events', { or: ['POLLIN', 'POLLERR'] }]] }], // biome-ignore format: one line each
    [
      '{msg_name(...)=..., msg_iov(2)=[{..., 10}, {...,20}], msg_flags=0}',
      {
        fields: [
          ['msg_name', '...', '...'],
          [
            'msg_iov',
            2,
            [
              {
                fields: [
                  [null, '...'],
                  [null, 10],
                ],
              },
              {
                fields: [
                  [null, '...'],
                  [null, 20],
                ],
              },
            ],
          ],
          ['msg_flags', 0],
        ],
      },
    ],
    ['{htons(1), sizeof(x, y)}', { fields: [[null, { htons: [1] }], [null, { sizeof: ['x', 'y'] }]] }], // biome-ignore format: one line each
  ])('%s', (text, expected) => {
    expect(args(text)).toEqual([expected]);
  });

  test('values know where they stand', () => {
    const found = call('f(1,\n  {a = "x"}) = 0');
    expect(found.args[1]!.at).toEqual({ line: 2, column: 3 });
    const [field] = (found.args[1] as Extract<Value, { kind: 'struct' }>).fields;
    expect(field!.value.at).toEqual({ line: 2, column: 8 });
  });

  test('symbols: number, word, string, command', () => {
    const symbols = { N: '7', H: '0x10', W: 'SO_LINGER', S: '"te\\nxt"', M: '-1', C: '`sysctl -w a=1`' };
    expect(args('N, H, W, S, M, U', symbols)).toEqual([
      7,
      16,
      'SO_LINGER',
      { string: 'te\nxt', repeated: false },
      -1,
      'U',
    ]);
    expect(tcp('> . N:8(1) ack H win N', symbols)).toMatchObject({ seq: 7, length: 1, ack: 16, wnd: 7 });
    expect(action('shell', 'C', symbols).command).toBe('sysctl -w a=1');
    expect(parse('C 0 close(3) = 0', symbols).init!.command).toBe('sysctl -w a=1');
  });
});

test('commands and code', () => {
  const { events } = parse('0 `ip link\n set`\n+0 %{ assert a == 1\nprint("%") }%\n* > . 1:1(0) ack 1');
  expect(events.map(({ action: { kind } }) => kind)).toEqual(['shell', 'code', 'tcp']);
  expect(events[0]!.action).toMatchObject({ command: 'ip link\n set', at: { line: 1, column: 3 } });
  expect(events[1]!.action).toEqual({
    kind: 'code',
    text: ' assert a == 1\nprint("%") ',
    at: { line: 3, column: 6 },
  });
});

/** `line:column message` of what is wrong. */
function fault(text: string, symbols?: Record<string, string>): string {
  try {
    parse(text, symbols);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return `${error.at.line}:${error.at.column} ${error.message}`;
  }
  return 'none';
}

test('a byte order mark, which counts for nothing', () => {
  expect(event('\ufeff0 close(3) = 0')).toMatchObject({
    at: { line: 1, column: 1 },
    source: '0 close(3) = 0',
  });
  expect(parse('\ufeff--mss=5\n0 close(3) = 0').options).toMatchObject([{ name: 'mss', value: '5' }]);
  expect(fault('\ufeff')).toBe('1:1 expected an event, not the end of the script');
  expect(fault('\ufeff0 close 3')).toBe("1:9 expected '(' behind close, not '3'");
  expect(fault('\ufeff0 close(3) = 0\n + close')).toBe("2:4 expected seconds behind '+', not 'close'");
});

describe('malformed', () => {
  test.each([
    ['', '1:1 expected an event, not the end of the script'],
    ['// nothing\n', '2:1 expected an event, not the end of the script'],
    ['`true`\n`false`', "2:1 expected an event's time (such as 0, +.1 or *), not '`'"],
    ['0 close(3) = 0 `true`\n+1 close(4) = 0', "2:1 expected nothing behind the last command, not '+'"],
    ['--=1', "1:3 expected an option's name behind '--'"],
    ['--name= \n', '2:1 expected the value of --name, not the end of the script'],
    ['/* open', '1:1 a comment without its end */'],
    ['\n  `open', '2:3 ` without its end'],
    ['0 %{ assert 1 }', '1:3 %{ without its }%'],
    ['soon close(3) = 0', "1:1 expected an event's time (such as 0, +.1 or *), not 'soon'"],
    ['+ close(3) = 0', "1:3 expected seconds behind '+', not 'close'"],
    ['1~.5 close(3) = 0', '1:3 the end of a range of times is before its beginning'],
    [
      '+1~2 close(3) = 0',
      "1:4 expected '+' behind '~': both ends of a range count from the same time, not '2'",
    ],
    ['9999999999 close(3) = 0', '1:1 a time of more than 1000000000 seconds'],
    ['1 close(3) = 0\n.5 close(4) = 0', '2:1 the event before this one is later'],
    ['*...1 close(3) = 0', "1:2 a call that blocks can't begin at any time"],
    ['0~1...2 close(3) = 0', "1:4 a call that blocks can't begin within a range of times"],
    ['1...0.5 close(3) = 0', '1:5 the end of a call is before its beginning'],
    ['0', '1:2 expected a packet, a call, a command or code, not the end of the script'],
    ['0 close 3', "1:9 expected '(' behind close, not '3'"],
    ['0 close(3 4) = 0', "1:11 expected ',' or ')', not '4'"],
    ['0 close(3,) = 0', "1:11 expected a value, not ')'"],
    ['0 close(3)\n+1 close(4) = 0', "2:1 expected '=' and the result of the call, not '+'"],
    ['0 close(3) =', '1:13 expected a value, not the end of the script'],
    ['0 close(3) = 0 (', "1:16 a note without its ')'"],
    ['0 close({a = 1) = 0', "1:15 expected ',' or '}', not ')'"],
    ['0 close({a(1, 2) = 1}) = 0', "1:18 expected ',' or '}', not '='"],
    ['0 close([1) = 0', "1:11 expected ',' or ']', not ')'"],
    ['0 close("x) = 0', '1:9 " without its end'],
    ['0 close(12ab) = 0', "1:9 expected a number, not '12ab'"],
    ['0 close(99999999999999999) = 0', '1:9 99999999999999999 has more than 53 bits'],
    ['0 < X 0:0(0)', "1:5 no flag: 'X' in 'X'"],
    ['0 < SFS 0:0(0)', '1:7 the flag S twice'],
    ['0 < .8 0:0(0)', "1:6 behind the '.' no ACE field (0 to 7): '8'"],
    ['0 < E.1 0:0(0)', "1:5 'E.1' says the ECN bits twice"],
    ['0 < toString 0:0(0)', "1:5 no flag: 't' in 'toString'"],
    ['0 < . 1:11(9)', '1:7 1:11 are 10 bytes, not 9'],
    ['0 < . 1:1', "1:10 expected '(' before a length, not the end of the script"],
    ['0 < . 0:65536(65536)', '1:15 a length must be from 0 to 65535, not 65536'],
    ['0 < . 4294967296:0(0)', '1:7 a sequence number must be from 0 to 4294967295, not 4294967296'],
    ['0 < . 1:1(0) ack -1', '1:18 ack must be from 0 to 4294967295, not -1'],
    ['0 < . 1:1(0) win 65536', '1:18 win must be from 0 to 65535, not 65536'],
    ['0 < . 1:1(0) ack', '1:17 expected ack, not the end of the script'],
    ['0 < . 1:1(0) <>', "1:15 expected an option (mss, sackOK, TS, nop...), not '>'"],
    ['0 < . 1:1(0) <nop,>', "1:19 expected an option (mss, sackOK, TS, nop...), not '>'"],
    ['0 < . 1:1(0) <constructor>', "1:15 expected an option (mss, sackOK, TS, nop...), not 'constructor'"],
    ['0 < . 1:1(0) <nop>', '1:14 1 bytes of options, not a multiple of 4 (nop is one byte)'],
    [`0 < . 1:1(0) <${'mss 1,'.repeat(10)}mss 1>`, '1:14 44 bytes of options; a header holds 40'],
    ['0 < . 1:1(0) <TS 1>', "1:18 expected 'val' behind TS, not '1'"],
    ['0 < . 1:1(0) <TS val 1>', "1:23 expected 'ecr' behind val, not '>'"],
    ['0 < . 1:1(0) <sack 1>', "1:21 expected ':' in a SACK block, not '>'"],
    ['0 < . 1:1(0) <FO 123>', '1:18 half a byte: an odd number of hex digits'],
    ['0 < . 1:1(0) <FO COOKIE>', '1:18 neither hex digits nor a symbol: COOKIE'],
    [`0 < . 1:1(0) <FO ${'00'.repeat(41)}>`, '1:18 more hex digits than an option holds'],
    ['0 < . 1:1(0) <md5 00>', '1:19 an MD5 digest has 16 bytes'],
    ['0 < . 1:1(0) <gen 1 00>', "1:19 the option's kind must be from 2 to 255, not 1"],
    ['0 < . 1:1(0) <mss 1460', "1:23 expected ',' or '>', not the end of the script"],
    ['0 < . 1:1(0) <... mss 1>', "1:19 expected '>' behind '...', not 'mss'"],
    ['0 < . 1:1(0) ack 1', "1:5 a packet that comes in without 'win'"],
    ['0 < R 1:1(0)', "1:5 a packet that comes in without 'win'"],
    ['0 < [ect0, ce] . 1:1(0)', '1:12 ce says again what was said of this packet'],
    ['0 < [ect0, tos 1] . 1:1(0)', '1:12 tos says again what was said of this packet'],
    ['0 < [tos 256] . 1:1(0)', '1:10 tos must be from 0 to 255, not 256'],
    ['0 < [df] . 1:1(0)', "1:6 expected what an IP header says (ect0, ce, tos, ttl, flowlabel...), not 'df'"],
    ['0 < [ce) . 1:1(0)', "1:8 expected ',' or ']', not ')'"],
    ['0 < 99999 > 80 . 1:1(0)', '1:5 a port must be from 0 to 65535, not 99999'],
    ['0 < 80 . 1:1(0)', "1:8 expected '>' between two ports, not '.'"],
    ['0 < icmp', '1:9 expected the type of the ICMP message, not the end of the script'],
    [
      '0 < icmp unreachable [1:1(0)',
      "1:29 expected ']' behind what the ICMP message quotes, not the end of the script",
    ],
    ['0 < udp 5', "1:10 expected '>' between two ports, not the end of the script"],
  ])('%s', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  test('symbols that are none', () => {
    expect(fault('0 f(A) = 0', { A: 'two words' })).toBe(
      '1:5 the symbol A is neither a number, a word nor a string: two words',
    );
    expect(fault('0 f(A) = 0', { A: '`true`' })).toBe('1:5 the symbol A is a command, not a value');
    expect(fault('0 f(A) = 0', { A: '.5' })).toBe('1:5 the symbol A is a time, not a value');
    expect(fault('0 A f(1) = 0', { A: '.5' })).toBe("1:5 expected '(' behind A, not 'f'");
    expect(fault('A f(1) = 0', { A: '-1' })).toBe('1:1 a time that is negative');
  });

  test('brackets nested without end are refused, not followed', () => {
    expect(fault(`0 f(${'['.repeat(100_000)}`)).toMatch(/^1:\d+ values nested more than 64 deep$/);
    expect(fault(`0 f(${'{a='.repeat(100_000)}`)).toMatch(/^1:\d+ values nested more than 64 deep$/);
    expect(fault(`0 f(${'g('.repeat(100_000)}`)).toMatch(/^1:\d+ values nested more than 64 deep$/);
  });

  test('a script of more than 4 Mi characters', () => {
    expect(fault(' '.repeat((4 << 20) + 1))).toBe('1:1 a script of more than 4194304 characters');
  });
});

test.each([
  ['> gre: 1', 5],
  ['> mpls (label 0)', 5],
  ['< [ce] sctp: INIT', 10],
  ['< ipv4 192.0.2.1', 5],
  ['> psp', 5],
  ['> S 0:0(0) <mss 1,mp_capable a>', 21],
] as const)('%s is another language, and not malformed', (text, column) => {
  expect(() => parse(`0 close(3) = 0\n1 ${text}`)).toThrow(UnsupportedError);
  try {
    parse(`0 close(3) = 0\n1 ${text}`);
  } catch (error) {
    expect((error as UnsupportedError).at).toEqual({ line: 2, column });
  }
});

describe('whatever the text', () => {
  const PIECES = [
    ...[
      '0',
      '+.1',
      '*',
      '1~2',
      '...',
      '<',
      '>',
      '.',
      'S',
      'P.5',
      '1:2(1)',
      'ack 1',
      'win',
      '<mss 1460>',
      '<...>',
    ],
    ...[
      'close(3) = 0',
      'f({',
      '}',
      '[',
      ']',
      '(',
      ')',
      '|',
      '"',
      '"x"',
      '`',
      '%{',
      '}%',
      '/*',
      '*/',
      '//',
      '\n',
      ' ',
    ],
    ...['icmp', 'udp', 'gre', 'TS val 1 ecr 2', 'FO 00', '--a=b', 'A', 'B', '\\', '\0', 'ü', '0x', '-', ','],
  ];
  const symbols = new Map([['A', '1'], ['B', '"x']]); // biome-ignore format: one line

  /** A script, a ScriptError inside the text, or UnsupportedError. */
  const check = (text: string): void => {
    try {
      expect(parseScript('a.pkt', text, symbols).events.length).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof ScriptError || error instanceof UnsupportedError)) throw error;
      const lines = text.split('\n');
      expect(error.at!.line).toBeGreaterThanOrEqual(1);
      expect(error.at!.line).toBeLessThanOrEqual(lines.length);
      expect(error.at!.column).toBeGreaterThanOrEqual(1);
      expect(error.at!.column).toBeLessThanOrEqual(lines[error.at!.line - 1]!.length + 1);
    }
  };

  test('any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), check), { numRuns: 2000 });
  });

  test('any arrangement of what scripts are made of', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(' '));
    fc.assert(fc.property(text, check), { numRuns: 5000 });
    const dense = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(dense, check), { numRuns: 5000 });
  });

  test.each([
    ['blanks', ' '],
    ['comments', '/**/'],
    ['digits', '1'],
    ['letters', 'a'],
    ['quotes', '"'],
    ['backslashes', '`\\'],
    ['options', '--a=/'],
    ['brackets', '{'],
    ['events', '+0 f(1) = 0\n'],
    ['bars', '0 f(1) = 1|'],
  ])('a megabyte of %s', (_name, piece) => {
    check(piece.repeat((1 << 20) / piece.length));
  });
});
