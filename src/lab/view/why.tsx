// Why: the chosen arrow or moment explained. One sentence, the rule and its section, then the details.

import type { JSX } from 'preact';
import type { RuleId } from '../../tcp/rules.ts';
import { ruleSource } from '../../trace/rules.ts';
import type { Edit } from '../model/recipe.ts';
import type { Flight, Moment } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';
import { Header } from './header.tsx';
import type { Lab } from './lab.ts';
import { sectionOf } from './sentence.ts';
import { Variables } from './variables.tsx';
import { noteOf, numbersOf } from './words.ts';

export function Why({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const chosen = lab.chosen.value;
  const { flights, moments } = lab.story.value;
  const flight = chosen?.kind === 'flight' ? flights[chosen.index] : undefined;
  const moment = chosen?.kind === 'moment' ? moments[chosen.index] : moments[flight?.moment ?? -1];
  return (
    <section class="why" aria-label={page.why}>
      <h2>{page.why}</h2>
      {flight === undefined && moment === undefined && <p>{intro(lab)}</p>}
      {flight !== undefined && <OfFlight lab={lab} flight={flight} />}
      {moment !== undefined && <OfMoment lab={lab} moment={moment} />}
      {flight !== undefined && <Header flight={flight} messages={lab.messages.value} />}
      {flight !== undefined && <WhatIf lab={lab} flight={flight} />}
    </section>
  );
}

function intro(lab: Lab): string {
  const texts: Readonly<Record<string, { readonly intro: string }>> = lab.messages.value.scenarios;
  return texts[lab.scenario.value.id]?.intro ?? lab.messages.value.page.nothingChosen;
}

function OfFlight({ lab, flight }: { lab: Lab; flight: Flight }): JSX.Element {
  const messages = lab.messages.value;
  const arrival = flight.arrivals[0];
  return (
    <>
      <p class="sentence">
        <strong>{flight.segment?.flags ?? 'ICMP'}</strong> {numbersOf(flight)}
      </p>
      {flight.why !== null && <Rule messages={messages} rule={flight.why} />}
      <p>
        {flight.lost !== null || arrival === undefined
          ? messages.story.lost
          : messages.story.arrives({ after: messages.time(arrival.t - flight.departed) })}
      </p>
    </>
  );
}

function OfMoment({ lab, moment }: { lab: Lab; moment: Moment }): JSX.Element {
  const messages = lab.messages.value;
  const note = noteOf(moment, messages);
  return (
    <>
      {note !== null && <p class="call">{note}</p>}
      {moment.events.map((event) =>
        event.kind === 'state' ? (
          <div class="change" key={event.id}>
            <p>
              {moment.host}: {messages.page.states(event)}
            </p>
            <Rule messages={messages} rule={event.why} />
          </div>
        ) : null,
      )}
      <Variables moment={moment} messages={messages} />
      {moment.cause !== null && (
        <p>
          {messages.page.cause}{' '}
          <button type="button" class="link" onClick={() => lab.goTo(moment.cause! + 1)}>
            {messages.page.position({ at: moment.cause + 1, of: lab.length.value })}
          </button>
        </p>
      )}
    </>
  );
}

function Rule({ messages, rule }: { messages: LabMessages; rule: RuleId }): JSX.Element {
  const { rfc, section } = ruleSource(rule);
  return (
    <p class="rule">
      {messages.trace.rules[rule]}{' '}
      {rfc === 0 ? null : (
        <a href={`https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`} rel="noreferrer">
          {sectionOf(rule)}
        </a>
      )}
    </p>
  );
}

function WhatIf({ lab, flight }: { lab: Lab; flight: Flight }): JSX.Element {
  const { page } = lab.messages.value;
  const { from, to, number: index } = flight;
  const edits: readonly (readonly [string, Edit])[] = [
    [page.lose, { kind: 'drop', from, to, index }],
    [page.late, { kind: 'delay', from, to, index, ms: 1500 }],
    [page.twice, { kind: 'duplicate', from, to, index }],
    [page.crash, { kind: 'crash', t: flight.departed, host: to }],
  ];
  return (
    <fieldset class="what-if">
      <legend>{page.whatIf}</legend>
      {edits.map(([name, edit]) => (
        <button type="button" key={name} onClick={() => lab.edit(edit)}>
          {name}
        </button>
      ))}
      <button type="button" disabled={!lab.canUndo.value} onClick={() => lab.undo()}>
        {page.undo}
      </button>
    </fieldset>
  );
}
