// The ladder of a captured connection as Mermaid's text.

import type { MergedConnection } from '../merge/merge.ts';
import { mergedPicture } from '../merge/picture.ts';
import { ladderMermaid } from '../picture/mermaid.ts';
import type { LadderPicture } from '../picture/picture.ts';
import type { KeptConnection } from '../reader/kept.ts';
import { captureWords } from '../reader/picture.ts';
import type { Messages } from '../text/messages.ts';
import { pictureWithin } from './svg.ts';

/** A line takes some 60 characters: no more of them fit into what Mermaid draws. */
const MOST_PACKETS = 1_000;

export const connectionMermaid = (kept: KeptConnection, messages: Messages): string =>
  written(pictureWithin(kept, MOST_PACKETS, messages), messages);

/** Two captures of it. */
export const mergedMermaid = (merged: MergedConnection, messages: Messages): string =>
  written(mergedPicture(merged, messages, MOST_PACKETS), messages);

const written = (picture: LadderPicture, messages: Messages): string =>
  ladderMermaid(picture, {
    words: captureWords(messages),
    more: (left) => messages.exports.omitted({ omitted: left }),
  });
