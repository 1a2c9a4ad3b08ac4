import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSegment, printFlags, printOptions, printSegment } from '../../src/wire/print.ts';
import { ACK, PSH, SYN, type TcpFields, URG } from '../../src/wire/tcp.ts';
import type { TcpOptions } from '../../src/wire/tcp-options.ts';
import { anyValues, fields, valuesOf } from './fields.ts';

const withText = (made: TcpFields, textLength: number): TcpFields => Object.assign(made, { textLength });

/** The options alone, with the fields that a parsed line has. */
const optionsOf = (options: TcpOptions): object => {
  const { mss, windowScale, sackPermitted, timestamps, tsval, tsecr, sack, cookie, fastOpenExperimental } =
    valuesOf({ ...fields(), ...options });
  return { mss, windowScale, sackPermitted, timestamps, tsval, tsecr, sack, cookie, fastOpenExperimental };
};

test('the forms of the design', () => {
  const iss = { seq: 0x7ffffffe, ack: -2 };
  const base = { seq: iss.seq, ack: iss.ack };
  expect(printSegment(fields({ flags: SYN, seq: iss.seq }), base, 'brief')).toBe('S 0:0');
  expect(printSegment(fields({ flags: SYN | ACK, seq: iss.seq, ack: -1 }), base, 'brief')).toBe(
    'S. 0:0 ack 1',
  );
  const data = fields({
    flags: PSH | ACK,
    seq: (iss.seq + 2001) | 0,
    ack: -1,
    wnd: 1000,
    mss: 1460,
    windowScale: 7,
  });
  Object.assign(data, { sackPermitted: true, timestamps: true, tsval: 1 });
  expect(printSegment(withText(data, 500), base)).toBe(
    'P. 2001:2501 ack 1 win 1000 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>',
  );
  expect(printSegment(data, base, 'brief')).toBe('P. 2001:2501 ack 1');
});

test('urgent pointers and SACK blocks, relative to the acknowledgment base', () => {
  const segment = fields({ flags: ACK | URG, ack: 11, up: 7, wnd: 3, sack: [30, 40, 5, 8] });
  expect(printSegment(segment, { seq: 0, ack: 10 })).toBe(
    'U. 0:0 ack 1 win 3 urg 7 <sack 20:30 4294967291:4294967294>',
  );
});

test.each(['noecn', 'ect1', 'ect0', 'ce'])('the ECN codepoint stands in front: [%s]', (name) => {
  const { ecn } = parseSegment(`[${name}] P. 1:11 ack 1`);
  expect(ecn).toBe(['noecn', 'ect1', 'ect0', 'ce'].indexOf(name));
  const segment = withText(fields({ flags: PSH | ACK, seq: 1, ack: 1 }), 10);
  expect(printSegment(segment, { seq: 0, ack: 0 }, 'brief', ecn)).toBe(`[${name}] P. 1:11 ack 1`);
  expect(() => parseSegment(`[${name} P. 1:11 ack 1`)).toThrow(SyntaxError);
});

test('flags have one letter each, and none is a dash', () => {
  expect(printFlags(0)).toBe('-');
  expect(printFlags(0x1ff)).toBe('SFRPUEWA.');
  for (let flags = 0; flags < 512; flags++)
    expect(parseSegment(`${printFlags(flags)} 0:0`).flags).toBe(flags);
});

test('property: the parser is the inverse of the printer', () => {
  const relative = fc.record({ seq: fc.integer(), ack: fc.integer() });
  fc.assert(
    fc.property(anyValues, relative, fc.nat(1 << 30), (given, base, textLength) => {
      const segment = withText(fields(given), textLength);
      const text = printSegment(segment, base);
      const parsed = parseSegment(text);
      expect(parsed).toMatchObject({ flags: given.flags, length: textLength, wnd: given.wnd, up: given.up });
      expect((parsed.seq + base.seq) | 0).toBe(given.seq);
      if (given.flags & ACK) expect((parsed.ack! + base.ack) | 0).toBe(given.ack);
      else expect(parsed.ack).toBeNull();
      const sack = given.sack.map((edge) => (edge - base.ack) | 0);
      const options = fields({ ...given, sack });
      if (printOptions(options, 0) === '') expect(parsed.options).toBeNull();
      else expect(optionsOf(parsed.options!)).toEqual(optionsOf(options));
    }),
    { numRuns: 500 },
  );
});

