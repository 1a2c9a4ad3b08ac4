import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CE, ECT0, ECT1, markCongestion } from '../../src/wire/ip.ts';
import { decodeIpv4, encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { decodeIpv6, encodeIpv6, Ipv6Header } from '../../src/wire/ipv6.ts';

test('property: a mark changes the codepoint alone, and the header checksum stays right', () => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.nat(65_535),
      fc.nat(255),
      fc.integer(),
      (trafficClass, id, hopLimit, from) => {
        const four = Object.assign(new Ipv4Header(), {
          trafficClass,
          identification: id,
          hopLimit,
          totalLength: 20,
        });
        four.source[3] = from;
        const bytes = new Uint8Array(24);
        encodeIpv4(four, bytes, 4);
        const ect = (trafficClass & 3) !== 0;
        expect(markCongestion(bytes, 4, 24)).toBe(ect);
        const into = new Ipv4Header();
        expect(decodeIpv4(bytes, 4, 24, into)).toBeNull();
        const marked = ect ? trafficClass | CE : trafficClass;
        expect({ ...into }).toEqual({ ...four, trafficClass: marked, payloadStart: 24, payloadEnd: 24 });

        const six = Object.assign(new Ipv6Header(), {
          trafficClass,
          flowLabel: 0xabcde,
          hopLimit,
          protocol: 59,
        });
        const packet = new Uint8Array(40);
        encodeIpv6(six, packet, 0);
        expect(markCongestion(packet, 0, 40)).toBe(ect);
        const read = new Ipv6Header();
        expect(decodeIpv6(packet, 0, 40, read)).toBeNull();
        expect([read.trafficClass, read.flowLabel, read.hopLimit]).toEqual([marked, 0xabcde, hopLimit]);
      },
    ),
  );
});

test.each([ECT0, ECT1])('what is no packet is left alone (%i)', (codepoint) => {
  const bytes = Uint8Array.of(0x45, codepoint, 0, 0);
  expect(markCongestion(bytes, 0, 4)).toBe(false);
  expect([...bytes]).toEqual([0x45, codepoint, 0, 0]);
});
