// The ladder of a captured connection as a picture in a file.

import type { SvgOptions } from '../picture/svg.ts';
import { ladderSvg } from '../picture/svg.ts';
import { firstPackets, type KeptConnection } from '../reader/kept.ts';
import { capturePicture, captureWords } from '../reader/picture.ts';
import type { Messages } from '../text/messages.ts';

/** More rows than that no program for pictures opens gladly. */
const MOST_PACKETS = 5_000;
/** Room for a segment's numbers and its flags. */
const WIDTH = 1_080;

export function connectionSvg(kept: KeptConnection, messages: Messages): string {
  return ladderSvg(pictureWithin(kept, MOST_PACKETS, messages), figureOptions(kept, messages));
}

export const pictureWithin = (
  kept: KeptConnection,
  packets: number,
  messages: Messages,
): ReturnType<typeof capturePicture> => capturePicture(firstPackets(kept, packets), messages);

export function figureOptions({ summary }: KeptConnection, messages: Messages): SvgOptions {
  const { client, server } = summary;
  return {
    title: messages.exports.title({ client: client.endpoint, server: server.endpoint }),
    words: captureWords(messages),
    width: WIDTH,
    scale: 'compressed',
  };
}
