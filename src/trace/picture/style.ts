// What a ladder looks like, as one sheet for pages and files. Colour says nothing that words or lines do not say, too.

/** Colours of a theme, by what they are for. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly open: string;
  readonly established: string;
  readonly closing: string;
  readonly waiting: string;
  readonly closed: string;
  readonly text: string;
  readonly reset: string;
  readonly warn: string;
  readonly chosen: string;
}

/** Contrast on paper at least 4.5:1 for whatever is text (WCAG 1.4.3), 3:1 for the rest (1.4.11). */
export const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1b1f24',
  faint: '#59636e',
  line: '#8c959f',
  open: '#0a6c8f',
  established: '#1a7f37',
  closing: '#8250df',
  waiting: '#9a6700',
  closed: '#818b98',
  text: '#0550ae',
  reset: '#cf222e',
  warn: '#bc4c00',
  chosen: '#ddf4ff',
};

export const DARK: Palette = {
  paper: '#0d1117',
  ink: '#e6edf3',
  faint: '#9198a1',
  line: '#656c76',
  open: '#39c5e0',
  established: '#3fb950',
  closing: '#be8fff',
  waiting: '#d29922',
  closed: '#6e7681',
  text: '#58a6ff',
  reset: '#ff7b72',
  warn: '#f0883e',
  chosen: '#12324f',
};

const STATES: readonly (readonly [keyof Palette, readonly string[]])[] = [
  ['open', ['syn-sent', 'syn-received']],
  ['established', ['established']],
  ['closing', ['fin-wait-1', 'fin-wait-2', 'close-wait', 'closing', 'last-ack']],
  ['waiting', ['time-wait']],
  ['closed', ['listen', 'closed']],
];

/** Rules for the classes that draw.ts gives. `color` turns a palette's name into a value, as `var(--ink)`. */
export function ladderStyle(color: (name: keyof Palette) => string): string {
  const states = STATES.map(
    ([name, all]) => `${all.map((state) => `.state-${state}`).join(',')}{fill:${color(name)}}`,
  );
  const tone = (name: string, palette: keyof Palette): string =>
    `.tone-${name} .shaft,.tone-${name} .cross{stroke:${color(palette)}}.tone-${name} .point{fill:${color(palette)}}` +
    `.tone-${name} .flags{fill:${color(palette)}}`;
  return [
    `text{font-family:system-ui,sans-serif;font-size:13px;fill:${color('ink')}}`,
    `.end-name{font-weight:600;font-size:15px}.end-detail,.time,.gap,.numbers{fill:${color('faint')};font-size:12px}`,
    `.time{font-size:11px;font-variant-numeric:tabular-nums}`,
    `.lifeline{stroke:${color('line')};stroke-width:1;stroke-dasharray:2 4}`,
    ...states,
    `.inferred{opacity:.65}.assumed{opacity:.4}.state-name{font-weight:600;font-size:12px}`,
    `.state-name,.gap{paint-order:stroke;stroke:${color('paper')};stroke-width:4px;stroke-linejoin:round}`,
    `.shaft{stroke:${color('ink')};stroke-width:1.75}.point{fill:${color('ink')}}`,
    `.cross{stroke:${color('reset')};stroke-width:2.5;fill:none}.touch{stroke:transparent;stroke-width:18}`,
    tone('open', 'open'),
    tone('text', 'text'),
    tone('close', 'closing'),
    tone('reset', 'reset'),
    tone('warn', 'warn'),
    `.lost .shaft,.damaged .shaft{stroke-dasharray:6 4}.unseen-start .shaft,.unseen-end .shaft{stroke-dasharray:2 3}`,
    `.label{paint-order:stroke;stroke:${color('paper')};stroke-width:4px;stroke-linejoin:round}.flags{font-weight:600}`,
    `.badge{fill:${color('warn')}}.badge-text{fill:${color('paper')};font-size:11px;font-weight:700}`,
    `.note-text{font-size:12px;fill:${color('faint')}}.note-call .note-text{font-family:ui-monospace,monospace;fill:${color('ink')}}`,
    `.underway .shaft{stroke-dasharray:1 5;stroke-linecap:round}.faded{opacity:.25}`,
    `.repeats{fill:none;stroke:${color('warn')};stroke-width:1;stroke-dasharray:2 2}`,
    `.difference{stroke:${color('warn')};stroke-width:1.5;stroke-dasharray:8 4}.difference-mark{fill:${color('warn')};font-weight:700}`,
    `.band{stroke:${color('chosen')};stroke-width:10}.band.chosen{stroke-width:18}.spoken-of .flags{text-decoration:underline}`,
    `.selected .shaft{stroke-width:3}.selected .note-text{font-weight:700}`,
  ].join('');
}
