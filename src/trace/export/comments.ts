// What is said of one captured packet, in words: analysis flags, why it was sent, what it does to the states.

import type { StateConfidence } from '../reader/ends.ts';
import { flagTexts } from '../reader/flags.ts';
import type { KeptPacket } from '../reader/kept.ts';
import { formatRule } from '../rules.ts';
import type { Messages } from '../text/messages.ts';

/** Before a state: `~` it follows, `?` it is assumed. */
const MARKS: Readonly<Record<StateConfidence, string>> = {
  observed: '',
  inferred: '~',
  assumed: '?',
  unknown: '',
};

/** One for each remark. */
export function remarksOf(packet: KeptPacket, messages: Messages): string[] {
  const { flags, dupAck, reasons } = packet;
  return [
    ...flagTexts(flags, dupAck).map((text) => `[${text}]`),
    ...reasons.map((why) => `${messages.rules[why]} (${formatRule(why, messages)})`),
    ...statesEntered(packet, messages),
  ];
}

/** `client: ~FIN-WAIT-2`, of the ends whose state it changes. */
function statesEntered({ changed, states, confidences }: KeptPacket, { ladder }: Messages): string[] {
  const names = [ladder.client, ladder.server];
  return ([0, 1] as const)
    .filter((end) => changed[end] && confidences[end] !== 'unknown')
    .map((end) => `${names[end]}: ${MARKS[confidences[end]]}${states[end]}`);
}
