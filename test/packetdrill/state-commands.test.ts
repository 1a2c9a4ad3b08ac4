import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Settings } from '../../src/packetdrill/settings.ts';
import { netstat, type SocketLine, sockstat } from '../../src/packetdrill/socket-listing.ts';
import { asksForSockets, stateCommand } from '../../src/packetdrill/state-commands.ts';
import { Address } from '../../src/wire/address.ts';
import { ACCEPTED, fails, passes, run } from '../support/packetdrill.ts';

const at = (address: string, port: number) => ({ address: Address.from(address), port });
const QUEUES = { receive: 0, send: 0 };
const SOCKETS: readonly SocketLine[] = [
  { fd: 3, state: 'LISTEN', family: 4, local: { address: null, port: 8080 }, remote: null, queues: QUEUES },
  {
    fd: 4,
    state: 'ESTABLISHED',
    family: 4,
    local: at('192.168.0.1', 8080),
    remote: at('192.0.2.1', 5000),
    queues: { receive: 10, send: 2000 },
  },
  {
    fd: null,
    state: 'TIME-WAIT',
    family: 6,
    local: at('fd00::1', 9000),
    remote: at('fd00::2', 5001),
    queues: QUEUES,
  },
];

const status = (text: string): number | string =>
  stateCommand(
    text,
    new Settings({ profile: 'freebsd', options: 'strict', window: 'strict', family: 4, symbols: new Map() }),
    () => SOCKETS,
  );

describe('what is printed', () => {
  test('sockstat, in the columns of FreeBSD', () => {
    expect(sockstat(['-46', '-s', '-S', '-P', 'tcp'], SOCKETS)).toEqual([
      'USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       STATE        STACK',
      'root     packetdril 1000  3  tcp4   *:8080                *:*                   LISTEN       freebsd',
      'root     packetdril 1000  4  tcp4   192.168.0.1:8080      192.0.2.1:5000        ESTABLISHED  freebsd',
      '?        ?          ?     ?  tcp6   fd00::1:9000          fd00::2:5001          TIME_WAIT    freebsd',
    ]);
  });

  test.each([
    ['-q', 3],
    ['-4q', 2],
    ['-6q', 1],
    ['-lq', 1],
    ['-cq', 2],
    ['-clq', 3],
    ['-qp8080', 2],
    ['-q -p 5000-5001', 2],
    ['-q -p 1,9000', 1],
    ['-q -P udp', 0],
    ['-q -P udp,tcp', 3],
    ['-uq', 0],
    ['', 4],
  ])('sockstat %s: %i lines', (words, lines) => {
    expect(sockstat(words.split(' ').filter(Boolean), SOCKETS)).toHaveLength(lines);
  });

  test('without -s the states are not shown', () => {
    expect(sockstat(['-q'], SOCKETS).join()).not.toMatch(/LISTEN|ESTABLISHED/);
  });

  test('netstat, with what waits in the queues', () => {
    expect(netstat(['-an', '-p', 'tcp', '-f', 'inet'], SOCKETS)).toEqual([
      'Active Internet connections (including servers)',
      'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)',
      'tcp4       0      0 *.8080                 *.*                    LISTEN',
      'tcp4      10   2000 192.168.0.1.8080       192.0.2.1.5000         ESTABLISHED',
    ]);
    expect(netstat(['-6an', '-ptcp'], SOCKETS)).toHaveLength(3);
  });
});

describe('exit statuses', () => {
  test.each([
    ['sockstat -sq | grep -q LISTEN', 0],
    ['sockstat -sq | grep -q CLOSING', 1],
    ['! sockstat -sq | grep -q CLOSING', 0],
    ['sockstat -sq | grep -v LISTEN | grep -c TIME_WAIT >/dev/null', 0],
    ['[ $(sockstat -sq | grep -c TIME_WAIT) -eq 1 ]', 0],
    ['[ `sockstat -sq | grep -c TIME_WAIT` -eq 2 ]', 1],
    ['[ "\\`sockstat -sq | grep -c TIME_WAIT\\`" = 1 ]', 0],
    ['test $(sockstat -q | wc -l) -ge 3', 0],
    ['test $(sockstat -q | wc -l) -lt 3', 1],
    ['test $(sockstat -q | wc -l) -gt 3 || exit 4', 4],
    ['test $(sockstat -q | wc -l) -le 3 && exit 5; exit 6', 5],
    ['test $(sockstat -q | wc -l) -ne 3', 1],
    // FreeBSD's wc pads, which quotes keep.
    ['[ "$(sockstat -q | wc -l)" = 3 ]', 1],
    ['[ $(sockstat -q | wc -l) = 3 ]', 0],
    ['[ "$(sockstat -q | wc -l | tr -d \' \')" = 3 ]', 0],
    ['[ "$(sockstat -q | wc -l)" -eq 3 ]', 0],
    ["[ $(sockstat -4sq -p 5000 | awk '{print $8}') = ESTABLISHED ]", 0],
    ["[ $(sockstat -4sq | awk '/5000/ { print $NF; }') = ESTABLISHED ]", 0],
    ['[ -z "$(sockstat -q -p 1)" ]', 0],
    ['[ -n "$(sockstat -q -p 1)" ]', 1],
    ['[ ! -n "$(sockstat -q -p 1)" ]', 0],
    ["[ $(sockstat -q -p 1 | awk '{print $1}') -eq 1 ]", 2],
    ['[ "$(sockstat -q -p 1)" -eq 1 ]', 2],
    ['if sockstat -sq | grep -q LISTEN; then exit 3; fi', 3],
    [
      'if sockstat -sq | grep -q CLOSING; then\n exit 3\nelif sockstat -q | grep -q 9000\nthen exit 7\nelse exit 8; fi',
      7,
    ],
    ['sockstat -sq | grep -q CLOSING || { echo "none (yet)"; exit 2; }', 2],
    ['(sockstat -sq | grep -q LISTEN) && (netstat -anp tcp | grep -q TIME_WAIT) # both', 0],
    ['sockstat -s 2>&1 | /usr/bin/grep -q LISTEN', 0],
    [
      'sysctl -w net.inet.tcp.sack.enable=0 >/dev/null; sleep 0.1; sockstat -sq | egrep -q "(LISTEN|CLOSED)"',
      0,
    ],
    ['false; netstat -s', 0],
    ['sockstat', 0],
  ])('%s', (text, wanted) => {
    expect(status(text)).toBe(wanted);
  });
});

