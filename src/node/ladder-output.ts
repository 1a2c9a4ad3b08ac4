// A ladder on a terminal, or wherever its output goes, as the packets pass.

import type { Writable } from 'node:stream';
import type { TraceEvent, TraceListener } from '../trace/events.ts';
import { Ladder } from '../trace/ladder.ts';
import type { Messages } from '../trace/text/messages.ts';

/** Columns where the output is no terminal. */
const WIDTH = 100;

/** Who stands where on a ladder. */
export interface LadderSides {
  readonly left: string;
  /** Null: not observed; its states are inferred. */
  readonly right: string | null;
  readonly rightTitle: string;
}

export type LadderOutput = Writable & { readonly columns?: number; readonly isTTY?: boolean };

/**
 * A ladder that writes each row as soon as nothing more can belong to it; `flush` writes what is held back. Where
 * time is virtual nothing is written before something else happens, or `flush` is called.
 */
export function ladderTo(
  output: LadderOutput,
  sides: LadderSides,
  messages: Messages,
  time: 'real' | 'virtual' = 'real',
): { event: TraceListener; flush: () => void } {
  const ladder = new Ladder({
    ...sides,
    width: output.columns ?? WIDTH,
    color: output.isTTY === true && !process.env.NO_COLOR,
    messages,
    write: (line) => void output.write(`${line}\n`),
  });
  let pending = false;
  const flush = (): void => {
    pending = false;
    ladder.flush();
  };
  const event = (event: TraceEvent): void => {
    ladder.event(event);
    if (pending || time === 'virtual') return;
    setImmediate(flush);
    pending = true;
  };
  return { event, flush };
}
