// A ladder as a file of its own: SVG 1.1 with its style inside, no fonts or pictures from elsewhere.

import { drawBody, drawHead, frameOf, HEAD } from './draw.ts';
import { type LayoutOptions, layOut } from './layout.ts';
import type { LadderPicture, PictureWords } from './picture.ts';
import { escapeMarkup, markupOf } from './shape.ts';
import { LIGHT, ladderStyle, type Palette } from './style.ts';

export interface SvgOptions extends LayoutOptions {
  /** Pixels (default 860). */
  readonly width?: number;
  readonly palette?: Palette;
  /** Said to those who do not see the picture. */
  readonly title: string;
  readonly words: PictureWords;
}

const WIDTH = 860;

export function ladderSvg(picture: LadderPicture, options: SvgOptions): string {
  const { palette = LIGHT } = options;
  const style = ladderStyle((name) => palette[name]);
  const background = `<style>${style}</style><rect width="100%" height="100%" fill="${palette.paper}"/>`;
  return ladderFigure(picture, options, background);
}

/** The same for a page that has the style; `background` is markup. */
export function ladderFigure(picture: LadderPicture, options: SvgOptions, background = ''): string {
  const { title, words } = options;
  const layout = layOut(picture, options);
  const frame = frameOf(picture.ends.length, options.width ?? WIDTH);
  const height = Math.ceil(HEAD + layout.height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${height}" viewBox="0 0 ${frame.width} ${height}" role="img">`,
    `<title>${escapeMarkup(title)}</title>`,
    background,
    markupOf(drawHead(picture, frame)),
    `<g transform="translate(0 ${HEAD})">${markupOf(drawBody(picture, layout, { width: frame.width, words }))}</g>`,
    '</svg>\n',
  ].join('');
}
