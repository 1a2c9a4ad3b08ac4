// The lab in English.

import { ENGLISH as TRACE } from '../../trace/text/english.ts';
import type { Messages } from '../../trace/text/messages.ts';
import type { Call } from '../model/recipe.ts';
import type { HandleName, ScenarioId } from '../scenarios/all.ts';

interface ScenarioText {
  readonly title: string;
  /** What the first line says before anything has happened. */
  readonly intro: string;
}

const SCENARIOS: Readonly<Record<ScenarioId, ScenarioText>> = {
  s1: { title: 'Open: the 3-way handshake', intro: 'Two hosts make a connection, in three steps.' },
  s2: {
    title: 'Close: the 4-way handshake',
    intro: 'Both ends say that they have nothing more to send, each for itself.',
  },
  s3: { title: 'Half-close', intro: 'The client has sent all it had; the server goes on sending.' },
  s4: { title: 'TIME-WAIT', intro: 'Whoever closes first waits for two maximum segment lifetimes. Why?' },
  s5: { title: 'CLOSE-WAIT', intro: 'The peer has closed, and the program here does not.' },
  s6: { title: 'Text on the third segment', intro: 'The last step of the handshake can carry text already.' },
  s7: { title: 'Why did I get a RST?', intro: 'A connection can end at once, in several ways.' },
  s8: { title: 'The last ACK is lost', intro: 'The FIN comes again, and that is what TIME-WAIT is for.' },
  s9: {
    title: 'Simultaneous open',
    intro: 'Both ends open at the same time, and one connection comes of it.',
  },
  s10: { title: 'Simultaneous close', intro: 'Both ends close at the same time: two FINs cross.' },
  s11: {
    title: 'Ports and sockets',
    intro: 'One port serves many connections: each is known by both its ends.',
  },
  s12: { title: 'Flow control', intro: 'The reader is slow: its window closes, and the sender waits.' },
  s13: { title: 'A segment is lost', intro: 'How the sender notices, and what it sends again.' },
  s14: {
    title: 'SYN flood',
    intro: 'Many begin a handshake, and none goes on. It happens in this simulation alone.',
  },
  s15: {
    title: 'An old duplicate SYN',
    intro: 'A SYN of long ago arrives. Two steps would not have been enough.',
  },
  s16: {
    title: 'A late segment of an old connection',
    intro: 'With TIME-WAIT nothing comes of it; without it, something may.',
  },
  s17: { title: 'Half-open', intro: 'One end is gone without a word. The other finds out, or does not.' },
  s18: { title: 'Sandbox', intro: 'Two hosts, and everything that can be set.' },
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
    serverWaits: 'The other end closes after',
    closer: 'Closes first',
    bytes: 'Bytes',
    pause: 'Pause between pieces',
    msl: 'Maximum segment lifetime',
    connections: 'Connections',
    again: 'The same endpoints again',
    closes: 'The program closes',
    writes: 'Writes',
    cause: 'Cause',
    lost: 'Lost',
    waits: 'TIME-WAIT is kept',
    offset: 'The other end follows after',
    samePort: 'One client port, two servers',
    buffer: 'Receive buffer',
    reads: 'The reader reads every',
    updateLost: 'The window update is lost',
    segments: 'Segments',
    sack: 'SACK',
    tailLossProbe: 'Tail loss probe',
    congestionControl: 'Congestion control',
    cookies: 'SYN cookies',
    backlog: 'Backlog',
    spoofed: 'Spoofed SYNs',
    arrives: 'Arrives',
    after: 'The real SYN follows after',
    timestamps: 'Timestamps',
    what: 'What happens',
    keepAlive: 'Keep-alive',
    idle: 'Idle until a probe',
    loss: 'Loss',
    jitter: 'Jitter',
    rate: 'Rate (0: no limit)',
    mss: 'MSS (0: as the MTU has it)',
    receiveBuffer: 'Receive buffer',
    sendBuffer: 'Send buffer',
    delayedAck: 'Delayed ACK',
    nagle: 'Nagle',
    windowScaling: 'Window scaling',
  } satisfies Readonly<Record<HandleName, string>>,
  scenarios: SCENARIOS,
  story: {
    call: ({ call, bytes }: { call: Call | 'flush' | 'receive'; bytes: number }): string =>
      bytes > 0 ? `${call}(${bytes})` : `${call}()`,
    timer: ({ name }: { name: string }): string => `${name} timer`,
    edit: ({ kind }: { kind: string }): string => `✎ ${kind}`,
    network: ({ story }: { story: string }): string => `⚑ ${story}`,
    refused: ({ call, code }: { call: string; code: string }): string => `${call}: ${code}`,
    sent: ({ host, segment, to }: { host: string; segment: string; to: string }): string =>
      `${host} sends ${segment} to ${to}`,
    lost: 'It is lost on the way.',
    arrives: ({ after }: { after: string }): string => `It arrives after ${after}.`,
  },
  time: (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
  gap: (ms: number): string => `${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`} later`,
};
