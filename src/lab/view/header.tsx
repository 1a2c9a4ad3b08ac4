// A segment bit by bit (§3.1): the fields of its TCP header, as the figure has them, with the bytes of the packet.

import type { JSX } from 'preact';
import type { Flight } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';

interface Field {
  readonly name: string;
  readonly value: string;
  /** Of the 32 of its row. */
  readonly bits: number;
}

/** Of an IPv4 header without options. */
const IP_HEADER = 20;
const TCP_HEADER = 20;
const FLAGS = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'];

export function Header({ flight, messages }: { flight: Flight; messages: LabMessages }): JSX.Element | null {
  const { bytes, segment } = flight;
  if (segment === null || bytes.length < IP_HEADER + TCP_HEADER) return null;
  return (
    <details class="header">
      <summary>{messages.page.header}</summary>
      <div class="fields">
        {fieldsOf(bytes).map(({ name, value, bits }) => (
          <div key={name} class={`field bits-${bits}`}>
            <span class="field-name">{name}</span>
            <span class="field-value">{value}</span>
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <pre class="bytes" tabIndex={0}>
        {hexOf(bytes)}
      </pre>
    </details>
  );
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + IP_HEADER, bytes.length - IP_HEADER);
  const flags = view.getUint8(13);
  const offset = view.getUint8(12) >> 4;
  const options = bytes.subarray(IP_HEADER + TCP_HEADER, IP_HEADER + offset * 4);
  return [
    { name: 'Source Port', value: String(view.getUint16(0)), bits: 16 },
    { name: 'Destination Port', value: String(view.getUint16(2)), bits: 16 },
    { name: 'Sequence Number', value: String(view.getUint32(4)), bits: 32 },
    { name: 'Acknowledgment Number', value: String(view.getUint32(8)), bits: 32 },
    { name: 'Data Offset', value: `${offset} (${offset * 4} B)`, bits: 4 },
    { name: 'Rsrvd', value: String(view.getUint8(12) & 0xf), bits: 4 },
    ...FLAGS.map((name, i) => ({ name, value: String((flags >> (7 - i)) & 1), bits: 1 })),
    { name: 'Window', value: String(view.getUint16(14)), bits: 16 },
    { name: 'Checksum', value: `0x${view.getUint16(16).toString(16).padStart(4, '0')}`, bits: 16 },
    { name: 'Urgent Pointer', value: String(view.getUint16(18)), bits: 16 },
    ...(options.length === 0 ? [] : [{ name: 'Options', value: [...options].map(hex).join(' '), bits: 32 }]),
  ];
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** Sixteen bytes a line, as every such tool has it. */
function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(`${at.toString(16).padStart(4, '0')}  ${[...bytes.subarray(at, at + 16)].map(hex).join(' ')}`);
  }
  return lines.join('\n');
}
