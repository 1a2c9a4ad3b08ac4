import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ACK,
  decodeTcp,
  encodeTcp,
  MAX_SACK_BLOCKS,
  SYN,
  type TcpFields,
  tcpHeaderLength,
} from '../../src/wire/tcp.ts';
import { anyValues, fields, type Values, valuesOf } from './fields.ts';

/** A header of these option bytes, padded with `padding`, and what reading it gives. */
function withOptions(options: readonly number[], padding = 0): { fault: string | null; read: TcpFields } {
  const length = 20 + ((options.length + 3) & ~3);
  const bytes = new Uint8Array(length).fill(padding, 20);
  bytes[12] = (length >> 2) << 4;
  bytes.set(options, 20);
  const read = fields();
  return { fault: decodeTcp(bytes, 0, length, read), read };
}

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

test('property: what was encoded is decoded, as far as 40 bytes of options hold it', () => {
  fc.assert(
    fc.property(anyValues, fc.nat(5), fc.nat(20), (given, at, textLength) => {
      const from = fields(given);
      const bytes = new Uint8Array(100).fill(0xee);
      const length = encodeTcp(from, bytes, at);
      expect(length).toBe(tcpHeaderLength(from));
      expect(length % 4 === 0 && length >= 20 && length <= 60).toBe(true);
      expect([...bytes.subarray(at + length)].every((byte) => byte === 0xee)).toBe(true);
      expect([bytes[at + 16], bytes[at + 17]]).toEqual([0, 0]);
      const into = fields();
      expect(decodeTcp(bytes, at, at + length + textLength, into)).toBeNull();
      const room = given.sack.slice(0, 2 * into.sackCount);
      // A SYN that is full of other options leaves no room for a user timeout.
      const userTimeout = length === 60 && room.length === 0 ? into.userTimeout : given.userTimeout;
      expect([given.userTimeout, -1]).toContain(userTimeout);
      expect(valuesOf(into)).toEqual(valuesOf(fields({ ...given, userTimeout, sack: room })));
      expect(into.text).toBe(bytes);
      expect([into.textStart, into.textLength]).toEqual([at + length, textLength]);
    }),
    { numRuns: 500 },
  );
});

test('SACK takes the room that is left: four blocks alone, three beside timestamps, none without room', () => {
  const sack = [1, 2, 3, 4, 5, 6, 7, 8];
  const bytes = new Uint8Array(60);
  const blocks = (given: Partial<Values>): number => {
    const into = fields();
    decodeTcp(bytes, 0, encodeTcp(fields({ ...given, sack }), bytes, 0), into);
    return into.sackCount;
  };
  expect(blocks({})).toBe(4);
  expect(blocks({ timestamps: true })).toBe(3);
  expect(blocks({ timestamps: true, mss: 1460, windowScale: 7 })).toBe(2);
});

test('MUST-68: options come in the order and with the padding of Linux', () => {
  const options = (given: Partial<Values>): string => {
    const bytes = new Uint8Array(60);
    return hex(bytes.subarray(20, encodeTcp(fields(given), bytes, 0)));
  };
  const ts = { timestamps: true, tsval: 1, tsecr: -2 };
  expect(options({ flags: SYN, mss: 1460, sackPermitted: true, ...ts, windowScale: 7 })).toBe(
    '02 04 05 b4 04 02 08 0a 00 00 00 01 ff ff ff fe 01 03 03 07',
  );
  expect(options({ flags: SYN, mss: 536, sackPermitted: true, windowScale: 0 })).toBe(
    '02 04 02 18 01 01 04 02 01 03 03 00',
  );
  expect(options({ flags: SYN, mss: 1460, ...ts })).toBe('02 04 05 b4 01 01 08 0a 00 00 00 01 ff ff ff fe');
  expect(options({ flags: ACK, ...ts, sack: [16, 32] })).toBe(
    '01 01 08 0a 00 00 00 01 ff ff ff fe 01 01 05 0a 00 00 00 10 00 00 00 20',
  );
  expect(options({ flags: ACK })).toBe('');
});

test('FreeBSD’s order and padding', () => {
  const options = (given: Partial<Values>): string => {
    const bytes = new Uint8Array(60);
    const ordered = { ...fields(given), optionOrder: 'freebsd' as const };
    const length = encodeTcp(ordered, bytes, 0);
    expect(tcpHeaderLength(ordered)).toBe(length);
    return hex(bytes.subarray(20, length));
  };
  const ts = { timestamps: true, tsval: 1, tsecr: -2 };
  expect(options({ flags: SYN, mss: 1460, sackPermitted: true, ...ts, windowScale: 6 })).toBe(
    '02 04 05 b4 01 03 03 06 04 02 08 0a 00 00 00 01 ff ff ff fe',
  );
  expect(options({ flags: SYN, mss: 1460, sackPermitted: true, windowScale: 6 })).toBe(
    '02 04 05 b4 01 03 03 06 04 02 00 00',
  );
  expect(options({ flags: SYN, mss: 1460, ...ts })).toBe('02 04 05 b4 01 01 08 0a 00 00 00 01 ff ff ff fe');
  expect(options({ flags: ACK, ...ts, sack: [16, 32] })).toBe(
    '01 01 08 0a 00 00 00 01 ff ff ff fe 01 01 05 0a 00 00 00 10 00 00 00 20',
  );
  expect(options({ flags: ACK })).toBe('');
});

