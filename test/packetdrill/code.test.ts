// `%{ ... }%`: the Python that assertions about tcp_info are written in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodeBlocks, type CodeResult, type Lookup } from '../../src/packetdrill/code.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';

const FIELDS: Readonly<Record<string, number | string>> = {
  tcpi_snd_cwnd: 10,
  tcpi_state: 1,
  tcpi_options: 0x87,
  TCPI_OPT_SACK: 2,
  ca: 'cubic',
  big: 2 ** 40 + 5,
};
const lookup: Lookup = (name) => FIELDS[name];
const AT = { line: 5, column: 9 };

const run = (text: string, blocks = new CodeBlocks()): CodeResult => blocks.run(text, AT, lookup);

/** What `print` makes of an expression. */
function shown(expression: string): string {
  const { printed, failure } = run(`print(${expression})`);
  expect(failure).toBeNull();
  expect(printed).toHaveLength(1);
  return printed[0]!;
}

const failed = (text: string): string => {
  const { failure } = run(text);
  return failure === null ? 'none' : `${failure.at.line}:${failure.at.column} ${failure.message}`;
};

function unsupported(text: string): string {
  try {
    run(text);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return `${error.at!.line}:${error.at!.column} ${error.message}`;
  }
  return 'none';
}

describe('expressions as Python has them', () => {
  test.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['7 // 2, -7 // 2, 7 % 3, -7 % 3', '3 -4 1 2'],
    ['3 / 2', '1.5'],
    ['2 - 3 - 4', '-5'],
    ['0x10 | 1 ^ 3 & 2', '19'],
    ['1 << 3 + 1, 256 >> 2', '16 64'],
    ['~5, -3, +3, - -3', '-6 -3 3 3'],
    ['big & 0xff, big | 2', '5 1099511627783'],
    ['1 < 2 < 3, 1 < 3 < 2, 2 > 1 != 0', 'True False True'],
    ['not 1 == 2, not 1', 'True False'],
    ['0 or 5, 2 and 3, 0 and unknown, 1 or unknown', '5 3 0 1'],
    ['True == 1, False + 1', 'True 1'],
    ['"a" + \'b\', "a" == "a", "a" < "b"', 'ab True True'],
    ['1 == "1"', 'False'],
    ['1.5 + .5', '2'],
    ['min(3, 1, 2), max(1, 2), abs(-4), int(2.9), str(5) + "x", hex(255)', '1 2 4 2 5x 0xff'],
    ['tcpi_options & TCPI_OPT_SACK', '2'],
    ['1 &\n  3', '1'],
    ['', ''],
  ])('%s', (expression, value) => {
    expect(shown(expression)).toBe(value);
  });
});

describe('statements', () => {
  test('separated by newlines and semicolons, continued by \\, with comments, however indented', () => {
    const text = ` a = 1; b = 2  # both
          a += b ; \n
      assert a == \\
        3, "three"  # that is it
assert (a ==
   3)
    print a, b
pass;`;
    expect(run(text)).toEqual({ printed: ['3 2'], failure: null });
  });

  test.each(['+= 2|12', '-= 2|8', '*= 2|20', '/= 4|2.5', '//= 4|2', '%= 4|2', '&= 3|2', '|= 1|11', '^= 2|8'])(
    'x %s',
    (rest) => {
      const [assignment, value] = rest.split(/\|(?=[\d.]+$)/);
      expect(run(`x = 10\nx ${assignment}\nprint(x)`).printed).toEqual([value]);
    },
  );

  test.each([
    '"cwnd %d" % tcpi_snd_cwnd',
    '("cwnd %d, %d" % (a, b))',
    '("x", file=log)',
    '(len("x"))',
    '(unknown)',
    '(a) + [1; 2]',
  ])('print %s: what we can not say is repeated, and the script goes on', (text) => {
    expect(run(`print ${text}; a = 1\nprint(a)`)).toEqual({ printed: [text, '1'], failure: null });
  });

  test('variables last from block to block, and hide fields', () => {
    const blocks = new CodeBlocks();
    run('cwnd = tcpi_snd_cwnd; tcpi_state = 7', blocks);
    expect(run('print(cwnd, tcpi_state)', blocks).printed).toEqual(['10 7']);
    expect(run('print(tcpi_state)').printed).toEqual(['1']);
  });

  test.each([
    [1, 'one'],
    [2, 'two'],
    [3, 'many'],
  ])('if, elif, else: %i', (x, word) => {
    const text = `
    x = ${x}
    if x == 1:
      print("one")
    elif x == 2: print("two")
    else:
      if x > 2:
        print("many")
      else:
        print("none")
    print("end")`;
    expect(run(text).printed).toEqual([word, 'end']);
  });
});

