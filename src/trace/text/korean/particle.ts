// The particle behind a word goes by the sound the word ends in, as Koreans read it: "SYN을" (신), "ACK을" (액),
// "RST를" (알에스티), "3을" (삼). What stands in parentheses is not read.

export const PARTICLES = ['은/는', '이/가', '을/를', '와/과', '으로/로'] as const;

/** Both forms of a particle, as a sentence names it. */
export type Particle = (typeof PARTICLES)[number];

/** What a word ends in: no final consonant, ㄹ, or another one. */
export type Ending = 'vowel' | 'l' | 'consonant';

/** The form of `particle` that stands behind `word`. A word without a sound is taken to end in a vowel. */
export function particleFor(word: string, particle: Particle): string {
  const ending = endingOf(word);
  const [first, second] = particle.split('/') as [string, string];
  // 와/과 names the form behind a vowel first; 로 also stands behind ㄹ.
  if (particle === '와/과') return ending === 'vowel' ? first : second;
  if (particle === '으로/로') return ending === 'consonant' ? first : second;
  return ending === 'vowel' ? second : first;
}

/** What a Korean sentence is written with: ko`${end}이/가 닫지 않았다`. Behind a value, a particle is chosen. */
export function ko(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let sentence = texts[0]!;
  for (const [i, value] of values.entries()) {
    const text = texts[i + 1]!;
    const word = String(value);
    const particle = PARTICLES.find((candidate) => text.startsWith(candidate));
    const follows = particle === undefined ? text : particleFor(word, particle) + text.slice(particle.length);
    sentence += word + follows;
  }
  return sentence;
}

/** What `word` ends in when it is read aloud. */
export function endingOf(word: string): Ending {
  const read = spoken(word);
  const last = read.at(-1) ?? '';
  const syllable = last.charCodeAt(0) - FIRST_SYLLABLE;
  if (syllable >= 0 && syllable < SYLLABLES) return ofFinal(syllable % FINALS);
  if (/[ㄱ-ㅎ]/.test(last)) return last === 'ㄹ' ? 'l' : 'consonant'; // 기역, 니은, 디귿, 리을
  if (/\d/.test(last)) return ofNumber(read);
  return /[a-z]/i.test(last) ? ofLatin(read) : (ENDING_OF_SYMBOL[last] ?? 'vowel');
}

const FIRST_SYLLABLE = 0xac00;
const SYLLABLES = 11_172;
/** Final consonants, none being the first. */
const FINALS = 28;
const FINAL_L = 8;

function ofFinal(final: number): Ending {
  if (final === 0) return 'vowel';
  return final === FINAL_L ? 'l' : 'consonant';
}

/** How much of a word's end is looked at, so that no word takes long. */
const READ = 64;

/** Without what is not read at its end: quotes, full stops, and anything in parentheses unless that is all. */
function spoken(word: string): string {
  let text = word.slice(-READ).normalize('NFC').trim();
  const bare = text.replace(/\s*\([^()]*\)$/, '');
  if (bare !== '') text = bare;
  return text.replace(/[^\p{L}\p{N}%‰°]+$/u, '');
}

const ENDING_OF_SYMBOL: Readonly<Record<string, Ending>> = { '%': 'vowel', '‰': 'l', '°': 'vowel' };

/** 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGITS: readonly Ending[] = [
  'consonant',
  'l',
  'vowel',
  'consonant',
  'vowel',
  'vowel',
  'consonant',
  'l',
  'l',
  'vowel',
];

/** By the last digit, or where zeros end it, by the unit: 십, 백, 천, 만, 억, 조, 경. Behind a point digits are read. */
function ofNumber(text: string): Ending {
  if (/[a-z]-?[0-9]$/i.test(text))
    return NAMED_DIGIT[lastWord(text).toUpperCase()] ?? DIGITS[Number(text.at(-1))]!;
  const [, integer, fraction] = /([\d,]*)(\.\d+)?$/.exec(text) ?? [];
  const digits = (integer ?? '').replaceAll(',', '');
  if (fraction !== undefined || /^0*$/.test(digits)) return DIGITS[Number(text.at(-1))]!;
  const zeros = /0*$/.exec(digits)![0].length;
  if (zeros === 0) return DIGITS[Number(digits.at(-1))]!;
  return zeros >= 12 && zeros < 16 ? 'vowel' : 'consonant';
}

/** Names whose digit is read in English: 식스, 원. */
const NAMED_DIGIT: Readonly<Record<string, Ending>> = {
  IPV6: 'vowel',
  ICMPV6: 'vowel',
  'FIN-WAIT-1': 'consonant',
  FIN_WAIT_1: 'consonant',
};

/** 엘, 알; 엠, 엔. The other letters end in a vowel. */
const LETTERS: Readonly<Record<string, Ending>> = { L: 'l', R: 'l', M: 'consonant', N: 'consonant' };

/** Abbreviations that are read as words, and words that do not end as they are spelled. */
const READINGS: Readonly<Record<string, Ending>> = {
  ...of('consonant', 'SYN FIN ACK SACK RACK LISTEN LAN VLAN MAC QUIC CUBIC PIN RAM ROM BIC'),
  ...of(
    'vowel',
    'PSH NAT PAWS TIME-WAIT CLOSE-WAIT CLOSED ESTABLISHED SYN-SENT SYN-RECEIVED WAIT RECEIVED SENT',
  ),
  ...of('vowel', 'MUST SHOULD MAY'),
  ...of('consonant', 'CLOSING'),
  // Units: 바이트, 초, 밀리초, 마이크로초.
  ...of('vowel', 'B KB MB GB KiB MiB GiB s ms us µs Mb Gb'),
  // 패킷, 소켓, 비트; 포트, 호스트.
  ...of(
    'consonant',
    'packet socket internet ethernet telnet net git tap web ack block peek pcap gzip zip bit hop',
  ),
  ...of('vowel', 'pcapng byte client host port list segment'),
  ...of('l', 'kernel curl url shell mail'),
};

function of(ending: Ending, words: string): Record<string, Ending> {
  return Object.fromEntries(words.split(' ').map((word) => [word, ending]));
}

/** The part behind the last mark that joins words. */
const lastWord = (text: string): string => /[^\s,/:.@]*$/.exec(text)![0];

function ofLatin(text: string): Ending {
  const whole = lastWord(text);
  const part = /[a-zµ]*$/i.exec(whole)![0];
  const known = READINGS[whole] ?? READINGS[part];
  if (known !== undefined) return known;
  if (part === part.toUpperCase() || !/[aeiouy]/i.test(part))
    return LETTERS[part.at(-1)!.toUpperCase()] ?? 'vowel';
  return ofSpelling(part.toLowerCase());
}

/** As a word of English is written in Hangul; short ones end in p, t, k as finals (웹, 맵, 봇), longer ones do not. */
function ofSpelling(word: string): Ending {
  if (/(l|[^aeiou]le)$|[aeiou]le$/.test(word)) return 'l';
  if (/(m|n|ng|[aeiou](me|ne))$/.test(word)) return 'consonant';
  return /^[^aeiou]*[aeiou](p|t|k|ck|b)$/.test(word) ? 'consonant' : 'vowel';
}
