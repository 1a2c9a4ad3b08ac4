// The lab in English.

import { ENGLISH as TRACE } from '../../trace/text/english.ts';
import type { Messages } from '../../trace/text/messages.ts';
import type { Call } from '../model/recipe.ts';
import type { ScenarioId } from '../scenarios/all.ts';

interface ScenarioText {
  readonly title: string;
  /** What the first line says before anything has happened. */
  readonly intro: string;
}

const SCENARIOS: Readonly<Record<ScenarioId, ScenarioText>> = {
  s1: { title: 'Open: the 3-way handshake', intro: 'Two hosts make a connection, in three steps.' },
};

export const ENGLISH = {
  trace: TRACE as Messages,
  page: {
    title: 'synfin lab: TCP, from SYN to FIN',
    scenarios: 'Scenarios',
    handles: 'Settings',
    next: 'Next',
    back: 'Back',
    play: 'Play',
    pause: 'Pause',
    nextState: 'Next change of state',
    position: ({ at, of }: { at: number; of: number }): string => `event ${at} of ${of}`,
    speed: 'Speed',
    why: 'Why',
    whatIf: 'What if',
    lose: 'Lost',
    late: 'Late',
    twice: 'Twice',
    crash: 'Receiver crashes',
    undo: 'Undo',
    ladder: 'What happens, as a ladder',
    language: '한국어',
    theme: 'Dark or light',
    nothingChosen: 'Choose an arrow, or press Next.',
    cause: 'Because of',
    effects: 'Leads to',
    variables: 'Variables',
    header: 'Header',
    states: ({ from, to }: { from: string; to: string }): string => `${from} → ${to}`,
    compare: 'Original and what if',
    alike: 'No difference.',
    error: 'Something went wrong in this run.',
  },
  handles: {
    rtt: 'Round-trip time',
    preset: 'Manners of',
    listening: 'A program listens',
  } as Readonly<Record<string, string>>,
  scenarios: SCENARIOS,
  story: {
    call: ({ call, bytes }: { call: Call | 'flush' | 'receive'; bytes: number }): string =>
      bytes > 0 ? `${call}(${bytes})` : `${call}()`,
    timer: ({ name }: { name: string }): string => `${name} timer`,
    edit: ({ kind }: { kind: string }): string => `✎ ${kind}`,
    refused: ({ call, code }: { call: string; code: string }): string => `${call}: ${code}`,
    sent: ({ host, segment, to }: { host: string; segment: string; to: string }): string =>
      `${host} sends ${segment} to ${to}`,
    lost: 'It is lost on the way.',
    arrives: ({ after }: { after: string }): string => `It arrives after ${after}.`,
  },
  time: (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
  gap: (ms: number): string => `${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`} later`,
};