describe('what fails', () => {
  test.each([
    ['assert tcpi_snd_cwnd == 11', '5:9 assert tcpi_snd_cwnd == 11 with tcpi_snd_cwnd = 10'],
    ['\n  assert 1 == 2', '6:3 assert 1 == 2'],
    [
      'x = 3; assert x < tcpi_snd_cwnd < 5, "too large"',
      '5:16 assert x < tcpi_snd_cwnd < 5 with x = 3, tcpi_snd_cwnd = 10 (too large)',
    ],
    ['assert ca == "reno", "is %s" % (ca; "")', '5:9 assert ca == "reno" with ca = cubic'],
    ['assert tcpi_state; assert ca == 1', '5:28 assert ca == 1 with ca = cubic'],
    ['assert (1 ==\n   2)', '5:9 assert (1 == 2)'],
    ['assert 1 / 0', '5:18 division by zero'],
    ['assert 1 << 64', '5:18 a shift by 64 bits'],
    ['assert 1.5 & 1', '5:20 1.5 is no integer of 53 bits'],
    ['assert 1 < "a"', '5:20 no order between 1 and a'],
  ])('%s', (text, message) => {
    expect(failed(text)).toBe(message);
  });

  test('ends the block there', () => {
    expect(run('print(1)\nassert 0\nprint(2)').printed).toEqual(['1']);
  });

  test('a string that doubles without end', () => {
    expect(failed(`s = "abcdefgh"\n${'s += s\n'.repeat(60)}`)).toMatch(/a string that is too long$/);
  });
});

describe('what we do not have', () => {
  test.each([
    ['assert tcpi_nothing == 1', '5:16 code asks for tcpi_nothing, which we do not have'],
    ['import os', '5:9 no code that we know: import'],
    ['x.y = 1', '5:10 no code that we know: .'],
    ['x', '5:10 no code that we know: the line ends'],
    ['assert x[0]', '5:17 no code that we know: ['],
    ['assert 1 in (1, 2)', '5:18 no code that we know: in'],
    ['assert 2 ** 3', '5:18 no code that we know: **'],
    ['assert', '5:15 no code that we know: the line ends'],
    ['assert 1,', '5:18 no code that we know: the line ends'],
    ['assert (1', '5:18 no code that we know: the line ends'],
    ['a = $', '5:13 no code that we know: $'],
    ['a = "open', '5:13 no code that we know: "'],
    ['assert len(1)', '5:16 code calls len(), which we do not have'],
    ['assert "%d" % 1', '5:21 code calculates with a string'],
    ['if 1:\n', '5:9 an if without statements'],
    ['while 1: pass', '5:9 no code that we know: while'],
    ['f"x"', '5:10 no code that we know: "x"'],
  ])('%s', (text, message) => {
    expect(unsupported(text)).toBe(message);
  });

  test('nesting without end', () => {
    expect(unsupported(`assert ${'('.repeat(10_000)}`)).toMatch(/no code that we know/);
    expect(unsupported(`assert ${'-'.repeat(10_000)}1`)).toMatch(/no code that we know/);
    expect(unsupported(`${'if 1: '.repeat(10_000)}pass`)).toMatch(/no code that we know/);
  });
});

test('whatever the text: a result or UnsupportedError', () => {
  const pieces = [
    ...[
      'assert',
      'print',
      'a',
      '=',
      '+=',
      '==',
      '<',
      '+',
      '-',
      '/',
      '//',
      '%',
      '&',
      '<<',
      '(',
      ')',
      '[',
      ',',
      ';',
      '\n',
    ],
    ...[
      'if',
      ':',
      'else',
      'elif',
      'and',
      'or',
      'not',
      '1',
      '0',
      '0x7',
      '.5',
      '"s"',
      '\\\n',
      '#',
      ' ',
      'min',
      'True',
      'toString',
    ],
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 40 })), (code) => {
      try {
        run(code);
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
});