test('what is not written is null, and the length in parentheses is optional', () => {
  expect(parseSegment('. 1:1001 ack 1')).toEqual({
    ecn: null,
    flags: ACK,
    seq: 1,
    length: 1000,
    ack: 1,
    wnd: null,
    up: 0,
    options: null,
  });
  expect(parseSegment('  R   5:5(0)  ')).toMatchObject({ seq: 5, length: 0, ack: null });
  expect(parseSegment('. 4294967290:4(10) ack 0').length).toBe(10);
  expect(parseSegment('S 0:0 <>').options).toMatchObject({ mss: 0, windowScale: -1, sackCount: 0 });
});

test('nop and eol are read and not represented; spaces are free', () => {
  const { options } = parseSegment(
    'S 0:0 win 9 < mss 1460, sackOK ,TS val 4294967295  ecr 2,nop,wscale 7,eol >',
  );
  expect(options).toMatchObject({
    mss: 1460,
    sackPermitted: true,
    timestamps: true,
    tsval: -1,
    tsecr: 2,
    windowScale: 7,
  });
  const sack = parseSegment('. 1:1 ack 1 <nop,nop,sack 1:2 3:4294967295>').options!;
  expect([sack.sackCount, ...sack.sackBlocks.subarray(0, 4)]).toEqual([2, 1, 2, 3, -1]);
});

test.each([
  '',
  'S',
  'S 0',
  'X 0:0',
  'SS 0:0',
  'S- 0:0',
  'S 0:0 ack',
  'S 0:0 win 65536',
  'S 4294967296:0',
  'S 0:0(1)',
  'S 0:0 win 1 ack 1',
  'S 0:0 ack 1 ack 2',
  'S -1:0',
  'S 0:0 <mss>',
  'S 0:0 <mss 70000>',
  'S 0:0 <wscale 256>',
  'S 0:0 <frob 1>',
  'S 0:0 <mss 1460,>',
  'S 0:0 <TS val 1>',
  'S 0:0 <sack 1:2 3:4 5:6 7:8 9:10>',
  'S 0:0 <mss 1460> tail',
  'S 0:0 <mss 1460',
])('what is no segment is a SyntaxError that shows the line: %s', (text) => {
  expect(() => parseSegment(text)).toThrow(SyntaxError);
  expect(() => parseSegment(text)).toThrow(`: ${text}`);
});

test('property: any text is a segment or a SyntaxError, and long ones take no longer', () => {
  const words = fc.constantFrom(
    'S',
    '. ',
    ' ',
    '0:0',
    ' ack 1',
    ' win 1',
    ' <',
    '>',
    'mss 1',
    ',',
    'sack 1:2',
    '9'.repeat(40),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      try {
        const parsed = parseSegment(parts.join(''));
        expect(parsed.seq).toBeLessThan(2 ** 32);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
    { numRuns: 1000 },
  );
  const spaces = ' '.repeat(100_000);
  expect(() => parseSegment(`S 0:0${spaces}x`)).toThrow(SyntaxError);
  expect(() => parseSegment(`S 0:0 <sack${spaces}x>`)).toThrow(SyntaxError);
});

test('a user timeout, in seconds (5482.3)', () => {
  const line = 'S 0:0 win 9 <mss 1460,uto 300>';
  const { options } = parseSegment(line);
  expect(options?.userTimeout).toBe(300);
  expect(printOptions(options!, 0)).toBe('mss 1460,uto 300');
  expect(parseSegment('. 0:0 ack 1 <nop>').options?.userTimeout).toBe(-1);
  expect(() => parseSegment('S 0:0 <uto 2097152>')).toThrow(SyntaxError);
});
