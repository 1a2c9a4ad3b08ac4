// Particles by the sound that a word ends in, as Koreans read it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endingOf, ko, PARTICLES, particleFor } from '../../../src/trace/text/korean/particle.ts';

/** Words, and what `은/는` is behind them; ㄹ is told apart by 로. */
const BEHIND_CONSONANT =
  'SYN ACK FIN SYN,ACK FIN,ACK RST,ACK SACK D-SACK RACK LAST-ACK LISTEN CLOSING FIN-WAIT-1 AccECN ECN CUBIC QUIC ' +
  'VLAN ISN CWN MIM 0 3 6 10 13 100 1,000 20000 100000000 1.0 0.3 10.0.0.1:80 10.0.0.1:50000 syn0 packet socket web ' +
  'synfin pcap two.pcap 버전 세그먼트들만 윈도우창 100원';
const BEHIND_L =
  'MSL CWR ACL SSL XDR R L 1 7 8 21 107 1.7 0.8 10.0.0.1 [::1]:8 curl kernel table file 물 채널 Nagle';
const BEHIND_VOWEL =
  'RTO TCP IP UDP ICMP MSS MTU RTT CE ECE ECT CLOSED ESTABLISHED SYN-SENT SYN-RECEIVED TIME-WAIT CLOSE-WAIT ' +
  'FIN-WAIT-2 PSH URG PAWS TLP F-RTO IPv6 IPv4 RFC 2 4 5 9 12 1,234 1000000000000 0.5 3.14 % 5% 20ms client server ' +
  'byte pcapng two.pcap.gz nginx node:http 서버 클라이언트 바이트 초';

const words = (text: string): string[] => text.split(' ');

describe('particleFor', () => {
  test.each(words(BEHIND_CONSONANT))('%s ends in a consonant', (word) => {
    expect(PARTICLES.map((each) => particleFor(word, each))).toEqual(['은', '이', '을', '과', '으로']);
  });

  test.each([...words(BEHIND_L), '물'])('%s ends in ㄹ', (word) => {
    expect(PARTICLES.map((each) => particleFor(word, each))).toEqual(['은', '이', '을', '과', '로']);
  });

  test.each(words(BEHIND_VOWEL))('%s ends in a vowel', (word) => {
    expect(PARTICLES.map((each) => particleFor(word, each))).toEqual(['는', '가', '를', '와', '로']);
  });

  // RST is read letter by letter: 알에스티. What is in parentheses or quotes changes nothing.
  test.each([
    ['RST', '를'],
    ['"SYN"', '을'],
    ['‘ACK’', '을'],
    ['서버(curl)', '를'],
    ['서버 (10.0.0.1)', '를'],
    ['(SYN)', '을'],
    ['ACK.', '을'],
    ['', '를'],
    ['…', '를'],
    ['ㄹ', '을'],
    ['서버'.normalize('NFD'), '를'],
    ['연결'.normalize('NFD'), '을'],
  ])('%s%s', (word, particle) => {
    expect(particleFor(word, '을/를')).toBe(particle);
  });

  test('property: every syllable, alone or behind anything, by its final consonant', () => {
    const syllable = fc.integer({ min: 0, max: 11_171 });
    fc.assert(
      fc.property(fc.string(), syllable, (before, offset) => {
        const word = before.replace(/\(/g, '') + String.fromCharCode(0xac00 + offset);
        const final = offset % 28;
        const expected = final === 0 ? 'vowel' : final === 8 ? 'l' : 'consonant';
        expect(endingOf(word)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('property: every whole number as it is read, in digits or with commas', () => {
    const UNITS = ['', '십', '백', '천'];
    const GREAT = ['', '만', '억', '조', '경'];
    const read = (n: bigint): string => {
      const digits = String(n);
      const zeros = digits.length - digits.replace(/0+$/, '').length;
      if (n === 0n) return '영';
      if (zeros === 0) return '영일이삼사오육칠팔구'[Number(digits.at(-1))]!;
      return UNITS[zeros % 4] + (zeros >= 4 ? GREAT[Math.floor(zeros / 4)]! : '');
    };
    const powers = fc.tuple(fc.bigInt(0n, 9_999n), fc.integer({ min: 0, max: 15 }));
    fc.assert(
      fc.property(powers, ([n, zeros]) => {
        const number = n * 10n ** BigInt(zeros);
        const grouped = String(number).replace(/\B(?=(\d{3})+$)/g, ',');
        expect(endingOf(String(number))).toBe(endingOf(read(number)));
        expect(endingOf(grouped)).toBe(endingOf(read(number)));
      }),
      { numRuns: 2000 },
    );
  });

  test('property: anything has a particle', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...PARTICLES), (word, particle) => {
        expect(particle.split('/')).toContain(particleFor(word, particle));
      }),
    );
  });

  test('of a long word the end is read', () => {
    for (const piece of ['(', ')', ' ', '.', '1', ',', 'a', '()', '-1', '9,']) {
      expect(particleFor(`${piece.repeat(100_000)}SYN`, '을/를')).toBe('을');
    }
  });
});

describe('ko', () => {
  test('chooses behind a value, and leaves alone what is written', () => {
    const [one, other] = ['SYN', '서버'];
    expect(ko`${one}은/는 ${other}이/가 받는다`).toBe('SYN은 서버가 받는다');
    expect(ko`${other}와/과 ${one}을/를 ${7}으로/로`).toBe('서버와 SYN을 7로');
    expect(ko`은/는 ${one} 은/는`).toBe('은/는 SYN 은/는');
    expect(ko`없다`).toBe('없다');
  });
});
