import { expect, test } from 'vitest';
import type { LiveTcp } from '../../src/packetdrill/live.ts';
import { compareTcp, gather, type MatchRules } from '../../src/packetdrill/match.ts';
import { Numbers } from '../../src/packetdrill/numbers.ts';
import { parseScript } from '../../src/packetdrill/parser.ts';
import type { OptionItem, TcpAction } from '../../src/packetdrill/script.ts';
import { Address } from '../../src/wire/address.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';

const STRICT: MatchRules = { options: 'strict', window: 'strict', tick: 0, tolerance: 4 };

function want(line: string): TcpAction {
  const { action } = parseScript('test', `0 > ${line}`, new Map()).events[0]!;
  if (action.kind !== 'tcp') throw new Error('no TCP');
  return action;
}

const HEADER = {
  family: 4 as const,
  source: Address.from('192.168.0.1'),
  destination: Address.from('192.0.2.1'),
  trafficClass: 0,
  hopLimit: 64,
  flowLabel: 0,
};

/** A segment with the numbers of the script; the stack's begin at 0 for these tests. */
function live(fields: Partial<LiveTcp>, numbers = new Numbers()): LiveTcp {
  const segment: LiveTcp = {
    kind: 'tcp',
    header: HEADER,
    time: 0,
    sourcePort: 8080,
    destinationPort: 49_153,
    flags: ACK,
    seq: 1,
    length: 0,
    ack: 1,
    wnd: 100,
    up: 0,
    options: [],
    ...fields,
  };
  return { ...segment, ack: segment.flags & ACK ? numbers.toLive(segment.ack, 'peer') : 0 };
}

function differences(line: string, fields: Partial<LiveTcp>, rules: Partial<MatchRules> = {}): string {
  const numbers = new Numbers();
  return compareTcp(want(line), live(fields, numbers), numbers, { ...STRICT, ...rules }).differences.join(
    '; ',
  );
}

test('a segment that is what the script says has no differences', () => {
  expect(differences('P. 1:1001(1000) ack 1', { flags: ACK | PSH, length: 1000 })).toBe('');
});

test.each([
  ['. 1:1(0) ack 1', { flags: ACK | PSH }, 'flags are P., not .'],
  ['. 2:2(0) ack 1', {}, 'seq is 1, not 2'],
  ['. 1:11(10) ack 1', {}, 'the length is 0, not 10'],
  ['. 1:1(0) ack 2', {}, 'ack is 1, not 2'],
  ['. 1:1(0) ack 1 win 99', {}, 'win is 100, not 99'],
  ['. 1:1(0) ack 1 urg 5', {}, 'urg is 0, not 5'],
  ['. 1:1(0) ack 1', { up: 7 }, 'urg is 7, not 0'],
  ['. 1:1(0) ack 1', { options: [{ kind: 'nop' }] as OptionItem[] }, 'the options differ'],
  ['. 1:1(0) ack 1 <nop,nop,nop,nop>', {}, 'the options differ'],
])('%s against %o: %s', (line, fields, reason) => {
  expect(differences(line, fields)).toBe(reason);
});

test('what is not written is not compared: the window, the options of <...>', () => {
  expect(differences('. 1:1(0) ack 1', { wnd: 7 })).toBe('');
  expect(differences('. 1:1(0) ack 1 <...>', { options: [{ kind: 'nop' }] })).toBe('');
});

test('the ACE field is three flag bits', () => {
  expect(differences('.3 1:1(0) ack 1', { flags: ACK | CWR | ECE })).toBe('');
  expect(differences('.3 1:1(0) ack 1', { flags: ACK | ECE })).not.toBe('');
});

test('ECN, TOS and TTL are compared where brackets ask for them', () => {
  const marked = { header: { ...HEADER, trafficClass: 2 } };
  expect(differences('[ect0] . 1:1(0) ack 1', marked)).toBe('');
  expect(differences('[ect01] . 1:1(0) ack 1', marked)).toBe('');
  expect(differences('[ect1] . 1:1(0) ack 1', marked)).toBe('the ECN field is ect0, not ect1');
  expect(differences('[noecn] . 1:1(0) ack 1', marked)).toBe('the ECN field is ect0, not noecn');
  expect(differences('. 1:1(0) ack 1', marked)).toBe('');
  expect(differences('[tos 0x2] . 1:1(0) ack 1', marked)).toBe('');
  expect(differences('[ttl 63] . 1:1(0) ack 1', marked)).toBe('ttl is 64, not 63');
});

const OURS: OptionItem[] = [
  { kind: 'mss', value: 1460 },
  { kind: 'sackOK' },
  { kind: 'nop' },
  { kind: 'nop' },
];

test('strict: options in order and padded as written; semantic: in any order', () => {
  const syn = { flags: SYN, seq: 0, options: OURS };
  expect(differences('S 0:0(0) <mss 1460,sackOK,nop,nop>', syn)).toBe('');
  expect(differences('S 0:0(0) <mss 1460,nop,nop,sackOK>', syn)).toBe('the options differ');
  expect(differences('S 0:0(0) <mss 1460,nop,nop,sackOK>', syn, { options: 'semantic' })).toBe('');
  expect(differences('S 0:0(0) <sackOK,eol,eol,mss 1460>', syn, { options: 'semantic' })).toBe('');
  expect(differences('S 0:0(0) <mss 1400,nop,nop,sackOK>', syn, { options: 'semantic' })).not.toBe('');
});

