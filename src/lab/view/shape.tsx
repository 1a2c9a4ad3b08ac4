// Shapes as nodes of the page: text becomes text nodes, never markup.

import { h, type VNode } from 'preact';
import type { Shape } from '../../trace/picture/shape.ts';

/** An arrow stays the same node wherever it stands among the others: scrolling adds and takes away. */
export function nodeOf({ tag, attributes, text, children = [] }: Shape): VNode {
  const arrow = attributes['data-arrow'];
  const props = arrow === undefined ? attributes : { ...attributes, key: arrow };
  return h(tag, props, ...(text === undefined ? [] : [text]), ...children.map(nodeOf));
}
