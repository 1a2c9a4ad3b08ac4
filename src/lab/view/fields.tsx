// The fields of a segment beside those of the last one of its sender, or of another that was marked: what differs is
// marked by a sign and by weight, not by colour alone.

import type { JSX } from 'preact';
import { type FieldChange, fieldChanges, previousOf } from '../model/segment-fields.ts';
import type { Flight } from '../model/story.ts';
import type { Lab } from './lab.ts';
import { flagsOf, hostName } from './words.ts';

export function Fields({ lab, flight }: { lab: Lab; flight: Flight }): JSX.Element | null {
  const { page } = lab.messages.value;
  const previous = previousOf(lab.story.value, flight);
  return (
    <Table
      lab={lab}
      caption={page.fields}
      fields={fieldChanges(flight, previous)}
      columns={[page.previous, page.here]}
    />
  );
}

/** Two arrows that were put aside, side by side. */
export function Marked({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const [one, other] = lab.marked.value.map((index) => lab.story.value.flights[index]);
  if (one === undefined || other === undefined) return <p class="faint">{messages.page.markAnother}</p>;
  const nameOf = (flight: Flight): string => `${hostName(flight.from, messages)} ${flagsOf(flight)}`;
  return (
    <Table
      lab={lab}
      caption={messages.page.marked}
      fields={fieldChanges(other, one)}
      columns={[nameOf(one), nameOf(other)]}
    />
  );
}

interface TableProps {
  readonly lab: Lab;
  readonly caption: string;
  readonly fields: readonly FieldChange[];
  readonly columns: readonly [string, string];
}

function Table({ lab, caption, fields, columns }: TableProps): JSX.Element | null {
  const { page } = lab.messages.value;
  const told = fields.filter(({ value, previous }) => value !== '–' || (previous ?? '–') !== '–');
  if (told.length === 0) return null;
  return (
    <table class="facts">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{page.field}</th>
          {columns.map((name, i) => (
            <th scope="col" key={i}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {told.map(({ name, value, previous }) => {
          const differs = previous !== null && previous !== value;
          return (
            <tr key={name} class={differs ? 'differs' : ''}>
              <th scope="row">{name}</th>
              <td>{previous ?? ''}</td>
              <td>
                {differs && <span title={page.changed}>● </span>}
                {value}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
