// A ladder as something to be drawn: what a simulated run and a capture have in common for the eye. Plain data; words
// are in the language of whoever made it.

/** How a state is known: the end said so; it follows from what was seen; it is taken for granted. */
export type Confidence = 'observed' | 'inferred' | 'assumed';

export type Tone = 'plain' | 'open' | 'text' | 'close' | 'reset' | 'warn';

/** A lifeline. */
export interface PictureEnd {
  readonly name: string;
  /** Below the name: its address. */
  readonly detail: string;
}

/** One packet on its way. */
export interface PictureArrow {
  /** What the reader of the picture knows it by: unique among the arrows. */
  readonly id: number;
  /** Indexes of ends. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds; null: nobody saw it there. At least one of the two is known. */
  readonly departs: number | null;
  readonly arrives: number | null;
  /** It does not arrive: it is still on its way, is lost there, or ends as damaged goods. */
  readonly fate: 'arrives' | 'underway' | 'lost' | 'damaged';
  /** `SYN,ACK`. */
  readonly label: string;
  /** `seq 0 ack 1`. */
  readonly detail: string;
  /** A mark of a letter or two at its start, as `R` for what is sent again; empty: none. */
  readonly badge: string;
  readonly tone: Tone;
  /** The arrow whose text it repeats; null: none. */
  readonly repeats: number | null;
}

/** A state of an end. */
export interface PictureState {
  readonly end: number;
  /** Milliseconds. */
  readonly t: number;
  readonly state: string;
  readonly confidence: Confidence;
}

/** What else happens at an end: a call, a timer, a hand from outside. */
export interface PictureNote {
  readonly id: number;
  readonly end: number;
  readonly t: number;
  readonly text: string;
  readonly kind: 'call' | 'timer' | 'edit';
}

export interface LadderPicture {
  readonly ends: readonly PictureEnd[];
  /** In the order in which they left, or were seen. */
  readonly arrows: readonly PictureArrow[];
  /** In order of time. */
  readonly states: readonly PictureState[];
  readonly notes: readonly PictureNote[];
  /** Until when it is told, milliseconds. */
  readonly end: number;
}

/** A time as a person reads it, and the words that a picture has of its own. */
export interface PictureWords {
  readonly time: (ms: number) => string;
  /** `1.2 s later`: of a stretch in which nothing happens. */
  readonly gap: (ms: number) => string;
}
