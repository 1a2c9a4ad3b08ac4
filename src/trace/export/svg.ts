// The ladder of a captured connection as a picture in a file.

import type { MergedConnection } from '../merge/merge.ts';
import { mergedPicture } from '../merge/picture.ts';
import type { SvgOptions } from '../picture/svg.ts';
import { ladderSvg } from '../picture/svg.ts';
import { firstPackets, type KeptConnection } from '../reader/kept.ts';
import { capturePicture, captureWords } from '../reader/picture.ts';
import type { Messages } from '../text/messages.ts';

/** More rows than that no program for pictures opens gladly. */
const MOST_PACKETS = 5_000;
/** Room for a segment's numbers and its flags. */
const WIDTH = 1_080;
/** A label on an arrow of which one end was not seen has room above the next. */
const STEP = 38;

/** Of what is to be drawn: its title for those who do not see it, and how wide it is. */
export function figureOptions(client: string, server: string, messages: Messages): SvgOptions {
  const title = messages.exports.title({ client, server });
  return { title, words: captureWords(messages), width: WIDTH, step: STEP, scale: 'compressed' };
}

/** Two captures of it. */
export function mergedSvg(merged: MergedConnection, messages: Messages, most = MOST_PACKETS): string {
  const { client, server } = merged.client.summary;
  const options = figureOptions(client.endpoint, server.endpoint, messages);
  return ladderSvg(mergedPicture(merged, messages, most), options);
}

export function connectionSvg(kept: KeptConnection, messages: Messages): string {
  const { client, server } = kept.summary;
  const options = figureOptions(client.endpoint, server.endpoint, messages);
  return ladderSvg(pictureWithin(kept, MOST_PACKETS, messages), options);
}

export const pictureWithin = (
  kept: KeptConnection,
  packets: number,
  messages: Messages,
): ReturnType<typeof capturePicture> => capturePicture(firstPackets(kept, packets), messages);
