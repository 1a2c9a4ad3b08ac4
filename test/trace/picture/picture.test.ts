import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONGEST_GAP, paceOf, timeAxis } from '../../../src/trace/picture/axis.ts';
import { type DrawOptions, drawBody, frameOf } from '../../../src/trace/picture/draw.ts';
import { layOut } from '../../../src/trace/picture/layout.ts';
import type { LadderPicture, PictureArrow } from '../../../src/trace/picture/picture.ts';
import { escapeMarkup, markupOf } from '../../../src/trace/picture/shape.ts';
import { DARK, LIGHT, type Palette } from '../../../src/trace/picture/style.ts';
import { ladderSvg } from '../../../src/trace/picture/svg.ts';

const WORDS = { time: (ms: number) => `${ms} ms`, gap: (ms: number) => `${ms} ms later` };

function arrow(
  id: number,
  departs: number | null,
  arrives: number | null,
  over: Partial<PictureArrow> = {},
): PictureArrow {
  return {
    id,
    from: 0,
    to: 1,
    departs,
    arrives,
    fate: arrives === null ? 'lost' : 'arrives',
    label: 'SYN',
    detail: 'seq 0',
    badge: '',
    tone: 'open',
    repeats: null,
    ...over,
  };
}

function picture(arrows: readonly PictureArrow[], over: Partial<LadderPicture> = {}): LadderPicture {
  return {
    ends: [
      { name: 'client', detail: '10.0.0.1' },
      { name: 'server', detail: '10.0.0.2' },
    ],
    arrows,
    states: [],
    notes: [],
    end: 0,
    ...over,
  };
}

describe('the axis', () => {
  const options = { step: 20, pixelsPerMs: 1 } as const;

  test('has waits in proportion, and no two events in one place', () => {
    const { places, gaps } = timeAxis([0, 0, 5, 55], { ...options, scale: 'real' });
    expect([...places]).toEqual([0, 20, 40, 90]);
    expect(gaps).toEqual([]);
  });

  test('cuts long waits short, and says how long they were', () => {
    const { places, gaps, height } = timeAxis([0, 240_000], { ...options, scale: 'compressed' });
    expect([...places]).toEqual([0, LONGEST_GAP]);
    expect(gaps).toEqual([{ y: LONGEST_GAP / 2, ms: 240_000 }]);
    expect(height).toBe(LONGEST_GAP);
  });

  test('has a row for each event', () => {
    expect([...timeAxis([0, 1, 9000], { ...options, scale: 'rows' }).places]).toEqual([0, 20, 40]);
  });

  test('never goes back, nor beyond what a browser lays out', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true })), (times) => {
        times.sort((a, b) => a - b);
        for (const scale of ['rows', 'compressed', 'real'] as const) {
          const { places } = timeAxis(times, { ...options, scale });
          expect(places.every((y, i) => i === 0 || y >= places[i - 1]!)).toBe(true);
          expect(places.at(-1) ?? 0).toBeLessThanOrEqual(30_000_000);
        }
      }),
    );
  });

  test('goes at the pace of what is on its way', () => {
    expect(paceOf([0, 10, 20, 400], 50)).toBe(2.5);
    expect(paceOf([0], 50)).toBe(1);
  });
});

describe('the layout', () => {
  test('an arrival and what leaves because of it share a height; what leaves together does not', () => {
    const { arrows } = layOut(
      picture([
        arrow(1, 0, 50),
        arrow(2, 50, 100, { from: 1, to: 0 }),
        arrow(3, 50, 100, { from: 1, to: 0 }),
      ]),
      { scale: 'rows', step: 10 },
    );
    expect(arrows.map(({ y1, y2 }) => [y1, y2])).toEqual([
      [0, 10],
      [10, 30],
      [20, 40],
    ]);
  });

  test('a state lasts until the next one of its end', () => {
    const states = [
      { end: 0, t: 0, state: 'SYN-SENT', confidence: 'observed' },
      { end: 1, t: 50, state: 'SYN-RECEIVED', confidence: 'inferred' },
      { end: 0, t: 100, state: 'ESTABLISHED', confidence: 'observed' },
    ] as const;
    const arrows = [arrow(1, 0, 50), arrow(2, 50, 100, { from: 1, to: 0 })];
    const { ribbons, height } = layOut(picture(arrows, { states }), { scale: 'rows', step: 10 });
    expect(ribbons.map(({ y1, y2 }) => [y1, y2])).toEqual([
      [0, 20],
      [10, height],
      [20, height],
    ]);
  });

  test('an arrow has two ends, seen or not', () => {
    const { arrows } = layOut(picture([arrow(1, 0, null), arrow(2, null, 9)]), { scale: 'rows' });
    for (const { y1, y2 } of arrows) expect(y2).toBeGreaterThan(y1);
  });
});

describe('a picture that grows', () => {
  const back = (id: number, departs: number, arrives: number | null): PictureArrow =>
    arrow(id, departs, arrives, { from: 1, to: 0 });
  const whole = picture([arrow(1, 0, 50), back(2, 50, 100), arrow(3, 900, null)], { end: 900 });

  test('keeps its places: what is shown stands where it will when all is', () => {
    const all = layOut(whole, { scale: 'compressed' });
    const shown = picture([arrow(1, 0, 50), back(2, 50, null)], { end: 50 });
    const part = layOut(shown, { scale: 'compressed', whole });
    const placesOf = ({ arrows }: typeof all) => arrows.map(({ y1, y2 }) => [y1, y2]);
    expect(placesOf(part)).toEqual(placesOf(all).slice(0, 2));
    expect(part.height).toBe(all.height);
    expect(part.gaps).toEqual([]);
    expect(part.ticks.map(({ t }) => t)).toEqual([0, 50]);
  });

  test('has the heights of the one beside it', () => {
    const beside = picture([arrow(1, 0, 50), back(2, 300, 350)], { end: 350 });
    const [one, other] = [
      layOut(whole, { scale: 'rows', beside }),
      layOut(beside, { scale: 'rows', beside: whole }),
    ];
    expect(one.ticks).toEqual(other.ticks);
    expect(one.ticks.map(({ t }) => t)).toEqual([0, 50, 100, 300, 350, 900]);
    expect(one.height).toBe(other.height);
    expect(one.arrows[0]).toEqual(other.arrows[0]);
  });
});

