import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMermaid, ladderMermaid, MERMAID_LIMIT } from '../../../src/trace/picture/mermaid.ts';
import type { LadderPicture, PictureArrow } from '../../../src/trace/picture/picture.ts';

const OPTIONS = {
  words: { time: (ms: number) => `${ms} ms`, gap: (ms: number) => `${ms} ms later` },
  more: (left: number) => `${left} more arrows`,
};

function arrow(id: number, from: number, departs: number, over: Partial<PictureArrow> = {}): PictureArrow {
  return {
    id,
    from,
    to: 1 - from,
    departs,
    arrives: departs + 20,
    fate: 'arrives',
    label: 'ACK',
    detail: '',
    badge: '',
    tone: 'plain',
    repeats: null,
    ...over,
  };
}

function picture(arrows: readonly PictureArrow[], over: Partial<LadderPicture> = {}): LadderPicture {
  return {
    ends: [
      { name: 'client', detail: '10.0.0.1' },
      { name: 'server', detail: '' },
    ],
    arrows,
    states: [],
    notes: [],
    end: 0,
    ...over,
  };
}

describe('a ladder for Mermaid', () => {
  test('has ends, calls, states and arrows in the order of time', () => {
    const made = picture(
      [
        arrow(0, 0, 0, { label: 'SYN', detail: 'seq 0' }),
        arrow(1, 1, 20, { label: 'SYN,ACK', detail: 'seq 0 ack 1' }),
      ],
      {
        states: [
          { end: 0, t: 0, state: 'SYN-SENT', confidence: 'observed' },
          { end: 1, t: 20, state: 'SYN-RECEIVED', confidence: 'inferred' },
          { end: 0, t: 40, state: 'ESTABLISHED', confidence: 'observed' },
        ],
        notes: [{ id: 0, end: 0, t: 0, text: 'connect()', kind: 'call' }],
      },
    );
    expect(ladderMermaid(made, { ...OPTIONS, title: 'Open' }).split('\n')).toEqual([
      'sequenceDiagram',
      '    title Open',
      '    participant e0 as client<br/>10.0.0.1',
      '    participant e1 as server',
      '    Note over e0: connect()',
      '    Note over e0: SYN-SENT',
      '    e0->>e1: SYN seq 0 (0 ms → 20 ms)',
      '    Note over e1: (SYN-RECEIVED)',
      '    e1->>e0: SYN,ACK seq 0 ack 1 (20 ms → 40 ms)',
      '    Note over e0: ESTABLISHED',
      '',
    ]);
  });

  test('crosses out what is lost, dots what is damaged or sent again, and says how long nothing happened', () => {
    const made = picture([
      arrow(0, 0, 0, { fate: 'lost', arrives: null }),
      arrow(1, 0, 1000, { badge: 'R', repeats: 0 }),
      arrow(2, 0, 1020, { fate: 'damaged' }),
    ]);
    expect(ladderMermaid(made, OPTIONS).split('\n').slice(3)).toEqual([
      '    e0-xe1: ACK (0 ms)',
      '    Note over e0,e1: 1000 ms later',
      '    e0-->>e1: [R] ACK (1000 ms → 1020 ms)',
      '    e0--xe1: ACK (1020 ms → 1040 ms)',
      '',
    ]);
  });

  test('says the one time that is known', () => {
    const made = picture([arrow(0, 0, 0, { departs: null, arrives: 7 })]);
    expect(ladderMermaid(made, OPTIONS)).toContain('e0->>e1: ACK (7 ms)');
  });

  test('keeps within what Mermaid draws, and says how many arrows it leaves out', () => {
    const made = picture(Array.from({ length: 3000 }, (_, i) => arrow(i, i % 2, i)));
    const text = ladderMermaid(made, OPTIONS);
    expect(text.length).toBeLessThanOrEqual(MERMAID_LIMIT);
    expect(text.length).toBeGreaterThan(MERMAID_LIMIT - 100);
    const drawn = text.split('\n').filter((line) => line.includes('->>')).length;
    expect(text).toMatch(new RegExp(`Note over e0,e1: ${3000 - drawn} more arrows\\n$`));
  });

  test('leaves nothing out that fits to the letter', () => {
    const made = picture([arrow(0, 0, 0), arrow(1, 1, 5)]);
    const whole = ladderMermaid(made, OPTIONS);
    expect(ladderMermaid(made, { ...OPTIONS, limit: whole.length })).toBe(whole);
    expect(ladderMermaid(made, { ...OPTIONS, limit: whole.length - 1 })).toContain('more arrows');
  });
});

describe('text for Mermaid', () => {
  test('has none of its marks', () => {
    expect(escapeMermaid('a;b #1 <i> 50% $x$')).toBe('a#59;b #35;1 #60;i#62; 50#37; #36;x#36;');
    expect(escapeMermaid('the end of End, not of sender')).toBe('the #101;nd of #69;nd, not of sender');
    expect(escapeMermaid('wrap: nowrap:')).toBe('#119;rap: #110;owrap:');
    expect(escapeMermaid(' two\r\nlines\u2028')).toBe('two lines');
  });

  test('comes out as it went in', () => {
    const read = (text: string): string =>
      text.replace(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMermaid(text);
        expect(escaped).not.toMatch(/[\n\r<>%$"]|\bend\b|[;#](?![\d]+;)(?<!#\d+;)/i);
        expect(read(escaped)).toBe(
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is folded
          text.replace(/[\u0000-\u001f\u007f\s]+/g, ' ').trim(),
        );
      }),
    );
  });
});
