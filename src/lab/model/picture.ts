// A story as a picture: its first moments, with what they set on its way.

import type {
  Confidence,
  LadderPicture,
  PictureArrow,
  PictureState,
  Tone,
} from '../../trace/picture/picture.ts';
import type { Flight, Moment, Story } from './story.ts';

/** What is said of a segment and of what happens, in the language of the page. */
export interface StoryWords {
  /** A host's name as the page says it. */
  readonly host: (name: string) => string;
  readonly flight: (flight: Flight) => { readonly label: string; readonly detail: string };
  /** Null: it is no call, timer or edit, and the arrows say all of it. */
  readonly moment: (moment: Moment) => string | null;
}

const OBSERVED: Confidence = 'observed';

/** `shown`: how many moments of the story, from its start. What has left in them is shown with what becomes of it. */
export function pictureOf(
  story: Story,
  shown: number,
  addresses: ReadonlyMap<string, string>,
  words: StoryWords,
): LadderPicture {
  const { hosts } = story;
  const end = (host: string): number => hosts.indexOf(host);
  const moments = story.moments.slice(0, shown);
  const now = moments.at(-1)?.t ?? 0;
  const flights = story.flights.filter(({ moment }) => moment !== null && moment < shown);
  return {
    ends: hosts.map((name) => ({ name: words.host(name), detail: addresses.get(name) ?? '' })),
    arrows: flights.flatMap((flight) => arrowsOf(flight, shown, end, words)),
    states: statesOf(story, shown, end),
    notes: moments.flatMap((moment) => {
      const text = words.moment(moment);
      const kind =
        moment.stimulus.kind === 'timer' ? 'timer' : moment.stimulus.kind === 'call' ? 'call' : 'edit';
      return text === null
        ? []
        : [{ id: noteId(moment.index), end: end(moment.host), t: moment.t, text, kind } as const];
    }),
    end: now,
  };
}

/** An id for each arrow of a flight that arrives twice. */
const arrowId = (flight: Flight, copy: number): number => flight.index * 4 + Math.min(copy, 3);

export const flightOfArrow = (id: number): number => Math.floor(id / 4);

/** Its first arrow. */
export const arrowOfFlight = (flight: number): number => flight * 4;

/** No arrow has such an id. */
export const noteId = (moment: number): number => -1 - moment;

export const momentOfNote = (id: number): number => -1 - id;

function arrowsOf(
  flight: Flight,
  shown: number,
  end: (host: string) => number,
  words: StoryWords,
): PictureArrow[] {
  const { from, to, departed, lost, corrupted, original, retransmission } = flight;
  const { label, detail } = words.flight(flight);
  const arrow = (copy: number, arrives: number | null): PictureArrow => ({
    id: arrowId(flight, copy),
    from: end(from),
    to: end(to),
    departs: departed,
    arrives,
    fate: lost !== null ? 'lost' : arrives === null ? 'underway' : corrupted ? 'damaged' : 'arrives',
    label,
    detail,
    badge: retransmission ? 'R' : copy > 0 ? '2' : '',
    tone: toneOf(flight),
    repeats: original === null ? null : arrowOfFlight(original),
  });
  const seen = flight.arrivals.filter(({ moment }) => moment === null || moment < shown);
  if (lost !== null || seen.length === 0) return [arrow(0, null)];
  return seen.map(({ t }, copy) => arrow(copy, t));
}

function toneOf({ segment }: Flight): Tone {
  const flags = segment?.flags.split(',') ?? [];
  if (flags.includes('RST')) return 'reset';
  if (flags.includes('SYN')) return 'open';
  if (flags.includes('FIN')) return 'close';
  return segment !== null && segment.length > 0 ? 'text' : 'plain';
}

/** A lifeline has one ribbon: that of the connection that last changed its state there. */
function statesOf(story: Story, shown: number, end: (host: string) => number): PictureState[] {
  const listening = story.listeners.map(({ host, t }) => ({ t, moment: -1, host, state: 'LISTEN' }));
  const entered = story.lifelines.flatMap(({ host, states }) => states.map((state) => ({ ...state, host })));
  return [...listening, ...entered.filter(({ moment }) => moment < shown)]
    .sort((a, b) => a.t - b.t || a.moment - b.moment)
    .map(({ t, state, host }) => ({ end: end(host), t, state, confidence: OBSERVED }));
}
