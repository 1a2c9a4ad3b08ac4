// Why a captured packet was sent and what it does, as far as that shows: its analysis flags, rules, states.

import type { JSX } from 'preact';
import { flagNameOf, flagTexts } from '../../../trace/reader/flags.ts';
import type { KeptConnection, KeptPacket } from '../../../trace/reader/kept.ts';
import { detailOf } from '../../../trace/reader/picture.ts';
import { ruleSource } from '../../../trace/rules.ts';
import type { CaptureText } from '../../text/capture/english.ts';
import type { LabMessages } from '../../text/messages.ts';

interface WhyProps {
  readonly kept: KeptConnection;
  readonly packet: KeptPacket | null;
  readonly messages: LabMessages;
  readonly text: CaptureText;
}

export function PacketWhy({ kept, packet, messages, text }: WhyProps): JSX.Element {
  return (
    <section class="why" aria-label={text.why}>
      <h2>{text.why}</h2>
      {packet === null ? <p>{text.chooseOne}</p> : <OfPacket {...{ packet, messages, text }} />}
      <p class="faint">{text.near[kept.near < 0 ? 'unknown' : kept.near === 0 ? 'client' : 'server']}</p>
    </section>
  );
}

function OfPacket({ packet, messages, text }: Omit<WhyProps, 'kept'> & { packet: KeptPacket }): JSX.Element {
  const { ladder, rules } = messages.trace;
  const names = flagTexts(packet.flags, packet.dupAck);
  const bits = bitsOf(packet.flags);
  return (
    <>
      <p class="sentence">
        <strong>{packet.segment.flags}</strong> {detailOf({ ...packet, flags: 0 })}
      </p>
      {bits.map((bit) => {
        const { text: said, section } = text.flags[flagNameOf(bit)]!;
        return (
          <p class="rule" key={bit}>
            <b>{names.find((name) => name.startsWith(flagNameOf(bit)))}</b>: {said} <Section of={section} />
          </p>
        );
      })}
      {packet.reasons.map((rule) => {
        const { rfc, section } = ruleSource(rule);
        return (
          <p class="rule" key={rule}>
            {rules[rule]} {rfc !== 0 && <Section of={`${rfc} ${section}`} />}
          </p>
        );
      })}
      <dl class="states">
        {([0, 1] as const).map((end) => (
          <div key={end} class={packet.changed[end] ? 'changed' : ''}>
            <dt>{end === 0 ? ladder.client : ladder.server}</dt>
            <dd>
              {packet.confidences[end] === 'unknown' ? '' : `${packet.states[end]}: `}
              {text.confidence[packet.confidences[end]]}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** `9293 3.8.4`, as a link; nothing if it is empty. */
function Section({ of }: { of: string }): JSX.Element | null {
  const [rfc, section] = of.split(' ');
  if (section === undefined) return null;
  return (
    <a href={`https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`} rel="noreferrer">
      RFC {rfc} §{section}
    </a>
  );
}

const bitsOf = (flags: number): number[] =>
  Array.from({ length: 32 }, (_, i) => 1 << i).filter((bit) => (flags & bit) !== 0);
