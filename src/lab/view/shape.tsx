// Shapes as nodes of the page: text becomes text nodes, never markup.

import { h, type VNode } from 'preact';
import type { Shape } from '../../trace/picture/shape.ts';

export const nodeOf = ({ tag, attributes, text, children = [] }: Shape): VNode =>
  h(tag, attributes, ...(text === undefined ? [] : [text]), ...children.map(nodeOf));
