// The AccECN options, kinds 172 and 174 (RFC 9768 §3.2.3): bytes, and the notation.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSegment, printOptions } from '../../src/wire/print.ts';
import { ACK, decodeTcp, encodeTcp, type TcpFields, tcpHeaderLength } from '../../src/wire/tcp.ts';
import { fields } from './fields.ts';

const made = (accEcn: number, accEcnFields: number, more: Partial<TcpFields> = {}): TcpFields =>
  Object.assign(
    fields({ flags: ACK }),
    { accEcn, accEcnFields, ee0b: 0x010203, eceb: 0x040506, ee1b: 0x070809 },
    more,
  );

function optionsOf(segment: TcpFields): number[] {
  const bytes = new Uint8Array(60);
  const length = encodeTcp(segment, bytes, 0);
  expect(tcpHeaderLength(segment)).toBe(length);
  return [...bytes.subarray(20, length)];
}

function read(options: readonly number[]): TcpFields {
  const padded = [...options, ...new Array<number>((4 - (options.length % 4)) % 4).fill(0)];
  const bytes = new Uint8Array(20 + padded.length);
  bytes[12] = bytes.length << 2;
  bytes.set(padded, 20);
  const into = fields();
  expect(decodeTcp(bytes, 0, bytes.length, into)).toBeNull();
  return into;
}

test('every length of both orders, padded in front to a word (9768.5)', () => {
  expect(optionsOf(made(0, 3))).toEqual([1, 172, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(optionsOf(made(1, 3))).toEqual([1, 174, 11, 7, 8, 9, 4, 5, 6, 1, 2, 3]);
  expect(optionsOf(made(0, 2))).toEqual([172, 8, 1, 2, 3, 4, 5, 6]);
  expect(optionsOf(made(1, 2))).toEqual([174, 8, 7, 8, 9, 4, 5, 6]);
  expect(optionsOf(made(0, 1))).toEqual([1, 1, 1, 172, 5, 1, 2, 3]);
  expect(optionsOf(made(1, 1))).toEqual([1, 1, 1, 174, 5, 7, 8, 9]);
  expect(optionsOf(made(0, 0))).toEqual([1, 1, 172, 2]);
  expect(optionsOf(made(-1, 3))).toEqual([]);
});

test('what does not fit behind SACK is left out whole (9768.5)', () => {
  const sack = { timestamps: true, sackBlocks: new Int32Array(8), sackCount: 2 };
  expect(optionsOf(made(0, 2, sack))).toHaveLength(40);
  expect(optionsOf(made(0, 3, sack))).toHaveLength(32);
});

test('property: what is written is read, the fields that are there', () => {
  const u24 = fc.nat(0xffffff);
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.nat(3), u24, u24, u24, (accEcn, accEcnFields, ee0b, eceb, ee1b) => {
      const segment = made(accEcn, accEcnFields, { ee0b, eceb, ee1b });
      const into = read(optionsOf(segment));
      const order = accEcn === 0 ? (['ee0b', 'eceb', 'ee1b'] as const) : (['ee1b', 'eceb', 'ee0b'] as const);
      expect([into.accEcn, into.accEcnFields]).toEqual([accEcn, accEcnFields]);
      for (const [i, name] of order.entries()) expect(into[name]).toBe(i < accEcnFields ? segment[name] : 0);
      const text = printOptions(segment, 0);
      const parsed = parseSegment(`. 0:0 ack 0 <${text}>`).options!;
      expect(printOptions(parsed, 0)).toBe(text);
      expect([parsed.accEcn, parsed.accEcnFields]).toEqual([accEcnFields === 0 ? 0 : accEcn, accEcnFields]);
    }),
  );
});

test('another length: the whole fields that are there, the rest is padding (9768.5)', () => {
  expect(read([172, 4, 1, 2])).toMatchObject({ accEcn: 0, accEcnFields: 0 });
  expect(read([172, 7, 0, 0, 1, 9, 9])).toMatchObject({ accEcn: 0, accEcnFields: 1, ee0b: 1 });
  expect(read([174, 14, 0, 0, 1, 0, 0, 2, 0, 0, 3, 9, 9, 9])).toMatchObject({
    accEcn: 1,
    accEcnFields: 3,
    ee0b: 3,
  });
  expect(read([2, 4, 5, 0xb4])).toMatchObject({ accEcn: -1, accEcnFields: 0 });
});

test('the notation', () => {
  expect(printOptions(made(0, 3, { ee0b: 1, eceb: 0, ee1b: 1 }), 0)).toBe('ECN e0b 1 ceb 0 e1b 1');
  expect(printOptions(made(1, 2, { ee1b: 1, eceb: 5 }), 0)).toBe('ECN e1b 1 ceb 5');
  expect(printOptions(made(1, 0), 0)).toBe('ECN');
  expect(() => parseSegment('. 0:0 ack 0 <ECN ceb 1>')).toThrow(SyntaxError);
  expect(() => parseSegment('. 0:0 ack 0 <ECN e0b 16777216>')).toThrow(SyntaxError);
});
