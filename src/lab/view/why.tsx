// Why: the chosen arrow or moment explained. One sentence, the rule and its section, then the details.

import type { ComponentChildren, JSX } from 'preact';
import type { RuleId } from '../../tcp/rules.ts';
import { ruleSource } from '../../trace/rules.ts';
import { acknowledgedBy } from '../model/segment-fields.ts';
import type { Flight, Moment } from '../model/story.ts';
import { WHAT_IFS, whatIf } from '../model/what-if.ts';
import type { LabMessages } from '../text/messages.ts';
import { Fields, Marked } from './fields.tsx';
import { Header } from './header.tsx';
import type { Chosen, Lab } from './lab.ts';
import { occasionOf, sectionOf } from './sentence.ts';
import { Variables } from './variables.tsx';
import { flagsOf, hostName, numbersOf } from './words.ts';

export function Why({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const chosen = lab.chosen.value;
  const { flights, moments } = lab.story.value;
  const flight = chosen?.kind === 'flight' ? flights[chosen.index] : undefined;
  const moment = chosen?.kind === 'moment' ? moments[chosen.index] : moments[flight?.moment ?? -1];
  return (
    <section class="why" id="why" tabIndex={-1} aria-label={page.why}>
      {flight === undefined && moment === undefined && <Intro lab={lab} />}
      {flight !== undefined && <OfFlight lab={lab} flight={flight} />}
      {flight === undefined && moment !== undefined && <OfMoment lab={lab} moment={moment} />}
      {lab.marked.value.length > 0 && <Marked lab={lab} />}
    </section>
  );
}

function Intro({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const texts: Readonly<Record<string, { readonly title: string; readonly intro: string }>> =
    messages.scenarios;
  const { id } = lab.scenario.value;
  return (
    <>
      <h2>{texts[id]?.title ?? id}</h2>
      <p class="sentence">{texts[id]?.intro ?? ''}</p>
      <p class="faint">{messages.page.nothingChosen}</p>
    </>
  );
}

function OfFlight({ lab, flight }: { lab: Lab; flight: Flight }): JSX.Element {
  const messages = lab.messages.value;
  const { moments } = lab.story.value;
  const sent = moments[flight.moment ?? -1];
  const arrivals = flight.arrivals.flatMap(({ moment }) =>
    moment === null || moment >= lab.position.value ? [] : [moments[moment]!],
  );
  const came = arrivals[0];
  return (
    <>
      <h2>
        <span class="chip">{flagsOf(flight)}</span> {hostName(flight.from, messages)} →{' '}
        {hostName(flight.to, messages)}
      </h2>
      <p class="relative">{numbersOf(flight)}</p>
      {flight.why !== null && <Rule messages={messages} rule={flight.why} />}
      <p>{fateOf(lab, flight)}</p>
      <Acknowledged lab={lab} flight={flight} />
      <WhatIf lab={lab} flight={flight} />
      <States lab={lab} moments={[sent, came]} />
      <Links lab={lab} because={sent} effects={arrivals} />
      <Fields lab={lab} flight={flight} />
      {sent !== undefined && <Variables moment={sent} messages={messages} />}
      {came !== undefined && <Variables moment={came} messages={messages} />}
      <Header flight={flight} messages={messages} />
      <p>
        <button
          type="button"
          aria-pressed={lab.marked.value.includes(flight.index)}
          onClick={() => lab.mark()}
        >
          {lab.marked.value.includes(flight.index) ? messages.page.unmark : messages.page.mark}
        </button>
      </p>
    </>
  );
}

function fateOf(lab: Lab, flight: Flight): string {
  const { story, time } = lab.messages.value;
  const arrival = flight.arrivals[0];
  if (flight.lost !== null) return story.lost;
  const seen = arrival !== undefined && (arrival.moment === null || arrival.moment < lab.position.value);
  return seen ? story.arrives({ after: time(round(arrival.t - flight.departed)) }) : story.underway;
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

function OfMoment({ lab, moment }: { lab: Lab; moment: Moment }): JSX.Element {
  const messages = lab.messages.value;
  const effects = effectsOf(lab, moment);
  const packet = lab.packet.value;
  return (
    <>
      <h2>{occasionOf(lab.story.value, moment, messages)}</h2>
      {moment.events.map((event) => {
        if (event.kind === 'packet-dropped')
          return <p key={event.id}>{messages.trace.ladder.dropReason({ reason: event.reason })}</p>;
        const why = 'why' in event && event.kind !== 'segment' && event.kind !== 'state' ? event.why : null;
        return why === null ? null : <Rule key={event.id} messages={messages} rule={why} />;
      })}
      {packet !== undefined && <WhatIf lab={lab} flight={packet} />}
      <States lab={lab} moments={[moment]} />
      <Links lab={lab} because={lab.story.value.moments[moment.cause ?? -1]} effects={effects} />
      <Variables moment={moment} messages={messages} />
    </>
  );
}

const effectsOf = (lab: Lab, { index }: Moment): Moment[] =>
  lab.story.value.moments.slice(0, lab.position.value).filter(({ cause }) => cause === index);

/** What the moments made of the states of their hosts: one line for each host. */
function States({
  lab,
  moments,
}: {
  lab: Lab;
  moments: readonly (Moment | undefined)[];
}): JSX.Element | null {
  const messages = lab.messages.value;
  const { page } = messages;
  const known = moments.filter((moment) => moment?.after != null) as Moment[];
  if (known.length === 0) return null;
  return (
    <section class="ends">
      <h3>{page.bothEnds}</h3>
      <dl>
        {known.map((moment) => {
          const [from, to] = [moment.before?.info.state ?? 'CLOSED', moment.after!.info.state];
          return (
            <div key={moment.index}>
              <dt>{hostName(moment.host, messages)}</dt>
              <dd>
                {from === to ? `${to} (${page.unchanged})` : <strong>{page.states({ from, to })}</strong>}
                {moment.events.map((event) =>
                  event.kind === 'state' ? (
                    <Rule key={event.id} messages={messages} rule={event.why} />
                  ) : null,
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

interface LinksProps {
  readonly lab: Lab;
  /** Of a packet: the moment in which it left; of a moment: the one that brought it about. */
  readonly because: Moment | undefined;
  readonly effects: readonly Moment[];
}

function Links({ lab, because, effects }: LinksProps): JSX.Element {
  const { page } = lab.messages.value;
  return (
    <dl class="links">
      {because !== undefined && (
        <div>
          <dt>{page.cause}</dt>
          <dd>
            <Jump lab={lab} to={because} go={() => lab.choose(occasionAsChosen(because))} />
          </dd>
        </div>
      )}
      {effects.length > 0 && (
        <div>
          <dt>{page.effects}</dt>
          {effects.map((moment) => (
            <dd key={moment.index}>
              <Jump lab={lab} to={moment} go={() => lab.lookAt(moment.index)} />
            </dd>
          ))}
        </div>
      )}
    </dl>
  );
}

/** What arrived, or the call or timer itself. */
const occasionAsChosen = ({ index, stimulus }: Moment): Chosen =>
  stimulus.kind === 'arrival' ? { kind: 'flight', index: stimulus.flight } : { kind: 'moment', index };

function Jump({ lab, to, go }: { lab: Lab; to: Moment; go: () => void }): JSX.Element {
  const messages = lab.messages.value;
  return (
    <button type="button" class="link" onClick={go}>
      {messages.page.eventNumber({ at: to.index + 1 })}: {occasionOf(lab.story.value, to, messages)}
    </button>
  );
}

function Acknowledged({ lab, flight }: { lab: Lab; flight: Flight }): JSX.Element | null {
  const { page } = lab.messages.value;
  const told = acknowledgedBy(lab.story.value, flight);
  if (told.length === 0) return null;
  return (
    <p>
      {page.covers}:{' '}
      {told.map(
        (one, i): ComponentChildren => [
          i > 0 ? ', ' : '',
          <button
            type="button"
            class="link"
            key={one.index}
            onClick={() => lab.choose({ kind: 'flight', index: one.index })}
          >
            {flagsOf(one)} {numbersOf(one)}
          </button>,
        ],
      )}
    </p>
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
  return (
    <fieldset class="what-if">
      <legend>{page.whatIf}</legend>
      {WHAT_IFS.map((what) => {
        const edit = whatIf(lab.story.value, flight, what);
        return (
          <button
            type="button"
            key={what}
            disabled={edit === null}
            onClick={() => edit !== null && lab.ask(edit)}
          >
            {page.whatIfs[what]}
          </button>
        );
      })}
    </fieldset>
  );
}
