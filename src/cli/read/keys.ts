// What a terminal sends for a key (ECMA-48 §5.4, xterm's and the VT220's function keys), as the key's name.

/** `up`, `pagedown`, `enter`, `ctrl-c` and so on; anything else is the character itself. */
export type Key = string;

const ESCAPE = '\x1b';
/** Behind ESC: [ or O, parameters, and one final character. */
const SEQUENCE = /^(?:\[([0-?]*)[ -/]*([@-~])|O([@-~]))/;
/** The beginning of one that has not come whole. */
const UNFINISHED = /^(?:\[[ -?]{0,30}|O)?$/;

const FINALS: Readonly<Record<string, Key>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  M: 'enter',
};
/** By the parameter of ESC [ N ~. */
const NUMBERED: Readonly<Record<string, Key>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
};
const CONTROLS: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
};

/** Letters that share a key with jamo on a Korean keyboard: a command is meant, whatever the input method does. */
const JAMO = 'ㅁㅠㅊㅇㄷㄹㅎㅗㅑㅓㅏㅣㅡㅜㅐㅔㅂㄱㄴㅅㅕㅍㅈㅌㅛㅋ';

/** The letter on the key of a jamo; any other key as it is. */
export function commandOf(key: Key): Key {
  const letter = JAMO.indexOf(key);
  return key.length === 1 && letter >= 0 ? String.fromCharCode(0x61 + letter) : key;
}

/** Input comes in pieces of any size: what is no whole key yet waits for the rest, or for `flush`. */
export class KeyDecoder {
  private rest = '';

  /** ESC has come, and perhaps it is all that comes. */
  get isWaiting(): boolean {
    return this.rest !== '';
  }

  push(text: string): Key[] {
    this.rest += text;
    const keys: Key[] = [];
    while (this.rest !== '' && !this.isUnfinished) {
      const key = this.take();
      if (key !== null) keys.push(key);
    }
    return keys;
  }

  /** Nothing more has come for a while. */
  flush(): Key[] {
    const { rest } = this;
    this.rest = '';
    return rest === ESCAPE ? ['escape'] : [];
  }

  private get isUnfinished(): boolean {
    return this.rest.startsWith(ESCAPE) && UNFINISHED.test(this.rest.slice(1));
  }

  /** Null: a sequence that stands for no key of ours. */
  private take(): Key | null {
    const { rest } = this;
    const match = rest.startsWith(ESCAPE) ? SEQUENCE.exec(rest.slice(1)) : null;
    if (match !== null) {
      this.rest = rest.slice(1 + match[0].length);
      const [, parameters, final, single] = match;
      if (final === '~') return NUMBERED[parameters!.split(';')[0]!] ?? null;
      return FINALS[final ?? single!] ?? null;
    }
    const character = String.fromCodePoint(rest.codePointAt(0)!);
    this.rest = rest.slice(character.length);
    if (character === ESCAPE) return 'escape';
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    const code = character.charCodeAt(0);
    return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character;
  }
}
