// Keys, lines of cells, frames, and text of strangers: what reaches the terminal, and what comes from it.
import { describe, expect, test } from 'vitest';
import { cell, cellsOf, clip, highlight, printable, wrapWords } from '../../../src/cli/read/cells.ts';
import { Escaper } from '../../../src/cli/read/escape.ts';
import { commandOf, KeyDecoder } from '../../../src/cli/read/keys.ts';
import { inputLine, typed } from '../../../src/cli/read/line-input.ts';
import { Painter } from '../../../src/cli/read/painter.ts';
import { progressText } from '../../../src/cli/read/progress.ts';

describe('keys', () => {
  test.each([
    ['\x1b[A\x1b[B\x1bOC\x1b[1;5D', ['up', 'down', 'right', 'left']],
    ['\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~', ['pageup', 'pagedown', 'home', 'end', 'home', 'end']],
    ['q한\r\x7f\x03\x1a', ['q', '한', 'enter', 'backspace', 'ctrl-c', 'ctrl-z']],
    ['\x1b[<0;1;1Mx\x1b[?1cy', ['enter', 'x', 'y']],
    ['\x1b\x1b[A', ['escape', 'up']],
  ])('%j', (text, keys) => {
    expect(new KeyDecoder().push(text)).toEqual(keys);
  });

  test('a sequence in pieces is one key, an ESC alone is one after a while', () => {
    const decoder = new KeyDecoder();
    expect([...'\x1b[5'].flatMap((piece) => decoder.push(piece))).toEqual([]);
    expect(decoder.push('~')).toEqual(['pageup']);
    expect(decoder.push('\x1b')).toEqual([]);
    expect(decoder.isWaiting).toBe(true);
    expect(decoder.flush()).toEqual(['escape']);
    expect(decoder.isWaiting).toBe(false);
  });

  test('an endless sequence does not wait for ever', () => {
    expect(new KeyDecoder().push(`\x1b[${'1'.repeat(100)}`).length).toBeGreaterThan(0);
  });

  test('a command is meant whatever the input method does', () => {
    expect([...'ㅂㄷㅊㅁㅋ'].map(commandOf)).toEqual([...'qecaz']);
    expect(commandOf('한')).toBe('한');
  });

  test('a line of text', () => {
    expect(typed('한', '글')).toBe('한글');
    expect(typed('한글', 'backspace')).toBe('한');
    expect(typed('a b', 'ctrl-w')).toBe('a ');
    expect(typed('a', 'up')).toBeNull();
    expect(inputLine('/', '한글', 20)).toEqual({ line: ' / 한글'.padEnd(18), column: 7 });
    expect(cellsOf(inputLine('/', '한'.repeat(50), 20).line)).toBe(20);
  });
});

describe('cells', () => {
  test('cut and filled up, colours and wide characters counted as they are shown', () => {
    expect(clip('abcdef', 4)).toBe('abc…');
    expect(clip('한국어', 4)).toBe('한…');
    expect(clip('\x1b[31mabcdef\x1b[0m', 4)).toBe('\x1b[31mabc…\x1b[0m');
    expect(cellsOf(cell('한국어', 5))).toBe(5);
    expect(cell('ab', 4, 'right')).toBe('  ab');
    expect(highlight('\x1b[31mab\x1b[0mc', 5)).toBe('\x1b[7mabc  \x1b[0m');
    expect(wrapWords('one two three', 8)).toEqual(['one two', 'three']);
  });

  test('nothing in a name moves the cursor', () => {
    expect(printable('a\x1b[2Jb\u202ec\n')).toBe('a?[2Jb?c?');
  });
});

describe('frames', () => {
  const size = { columns: 5, rows: 3 };
  const frame = (...lines: string[]) => ({ lines, cursor: null });

  test('only lines that differ are written', () => {
    const painter = new Painter();
    expect(painter.paint(frame('a', 'b', 'c'), size)).toContain('\x1b[2J');
    expect(painter.paint(frame('a', 'b', 'c'), size)).toBe('');
    const change = painter.paint(frame('a', 'B', 'c'), size);
    expect(change).toContain('\x1b[2;1HB\x1b[K');
    for (const other of ['\x1b[1;1H', '\x1b[3;1H', '\x1b[2J']) expect(change).not.toContain(other);
  });

  test('a full line is not erased at its end, and none is longer', () => {
    expect(new Painter().paint(frame('abcdefgh'), size)).toContain('\x1b[1;1Habcd…\x1b[?25l');
  });

  test('another size, or a screen that someone else has drawn on, is drawn anew', () => {
    const painter = new Painter();
    painter.paint(frame('a'), size);
    expect(painter.paint(frame('a'), { columns: 6, rows: 3 })).toContain('\x1b[2J');
    painter.forget();
    expect(painter.paint(frame('a'), { columns: 6, rows: 3 })).toContain('\x1b[1;1Ha');
  });
});

test('the progress of a file', () => {
  expect(progressText(5e8, 1e9, 1000)).toBe('[############            ] 50 %, 500 MB, 500 MB/s');
  expect(progressText(5e8, 0, 1000)).toBe('500 MB, 500 MB/s');
});

describe('text of a stranger', () => {
  const escaped = (...pieces: readonly (string | readonly number[])[]): string => {
    const escaper = new Escaper();
    const bytes = pieces.map((piece) =>
      typeof piece === 'string' ? new TextEncoder().encode(piece) : Uint8Array.from(piece),
    );
    return bytes.map((piece) => escaper.push(piece)).join('') + escaper.flush();
  };

  test.each([
    ['a\tb\r\nc\n', 'a\tb\nc\n'],
    ['\x1b[2J\x07\x7f', '\\x1b[2J\\x07\\x7f'],
    ['한글 é', '한글 é'],
    ['\u009b31m\u202eabc', '\\u{9b}31m\\u{202e}abc'],
    ['over\rwrite', 'over\\x0dwrite'],
  ])('%j', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });

  test('a character in two pieces is one; what is none is bytes', () => {
    const [first, ...rest] = new TextEncoder().encode('한');
    expect(escaped([first!], rest)).toBe('한');
    expect(escaped([first!, 0x41])).toBe('\\xedA');
    expect(escaped([0xff, 0xc0, 0x80, 0xe0, 0x80, 0x80])).toBe('\\xff\\xc0\\x80\\xe0\\x80\\x80');
    expect(escaped('a\r', '\nb')).toBe('a\nb');
  });
});