test('either order takes as many bytes, and is read as what was written', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const read = (['linux', 'freebsd'] as const).map((optionOrder) => {
        const bytes = new Uint8Array(60);
        const written = { ...fields(values), optionOrder };
        const length = encodeTcp(written, bytes, 0);
        expect(length).toBe(tcpHeaderLength(written));
        const into = fields();
        expect(decodeTcp(bytes, 0, length, into)).toBe(null);
        return valuesOf(into);
      });
      expect(read[0]).toEqual(read[1]);
    }),
  );
});

test('§3.1: the header, bit by bit', () => {
  const bytes = new Uint8Array(20);
  encodeTcp(
    fields({
      sourcePort: 0x0102,
      destinationPort: 0x0304,
      seq: 0x05060708,
      ack: -2,
      flags: 0x1ff,
      wnd: 0x1112,
      up: 0x1314,
    }),
    bytes,
    0,
  );
  expect(hex(bytes)).toBe('01 02 03 04 05 06 07 08 ff ff ff fe 51 ff 11 12 00 00 13 14');
});

test('reserved bits are ignored (A051)', () => {
  const bytes = new Uint8Array(20);
  bytes[12] = 0x5e;
  bytes[13] = SYN;
  const into = fields();
  expect(decodeTcp(bytes, 0, 20, into)).toBeNull();
  expect(into.flags).toBe(SYN);
});

test('faults: too short a segment, too short a header, a header longer than the segment', () => {
  const bytes = new Uint8Array(64);
  const into = fields();
  const decode = (dataOffset: number, length: number): string | null => {
    bytes[12] = dataOffset << 4;
    return decodeTcp(bytes, 0, length, into);
  };
  expect(decode(5, 19)).toBe('truncated');
  expect(decode(5, 0)).toBe('truncated');
  expect(decodeTcp(bytes, 30, 10, into)).toBe('truncated');
  expect(decode(4, 64)).toBe('data-offset');
  expect(decode(0, 64)).toBe('data-offset');
  expect(decode(6, 23)).toBe('data-offset');
  expect(decode(15, 59)).toBe('data-offset');
  expect(decode(15, 60)).toBeNull();
  expect(into.textLength).toBe(0);
});

test('fields of an earlier segment do not survive in the next one', () => {
  const bytes = new Uint8Array(60);
  const into = fields();
  const full = fields({
    mss: 1,
    windowScale: 2,
    sackPermitted: true,
    timestamps: true,
    tsval: 3,
    sack: [4, 5],
  });
  decodeTcp(bytes, 0, encodeTcp(full, bytes, 0), into);
  expect(valuesOf(into)).toEqual(valuesOf(full));
  decodeTcp(bytes, 0, encodeTcp(fields({}), bytes, 0), into);
  expect(valuesOf(into)).toEqual(valuesOf(fields({})));
});

test('MUST-4, MUST-64: EOL, NOP and MSS, at any alignment', () => {
  expect(withOptions([2, 4, 5, 0xb4]).read.mss).toBe(1460);
  expect(withOptions([1, 2, 4, 5, 0xb4]).read.mss).toBe(1460);
  expect(withOptions([1, 1, 1, 2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]).read).toMatchObject({
    mss: 1460,
    timestamps: true,
    tsval: 1,
    tsecr: 2,
  });
});

test('MUST-5: options are read whatever the flags', () => {
  for (let flags = 0; flags < 512; flags++) {
    const bytes = Uint8Array.from({ length: 32 }, () => 1);
    bytes.set([0x80 | (flags >>> 8), flags & 255], 12);
    bytes.set([8, 10, 0, 0, 0, 7, 0, 0, 0, 9], 20);
    const read = fields();
    expect(decodeTcp(bytes, 0, 32, read)).toBeNull();
    expect([read.flags, read.timestamps, read.tsval, read.tsecr]).toEqual([flags, true, 7, 9]);
  }
});

test('MUST-69: nothing behind EOL is read', () => {
  expect(withOptions([0, 2, 4, 5, 0xb4]).read.mss).toBe(0);
  expect(withOptions([2, 4, 5, 0xb4, 0, 3, 3, 9]).read).toMatchObject({ mss: 1460, windowScale: -1 });
});

test('MUST-6: an unknown kind is skipped by its length', () => {
  for (let kind = 6; kind < 256; kind++) {
    if (kind === 8 || kind === 34) continue;
    expect(withOptions([kind, 2, 2, 4, 5, 0xb4]).read.mss, `kind ${kind}`).toBe(1460);
    expect(withOptions([kind, 7, 2, 4, 9, 9, 9, 2, 4, 5, 0xb4]).read.mss, `kind ${kind}`).toBe(1460);
  }
});