describe('the drawing', () => {
  const words = WORDS;
  const drawn = (shown: LadderPicture, options: Partial<DrawOptions> = {}): string =>
    markupOf(drawBody(shown, layOut(shown, { scale: 'rows' }), { width: 860, words, ...options }));

  test('tells what is under way from what has arrived and what is lost', () => {
    const under = drawn(picture([arrow(1, 0, null, { fate: 'underway' })]));
    expect(under).toContain('class="arrow tone-open underway"');
    expect(under).toContain('class="point"');
    expect(under).not.toContain('class="cross"');
  });

  test('ties what is sent again to what it repeats', () => {
    const again = picture([arrow(1, 0, null), arrow(2, 1000, 1050, { repeats: 1 })]);
    expect(drawn(again).match(/class="repeats"/g)).toHaveLength(1);
  });

  test('marks what is chosen, what that speaks of, what was not asked for, and where runs part', () => {
    const three = picture([arrow(1, 0, 50), arrow(2, 60, 90), arrow(3, 100, 150)]);
    const svg = drawn(three, {
      selected: 1,
      spokenOf: new Set([2]),
      faded: new Set([3]),
      differsFrom: 26,
    });
    for (const mark of ['arrives selected"', 'arrives spoken-of"', 'arrives faded"', '≠']) {
      expect(svg).toContain(mark);
    }
  });

  test('leaves out numbers, and cuts notes in two, where there is no room', () => {
    const narrow = picture([arrow(1, 0, 50)], {
      notes: [{ id: 9, end: 1, t: 0, text: 'retransmission timer', kind: 'timer' }],
    });
    expect(drawn(narrow)).toContain('seq 0');
    expect(drawn(narrow)).toContain('>retransmission timer<');
    expect(drawn(narrow, { width: 340 })).not.toContain('seq 0');
    expect(drawn(narrow, { width: 340 })).toContain('>retransmission<');
    for (const width of [320, 480, 860]) {
      const { lifelines } = frameOf(2, width);
      expect(lifelines[0]).toBeGreaterThanOrEqual(100);
      expect(lifelines[1]! - lifelines[0]!).toBeGreaterThan(90);
    }
  });
});

describe('the file', () => {
  const hostile = `<script>alert(1)</script>"'&]]>\u0000\ud800`;
  const options = { scale: 'compressed', title: 'a ladder', words: WORDS } as const;

  test('is the same each time', () => {
    const one = picture([arrow(1, 0, 50)]);
    expect(ladderSvg(one, options)).toBe(ladderSvg(one, options));
  });

  test('shows what is lost, what is sent again and who is who', () => {
    const svg = ladderSvg(picture([arrow(1, 0, null), arrow(2, 9, 50, { badge: 'R', repeats: 1 })]), options);
    for (const part of ['class="cross"', '>R</text>', '>client</text>', '>10.0.0.2</text>', '>SYN</tspan>']) {
      expect(svg).toContain(part);
    }
    expect(svg.match(/class="cross"/g)).toHaveLength(1);
  });

  test('has no markup but its own, whatever a capture says', () => {
    const name = { name: hostile, detail: hostile };
    const told = picture([arrow(1, 0, 9, { label: hostile, detail: hostile, badge: hostile })], {
      ends: [name, name],
      notes: [{ id: 1, end: 0, t: 0, text: hostile, kind: 'call' }],
      states: [{ end: 0, t: 0, state: hostile, confidence: 'assumed' }],
    });
    const svg = ladderSvg(told, { ...options, title: hostile });
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/\p{Surrogate}/u);
    expect(svg).not.toContain('\u0000');
    // As many elements are closed as are opened.
    const opened = svg.match(/<[a-z]+[^>]*[^/]>/g) ?? [];
    expect(svg.match(/<\/[a-z]+>/g)).toHaveLength(opened.length);
  });

  test('escapes what markup would take for its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeMarkup(text).replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<>"'&]/);
      }),
    );
    expect(markupOf({ tag: 'text', attributes: { x: 1.23456, class: '"' }, text: '<' })).toBe(
      '<text x="1.23" class="&quot;">&lt;</text>',
    );
  });
});

describe('colours', () => {
  const luminance = (hex: string): number => {
    const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    const [r, g, b] = channels.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light! + 0.05) / (dark! + 0.05);
  };
  const TEXT: readonly (keyof Palette)[] = ['ink', 'faint', 'open', 'closing', 'text', 'reset', 'warn'];
  const GRAPHICS: readonly (keyof Palette)[] = ['line', 'established', 'waiting', 'closed'];

  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('of the %s theme stand out from the paper (WCAG 1.4.3, 1.4.11)', (_, palette) => {
    for (const name of TEXT) expect(contrast(palette[name], palette.paper), name).toBeGreaterThanOrEqual(4.5);
    for (const name of GRAPHICS)
      expect(contrast(palette[name], palette.paper), name).toBeGreaterThanOrEqual(3);
  });
});
