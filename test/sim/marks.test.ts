// RFC 3168 §5: a link that marks packets as having met congestion, at random or when its queue is long.

import { describe, expect, test } from 'vitest';
import { CE, ECN_MASK, ECT0, ECT1, NOT_ECT } from '../../src/wire/ip.ts';
import { decodeIpv4, encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { type Bench, bench, packetOf } from './support.ts';

/** An IPv4 packet of 100 bytes. */
function packet(codepoint: number) {
  const header = Object.assign(new Ipv4Header(), { trafficClass: 0xb8 | codepoint, totalLength: 100 });
  const bytes = new Uint8Array(100);
  encodeIpv4(header, bytes, 0);
  return packetOf(bytes);
}

/** The codepoints that arrived; every header must be whole, and its DSCP as it was. */
function codepoints({ b }: Bench): number[] {
  return b.arrivals.map(({ bytes }) => {
    const header = new Ipv4Header();
    expect(decodeIpv4(bytes, 0, bytes.length, header)).toBeNull();
    expect(header.trafficClass & ~ECN_MASK).toBe(0xb8);
    return header.trafficClass & ECN_MASK;
  });
}

describe('marks', () => {
  test('ECT becomes CE, and what is not ECT goes through as it is; its sender keeps its bytes', () => {
    const t = bench({ mark: 1 });
    const sent = [ECT0, ECT1, CE, NOT_ECT].map(packet);
    for (const one of sent) t.link.a.transmit(one);
    t.clock.advance(0);
    expect(codepoints(t)).toEqual([CE, CE, CE, NOT_ECT]);
    expect(sent.map(({ bytes }) => bytes[1]! & ECN_MASK)).toEqual([ECT0, ECT1, CE, NOT_ECT]);
    expect(t.link.aToB.counters.marked).toBe(3);
    expect(t.log.filter((line) => line.includes('marked'))).toEqual([
      '0 marked 0',
      '0 marked 1',
      '0 marked 2',
    ]);
  });

  test('with some probability, by the seed', () => {
    const t = bench({ mark: 0.3, seed: 3 });
    for (let n = 0; n < 200; n++) t.link.a.transmit(packet(ECT0));
    t.clock.advance(0);
    const marked = codepoints(t).filter((codepoint) => codepoint === CE).length;
    expect(marked).toBeGreaterThan(40);
    expect(marked).toBeLessThan(80);
    expect(t.link.aToB.counters.marked).toBe(marked);
  });

  test('when more than so many wait for the line', () => {
    // 100 bytes take 1 ms: of those sent at once, one is on the line and the others wait.
    const t = bench({ rate: 800_000, markAbove: 2 });
    for (let n = 0; n < 6; n++) t.link.a.transmit(packet(ECT0));
    t.clock.advance(100);
    expect(codepoints(t)).toEqual([ECT0, ECT0, ECT0, ECT0, CE, CE]);
  });

  test('a duplicate is marked as its original is', () => {
    const t = bench({ mark: 1, duplicate: 1 });
    t.link.a.transmit(packet(ECT0));
    t.clock.advance(0);
    expect(codepoints(t)).toEqual([CE, CE]);
  });

  test('marks do not change which packets are lost', () => {
    const losses = (mark: number): string[] => {
      const t = bench({ mark, loss: 0.2, seed: 9 });
      for (let n = 0; n < 50; n++) t.link.a.transmit(packet(ECT0));
      return t.log.filter((line) => line.includes('lost'));
    };
    expect(losses(0.5)).toEqual(losses(0));
  });

  test.each([{ mark: 1.5 }, { mark: -1 }, { markAbove: 0.5 }, { markAbove: -1 }])('%o is refused', (odds) => {
    expect(() => bench(odds)).toThrow(RangeError);
  });
});