test.each([
  ['LISTEN$', 1],
  ['^.[[:space:]]', 1],
  ['-E ^(root|x)', 2],
  ['-w tcp', 0],
  ['-w tcp4', 2],
  ['-i listen', 1],
  ['-F *:*', 1],
  ['192.168.0.1:8080', 1],
  ['LISTEN\\|TIME_WAIT', 2],
  ['LISTEN|TIME_WAIT', 0],
  ['-E LISTEN|TIME_WAIT', 2],
  ['-e [[:space:]]tcp[^4]', 1],
  ['-E :(8080|9000)[[:blank:]]+[0-9f]', 2],
  ['-x root', 0],
])('grep %s: %i lines', (words, lines) => {
  const wanted = words.replace(/(\S+)$/, "'$1'");
  expect(status(`[ $(sockstat -sq | grep -c ${wanted}) -eq ${lines} ]`)).toBe(0);
});

test.each([
  'sockstat | sort | uniq -c',
  'sockstat | grep',
  'sockstat | grep -q LISTEN FILE',
  'sockstat | grep -o LISTEN',
  'sockstat -j 3 | grep -q x',
  'sockstat | wc -c',
  "sockstat | awk 'END { print NR }'",
  'sockstat > /tmp/list',
  'sockstat &',
  'sockstat | grep -q $STATE',
  '[ $((1 + 1)) -eq $(sockstat | wc -l) ]',
  '[ $(sockstat | wc -l) -eq 1 -o 1 -eq 1 ]',
  'while sockstat | grep -q LISTEN; do sleep 1; done',
  'if sockstat | grep -q LISTEN; then exit 1',
  'sockstat | grep -q "LISTEN',
  'sockstat | grep -qE "(a+)+$"',
  'sockstat | grep -qE "a*b*c*d*e*f*g*"',
  'sockstat | grep -qE "("',
  'sockstat |',
  'frobnicate; sockstat',
  'X=$(sockstat)',
  'netstat -rn | grep -q default',
  `${'$('.repeat(500)}sockstat`,
  `${'('.repeat(500)}sockstat`,
  `${'! '.repeat(4000)}sockstat | head`,
  `${'true && '.repeat(1000)}sockstat | head`,
  `${'true && '.repeat(100_000)}sockstat`,
])('no mapping for %s', (text) => {
  expect(status(text)).toMatch(/^no mapping for /);
});

test('whatever the text: a status or a reason', () => {
  const piece = fc.constantFrom(
    'sockstat',
    ' -sq',
    ' | ',
    'grep ',
    '-c ',
    'LISTEN',
    'wc -l',
    '[ ',
    ' ]',
    '$(',
    ')',
    '`',
    '"',
    "'",
    '\\',
    ' -eq ',
    '1',
    ' = ',
    ';',
    '\n',
    '&&',
    '||',
    'if ',
    'then ',
    'fi',
    '{ ',
    '}',
    '! ',
    'exit 1',
    '>',
    '/dev/null',
    '*',
    '#',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const outcome = status(pieces.join(''));
      expect(typeof outcome === 'string' || (outcome >= 0 && outcome <= 255)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

describe('in scripts', () => {
  test('a status other than 0 fails the script at its line, and the sockets are shown', () => {
    const failure = fails(`${ACCEPTED}\n+0 \`sockstat -sq -P tcp | grep -q CLOSE_WAIT\``, {
      profile: 'freebsd',
    });
    expect(failure).toMatchObject({ line: 11 });
    expect(failure.reason).toMatch(
      /^its exit status is 1; sockets: 192\.168\.0\.1:8080 \*:\* LISTEN, 192\.168\.0\.1:8080 192\.0\.2\.1:\d+ ESTABLISHED$/,
    );
  });

  test('the command behind the last event asks too', () => {
    const asks = (state: string): string =>
      `${ACCEPTED}\n+0 close(4) = 0\n\`sockstat -sq | grep -q ${state}\``;
    passes(asks('FIN_WAIT_1'));
    expect(fails(asks('FIN_WAIT_2'))).toMatchObject({ line: 12 });
  });

  test('what has no mapping skips the script', () => {
    expect(run(`${ACCEPTED}\n+0 \`sockstat | sort\``)).toMatchObject({
      result: 'skip',
      line: 11,
      reason: 'no mapping for command sort',
    });
  });

  test('other commands are left to where they were', () => {
    expect(asksForSockets('sysctl -w a=1 | cat')).toBe(false);
    expect(asksForSockets('/usr/bin/sockstat -s')).toBe(true);
  });
});
