// Text of a stranger on a terminal: what would move its cursor, change its modes or turn its letters round is written
// as \xNN or \u{N}; so is what is no UTF-8.

const LINE_FEED = 10;
const RETURN = 13;
const TAB = 9;
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const escaped = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** Bytes of the character that begins with this one; 0: none does. */
function lengthOf(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Bytes come in pieces; a character that is cut waits for its end. */
export class Escaper {
  private rest = new Uint8Array(0);

  push(bytes: Uint8Array): string {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    let text = '';
    let at = 0;
    while (at < all.length) {
      const byte = all[at]!;
      const length = byte < 0x80 ? 1 : lengthOf(byte);
      const cut = byte === RETURN ? at + 1 === all.length : isCut(all.subarray(at), length);
      if (cut) break;
      const character = byte < 0x80 ? ascii(byte, all[at + 1]) : decoded(all.subarray(at, at + length));
      text += character ?? escaped(byte);
      at += character === null ? 1 : length;
    }
    this.rest = all.slice(at);
    return text;
  }

  /** Nothing more will come. */
  flush(): string {
    const { rest } = this;
    this.rest = new Uint8Array(0);
    return Array.from(rest, escaped).join('');
  }
}

/** A character of so many bytes has begun, and nothing speaks against it yet. */
const isCut = (bytes: Uint8Array, length: number): boolean =>
  bytes.length < length && bytes.subarray(1).every((byte) => byte >> 6 === 2);

/** A return before a line feed ends the line with it. */
function ascii(byte: number, next: number | undefined): string | null {
  if (byte === LINE_FEED || byte === TAB) return String.fromCharCode(byte);
  if (byte === RETURN && next === LINE_FEED) return '';
  return byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : null;
}

/** Null: no UTF-8. */
function decoded(bytes: Uint8Array): string | null {
  try {
    const character = decoder.decode(bytes);
    if (character === '') return null;
    return NOT_PRINTABLE.test(character) ? `\\u{${character.codePointAt(0)!.toString(16)}}` : character;
  } catch {
    return null;
  }
}
