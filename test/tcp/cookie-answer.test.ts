// RFC 4987 §3.6: a SYN,ACK with a cookie is made of the SYN alone. It must say what a connection begun by that SYN
// would have said, less what no cookie can keep; or the connection rebuilt from its ACK does not keep what it promised.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../src/tcp/connection.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { FREEBSD, LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { seq } from '../../src/tcp/seq.ts';
import { answerByCookie, keepOptions, rebuildSyn } from '../../src/tcp/syn-cookies.ts';
import { Address } from '../../src/wire/address.ts';
import { ACK, AE, CWR, ECE, SYN } from '../../src/wire/tcp.ts';

const ISS = seq(0x7ffffff0);
const PRESETS: readonly Parameters[] = [RFC9293, LINUX, FREEBSD];

const parameters = fc
  .record({
    preset: fc.constantFrom(...PRESETS),
    more: fc.record(
      {
        ecn: fc.constantFrom<Parameters['ecn']>('off', 'accept', 'request'),
        timestamps: fc.boolean(),
        sack: fc.boolean(),
        windowScaling: fc.boolean(),
        windowRule: fc.constantFrom<Parameters['windowRule']>('room', 'linux'),
        receiveBuffer: fc.constantFrom(1, 1000, 65_536, 1 << 20),
        receiveBufferMax: fc.constantFrom(0, 6 << 20),
        mssClamp: fc.constantFrom(0, 500),
        userTimeoutOption: fc.boolean(),
        userTimeout: fc.constantFrom(0, 1500, Number.POSITIVE_INFINITY),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ preset, more }): Parameters => ({ ...preset, ...more }));

const syns = fc.record({
  seq: fc.integer().map((n) => seq(n)),
  flags: fc.constantFrom(SYN, SYN | ECE | CWR, SYN | ECE, SYN | ECE | CWR | AE),
  mss: fc.constantFrom(0, 20, 536, 1460, 65_535),
  windowScale: fc.integer({ min: -1, max: 15 }),
  sackPermitted: fc.boolean(),
  timestamps: fc.boolean(),
  tsval: fc.integer(),
  userTimeout: fc.constantFrom(-1, 0, 30, 4000),
  ecn: fc.constantFrom(0, 1, 2, 3),
});

const circumstances = fc.record({
  family: fc.constantFrom<4 | 6>(4, 6),
  mtu: fc.constantFrom(1280, 1500, 65_535),
  timestampOffset: fc.integer(),
  now: fc.double({ min: 0, max: 1e13, noNaN: true }),
});

function segment(fields: Partial<Segment>): Segment {
  return Object.assign(new Segment(), { sourcePort: 5000, destinationPort: 80, wnd: 1000 }, fields);
}

/** What a whole connection answers. */
function engineAnswer(
  to: Segment,
  given: Parameters,
  { family, mtu, timestampOffset, now }: { family: 4 | 6; mtu: number; timestampOffset: number; now: number },
): { readonly connection: Connection; readonly answer: Segment } {
  const address = (last: number): Address =>
    Address.parse(family === 4 ? `10.0.0.${last}` : `fd00::${last}`) as Address;
  const local = { address: address(1), port: 80 };
  const remote = { address: address(2), port: 5000 };
  const path = { mtu, superSegment: mtu, timestampOffset };
  const options = { id: 1, local, remote, iss: ISS, parameters: given, probe: null, ...path };
  const connection = Connection.accept(options, to, now);
  const answer = new Segment();
  connection.output(answer, now);
  return { connection, answer };
}

describe('the SYN,ACK with a cookie', () => {
  test('is the one that a connection would send, whatever both ends are able to', () => {
    fc.assert(
      fc.property(parameters, syns, circumstances, (given, shape, circumstance) => {
        const syn = segment(shape);
        const expected = engineAnswer(segment(shape), given, circumstance).answer;
        keepOptions(expected, syn);
        expected.why = '4987-3.6-cookie';
        const out = segment({ text: new Uint8Array(9), textLength: 9, flags: ACK, accEcn: 1 });
        answerByCookie({ parameters: given, iss: ISS, ...circumstance }, syn, circumstance.now, out);
        expect(out).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('agrees to ECN, not to AccECN, of which a cookie keeps nothing (4987.4)', () => {
    const accurate: Parameters = { ...RFC9293, ecn: 'accurate' };
    const circumstance = { family: 4, mtu: 1500, timestampOffset: 0, now: 5 } as const;
    const syn = segment({ flags: SYN | ECE | CWR | AE, seq: seq(9), timestamps: true, tsval: 77 });
    const answer = new Segment();
    answerByCookie({ parameters: accurate, iss: ISS, ...circumstance }, syn, 5, answer);
    expect([answer.flags, answer.accEcn]).toEqual([SYN | ACK | ECE, -1]);
    const ack = segment({ flags: ACK, seq: seq(10), timestamps: true, tsval: 78, tsecr: answer.tsval });
    const again = new Segment();
    rebuildSyn(ack, 1460, again);
    const { ecn } = engineAnswer(again, accurate, circumstance).connection.tcb;
    expect([ecn.on, ecn.accurate]).toEqual([true, false]);
  });
});
