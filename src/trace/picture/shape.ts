// What a picture is made of: elements of SVG as plain data. A page makes nodes of them, a file markup; text is escaped
// here and nowhere else.

export interface Shape {
  readonly tag: 'g' | 'line' | 'rect' | 'path' | 'text' | 'tspan' | 'circle' | 'title';
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Of text and title. */
  readonly text?: string;
  readonly children?: readonly Shape[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and attributes of XML and HTML; characters that XML does not have are replaced. */
export const escapeMarkup = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (letter) => ESCAPES[letter]!);

export function markupOf({ tag, attributes, text, children }: Shape): string {
  const written = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeMarkup(typeof value === 'number' ? rounded(value) : value)}"`)
    .join('');
  const inside = (text === undefined ? '' : escapeMarkup(text)) + (children ?? []).map(markupOf).join('');
  return inside === '' ? `<${tag}${written}/>` : `<${tag}${written}>${inside}</${tag}>`;
}

/** Two digits: a hundredth of a pixel. */
export const rounded = (value: number): string => String(Math.round(value * 100) / 100);

/** A stretch between two points, of the class `name`. */
export const line = (name: string, x1: number, y1: number, x2: number, y2: number): Shape => ({
  tag: 'line',
  attributes: { class: name, x1, y1, x2, y2 },
});

/** `words` at a point, of the class `name`. */
export const text = (
  name: string,
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end',
): Shape => ({
  tag: 'text',
  attributes: { class: name, x, y, 'text-anchor': anchor },
  text: words,
});
