// What the report says of a script, for people and for programs.
import { describe, expect, test } from 'vitest';
import { reportJson, reportText, Tally } from '../../src/packetdrill/report.ts';
import type { RunFail, RunResult } from '../../src/packetdrill/result.ts';

const FAIL: RunFail = {
  result: 'fail',
  line: 12,
  column: null,
  reason: 'another acknowledgment number',
  source: '+.1 > . 1:1(0) ack 1001\n   win 65535',
  expected: '> . 1:1(0) ack 1001 win 65535',
  actual: '> . 1:1(0) ack 101 win 65535',
  conversation: ['0.000000 < S 0:0(0) win 1000', '0.000000 > S. 0:0(0) ack 1 <...>'],
};

const text = (result: RunResult, verbose = false): string =>
  reportText('a.pkt', result, { verbose }).join('\n');

test('pass and skip are one line', () => {
  expect(text({ result: 'pass' })).toBe('pass a.pkt');
  expect(text({ result: 'skip', reason: 'no sctp', line: 3 })).toBe('skip a.pkt:3: no sctp');
  expect(text({ result: 'skip', reason: 'no sctp', line: null })).toBe('skip a.pkt: no sctp');
});

describe('a failure', () => {
  test('has both packets one above the other, a mark where they part, and the conversation', () => {
    expect(text(FAIL)).toBe(`FAIL a.pkt:12: another acknowledgment number
  script:   +.1 > . 1:1(0) ack 1001
               win 65535
  expected: > . 1:1(0) ack 1001 win 65535
  actual:   > . 1:1(0) ack 101 win 65535
                           ^
  so far:
    0.000000 < S 0:0(0) win 1000
    0.000000 > S. 0:0(0) ack 1 <...>`);
  });

  test('of a script that is malformed is one line', () => {
    const malformed = { ...FAIL, column: 7, source: '', expected: null, actual: null, conversation: [] };
    expect(text(malformed)).toBe('FAIL a.pkt:12:7: another acknowledgment number');
    expect(text({ ...malformed, line: null, column: null })).toBe(
      'FAIL a.pkt: another acknowledgment number',
    );
  });

  test('without a packet that came', () => {
    expect(text({ ...FAIL, source: '', actual: null, conversation: [] })).toBe(
      'FAIL a.pkt:12: another acknowledgment number\n  expected: > . 1:1(0) ack 1001 win 65535',
    );
  });

  test('of packets that print alike has no mark', () => {
    expect(text({ ...FAIL, actual: FAIL.expected })).not.toContain('^');
  });

  test('shows the end of a long conversation; --verbose all of it', () => {
    const long = { ...FAIL, conversation: Array.from({ length: 15 }, (_, i) => `line ${i}`) };
    expect(text(long)).toContain('  so far (without the first 3; --verbose shows all):\n    line 3\n');
    expect(text(long)).not.toContain('line 2\n');
    expect(text(long, true)).toContain('  so far:\n    line 0\n');
  });

  test('lets no control character through to the terminal', () => {
    const [line] = reportText('a\x1b[2J\n.pkt', { ...FAIL, reason: 'bell\x07' }, { verbose: false });
    expect(line).toBe('FAIL a\\x1b[2J\\x0a.pkt:12: bell\\x07');
  });
});

test('JSON has file, result, line and reason, and more of a failure', () => {
  expect(JSON.parse(reportJson('a.pkt', { result: 'pass' }))).toEqual({
    file: 'a.pkt',
    result: 'pass',
    line: null,
    reason: null,
  });
  expect(JSON.parse(reportJson('a.pkt', { result: 'skip', reason: 'no sctp', line: 3 }))).toEqual({
    file: 'a.pkt',
    result: 'skip',
    line: 3,
    reason: 'no sctp',
  });
  expect(JSON.parse(reportJson('a.pkt', FAIL))).toEqual({
    file: 'a.pkt',
    result: 'fail',
    line: 12,
    column: null,
    reason: FAIL.reason,
    expected: FAIL.expected,
    actual: FAIL.actual,
  });
});

test('a tally is well when something passed and nothing failed', () => {
  const tally = (...results: RunResult[]): Tally => {
    const made = new Tally();
    for (const result of results) made.add(result);
    return made;
  };
  const skip = { result: 'skip', reason: '', line: null } as const;
  expect(tally({ result: 'pass' }, skip, FAIL, FAIL).text).toBe('1 passed, 2 failed, 1 skipped');
  expect(tally({ result: 'pass' }, skip).ok).toBe(true);
  expect(tally({ result: 'pass' }, FAIL).ok).toBe(false);
  expect(tally(skip).ok).toBe(false);
});