test('SACK edges are in the numbers of the script', () => {
  const { toLive } = new Numbers();
  const edge = (n: number): number => toLive.call(new Numbers(), n, 'peer');
  const options: OptionItem[] = [
    { kind: 'nop' },
    { kind: 'nop' },
    { kind: 'sack', blocks: [[edge(1001), edge(2001)]] },
  ];
  expect(differences('. 1:1(0) ack 1 <nop,nop,sack 1001:2001>', { options })).toBe('');
  expect(differences('. 1:1(0) ack 1 <nop,nop,sack 1001:2002>', { options })).toBe('the options differ');
});

const stamp = (val: number, ecr: number): OptionItem[] => [
  { kind: 'nop' },
  { kind: 'nop' },
  { kind: 'TS', val, ecr },
];

test('TSval is learnt, TSecr is compared', () => {
  expect(differences('. 1:1(0) ack 1 <nop,nop,TS val 10 ecr 5>', { options: stamp(9_999, 5) })).toBe('');
  expect(differences('. 1:1(0) ack 1 <nop,nop,TS val 10 ecr 5>', { options: stamp(9_999, 6) })).not.toBe('');
});

test('with a tick, TSval moves as in the script', () => {
  const numbers = new Numbers();
  const rules = { ...STRICT, tick: 1000 };
  const compare = (script: number, sent: number): readonly string[] =>
    compareTcp(
      want(`. 1:1(0) ack 1 <nop,nop,TS val ${script} ecr 5>`),
      live({ options: stamp(sent, 5) }, numbers),
      numbers,
      rules,
    ).differences;
  expect(compare(100, 5000)).toEqual([]);
  expect(compare(300, 5203)).toEqual([]);
  expect(compare(300, 5210)).toEqual(['TS val is 10 ticks ahead']);
});

test('a reset in answer to no ACK has sequence number zero, in no sequence space', () => {
  const numbers = new Numbers();
  numbers.synLeft(0, 5000);
  const reset = live({ flags: RST | ACK, seq: 0, ack: 1 }, numbers);
  expect(compareTcp(want('R. 0:0(0) ack 1'), reset, numbers, STRICT).differences).toEqual([]);
});

test('scaled: windows are compared in bytes, to within the coarser unit', () => {
  const numbers = new Numbers();
  numbers.peerScales = true;
  const rules: MatchRules = { ...STRICT, window: 'scaled' };
  const syn = live(
    { flags: SYN | ACK, seq: 0, wnd: 65_535, options: [{ kind: 'nop' }, { kind: 'wscale', value: 4 }] },
    numbers,
  );
  const opening = compareTcp(want('S. 0:0(0) ack 1 win 65535 <nop,wscale 8>'), syn, numbers, rules);
  expect(opening.differences).toEqual([]);
  const compare = (line: string, wnd: number): string =>
    compareTcp(want(line), live({ wnd }, numbers), numbers, rules).differences.join();
  expect(compare('. 1:1(0) ack 1 win 256', 4096)).toBe('');
  expect(compare('. 1:1(0) ack 1 win 256', 4097)).toBe('');
  expect(compare('. 1:1(0) ack 1 win 256', 4150)).toBe('the window is 66400 bytes, not 65536');
});

test('ignore: windows are not compared', () => {
  expect(differences('. 1:1(0) ack 1 win 1', {}, { window: 'ignore' })).toBe('');
});

test('segments are put together up to the length that the script says, with the flags of the last', () => {
  const segments = [1, 1001, 2001].map((seq, i) =>
    live({ seq, length: i === 2 ? 500 : 1000, flags: i === 2 ? ACK | PSH | FIN : ACK }),
  );
  expect(gather(segments, 2500)).toMatchObject({
    used: 3,
    whole: { seq: 1, length: 2500, flags: ACK | PSH | FIN },
  });
  expect(gather(segments, 2000)).toMatchObject({ used: 2, whole: { length: 2000, flags: ACK } });
  expect(gather(segments, 0)).toMatchObject({ used: 1, whole: { length: 1000 } });
});

test.each([
  ['a gap', { seq: 1002 }],
  ['another ACK', { ack: 2 }],
  ['another flag', { flags: ACK | ECE }],
  ['a longer one behind a shorter', { length: 1100 }],
])('segments are not put together over %s', (_what, fields) => {
  const segments = [live({ length: 1000 }), live({ seq: 1001, length: 1000, ...fields })];
  expect(gather(segments, 2000)).toMatchObject({ used: 1, whole: { length: 1000 } });
});

test('CWR and PSH may differ between segments that are put together', () => {
  const segments = [
    live({ length: 1000, flags: ACK | CWR }),
    live({ seq: 1001, length: 1000, flags: ACK | PSH }),
  ];
  expect(gather(segments, 2000)).toMatchObject({ used: 2, whole: { length: 2000 } });
});

test('all but the last are equally long', () => {
  const segments = [1, 1001, 1901].map((seq, i) => live({ seq, length: [1000, 900, 1000][i]! }));
  expect(gather(segments, 2900)).toMatchObject({ used: 2, whole: { length: 1900 } });
});