test('a bad length ends the options and keeps the segment (MUST-7, A033, A034, 5482.3)', () => {
  for (const kind of [2, 3, 4, 5, 8, 28, 30, 254]) {
    for (const length of [0, 1, 255, 41]) {
      const { fault, read } = withOptions([2, 4, 5, 0xb4, kind, length, 3, 3, 7, 4, 2]);
      expect(fault).toBeNull();
      expect(read).toMatchObject({
        mss: 1460,
        windowScale: -1,
        sackPermitted: false,
        timestamps: false,
        sackCount: 0,
        userTimeout: -1,
      });
    }
  }
  // The kind alone, in the header's last byte; and options cut by the header's end.
  expect(withOptions([1, 1, 1, 2])).toMatchObject({ fault: null, read: { mss: 0 } });
  expect(withOptions([1, 2, 4, 5])).toMatchObject({ fault: null, read: { mss: 0 } });
  expect(withOptions([8, 10, 1, 1, 1, 1, 1, 1])).toMatchObject({ fault: null, read: { timestamps: false } });
  expect(withOptions([5, 10, 1, 1, 1, 1, 1, 1])).toMatchObject({ fault: null, read: { sackCount: 0 } });
});

test('a known kind with another length than its own is passed over, and what follows is read (A035)', () => {
  for (const option of [
    [2, 3, 9],
    [2, 5, 9, 9, 9],
    [3, 2],
    [3, 4, 9, 9],
    [4, 3, 9],
    [8, 9, 9, 9, 9, 9, 9, 9, 9],
    [8, 2],
    [5, 2],
    [5, 6, 9, 9, 9, 9],
    [28, 3, 9],
    [28, 2],
    [28, 6, 9, 9, 9, 9],
    [5, 11, 9, 9, 9, 9, 9, 9, 9, 9, 9],
  ]) {
    expect(valuesOf(withOptions(option).read), `${option}`).toEqual(valuesOf(withOptions([]).read));
    expect(withOptions([...option, 3, 3, 7], 1).read.windowScale, `${option}`).toBe(7);
  }
});

test('one to four SACK blocks', () => {
  for (let n = 1; n <= 4; n++) {
    const edges = Array.from({ length: 8 * n }, (_, i) => (i % 4 === 3 ? i : 0));
    const { read } = withOptions([5, 2 + 8 * n, ...edges]);
    expect(read.sackCount).toBe(n);
    expect([...read.sackBlocks.subarray(0, 2 * n)]).toEqual(
      Array.from({ length: 2 * n }, (_, i) => 4 * i + 3),
    );
  }
});

test('A048: of two options of a kind the last one counts', () => {
  expect(withOptions([2, 4, 0, 1, 2, 4, 0, 2]).read.mss).toBe(2);
  expect(withOptions([3, 3, 1, 3, 3, 2]).read.windowScale).toBe(2);
  expect(withOptions([8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 8, 10, 0, 0, 0, 2, 0, 0, 0, 0]).read.tsval).toBe(2);
});

test('the window scale is handed on as received, beyond 14 too (RFC 7323 §2.3 is for the engine)', () => {
  expect(withOptions([3, 3, 255]).read.windowScale).toBe(255);
});

test('property: any bytes are read or refused, and nothing lies outside of them', () => {
  const bytes = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(bytes, fc.nat(120), fc.nat(120), (bytes, from, to) => {
      const [start, end] = [Math.min(from, bytes.length), Math.min(to, bytes.length)];
      const into = fields();
      if (decodeTcp(bytes, start, end, into) !== null) return;
      expect(into.textStart >= start + 20 && into.textStart + into.textLength === end).toBe(true);
      expect(into.sackCount).toBeLessThanOrEqual(MAX_SACK_BLOCKS);
      const again = fields();
      const header = new Uint8Array(60);
      expect(decodeTcp(header, 0, encodeTcp(into, header, 0), again)).toBeNull();
      expect({ ...valuesOf(again), sack: [] }).toEqual({ ...valuesOf(into), sack: [] });
    }),
    { numRuns: 2000 },
  );
});

test.each([
  [[28, 4, 0x00, 0x1e], 30],
  [[28, 4, 0x80, 0x05], 300],
  [[28, 4, 0x7f, 0xff], 32_767],
  [[28, 4, 0xff, 0xff], 32_767 * 60],
  [[28, 4, 0, 0], 0],
  [[2, 4, 5, 0xb4], -1],
])('RFC 5482 §2: %j is a user timeout of %i s (5482.3)', (option, seconds) => {
  expect(withOptions([1, ...option, 1, 1, 1]).read.userTimeout).toBe(seconds);
});

test('RFC 5482 §2: seconds as far as 15 bits go, then minutes rounded up (5482.3)', () => {
  const sent = (userTimeout: number): number => {
    const bytes = new Uint8Array(60);
    const into = fields();
    decodeTcp(bytes, 0, encodeTcp(fields({ userTimeout }), bytes, 0), into);
    return into.userTimeout;
  };
  expect([1, 32_767, 32_768, 32_820, 1e9].map(sent)).toEqual([1, 32_767, 32_820, 32_820, 32_767 * 60]);
});
