// What the lab says to those who learn, in English: beside a moment, before it, and of each scenario.

import type { Guided, Happening } from '../../model/guide.ts';
import type { ForkName } from '../../scenarios/reset-tree.ts';
import { CARDS } from './english-cards.ts';
import { SCENARIOS } from './english-scenarios.ts';

const RULES: Readonly<Record<Guided, string>> = {
  '9293-3.10.1-active':
    'The program calls connect(). Its TCP picks a first sequence number x that nobody can guess, and sends a SYN that says it. It is in SYN-SENT now: no longer CLOSED, and not connected either.',
  '9293-3.10.7.2-third':
    'A SYN for a port where a program listens. The answer does two things in one segment: it acknowledges the SYN with x+1, and says a first number of its own, y. The listener itself goes on listening.',
  '9293-3.10.7.3-fourth-established':
    'The SYN came back acknowledged, with the other SYN beside it: for this end the connection is open. It acknowledges with y+1. The other end does not know yet: it will be half a round trip behind.',
  '9293-3.10.7.3-fourth-simultaneous':
    'A SYN instead of a SYN,ACK: the other end is opening, too, and the two SYNs crossed. Each acknowledges the other, and one connection comes of it.',
  '9293-3.10.7.4-fifth-established':
    'The ACK of its SYN arrives: now both ends are ESTABLISHED. A bare ACK is enough for that; no text is needed.',
  '9293-3.10.7.3-first':
    'It is asked to confirm a number that it never sent. That cannot be its connection, so it says RST and waits on for the right answer.',
  '9293-3.10.7.3-second':
    'A RST that acknowledges the SYN: nobody listens there. The program is told ECONNREFUSED.',
  '9293-3.10.7.1-reset':
    'There is no such connection here, so the answer is a RST. It is not anger, it is news: the other end can stop believing in it.',
  '9293-3.10.7.4-second':
    'A RST with exactly the right number. The connection ends at once; the program is told ECONNRESET.',
  '9293-3.10.7.4-second-listen':
    'The RST arrives before the handshake was complete. Nothing is lost: the listener waits on, and its program never heard of it.',
  '9293-3.10.7.4-second-closed':
    'A RST when both FINs have been sent: this end is CLOSED without further ado.',
  '9293-3.10.5-abort': 'abort(): everything that waits is thrown away, and a RST tells the other end.',
  '9293-3.6.1-unread':
    'The program closed with text unread. A FIN would say that all is well; it is not, so TCP says RST: some of what you sent was never read.',
  '9293-3.6.1-data-after-close':
    'Text arrives for a program that has closed altogether and will never read it. The answer is a RST.',
  '9293-3.10.4-close':
    'The program is done: close() or shutdown(). The FIN, which always bears an ACK as well, says "my text ends here", and takes one sequence number so that it can be acknowledged.',
  '9293-3.10.7.4-eighth-close-wait':
    'The FIN arrives. It is acknowledged at once, and the program is told that nothing more will come. This end is in CLOSE-WAIT: it waits for its own program to close, and may still send.',
  '9293-3.10.7.4-fifth-fin-wait-2':
    'Its FIN is acknowledged: FIN-WAIT-2. One direction is closed. TIME-WAIT is not for now; first the other end has to close as well.',
  '9293-3.6-fin':
    'This end has sent all it had, and its FIN follows the last byte. Where the other end has closed before, this is LAST-ACK: all that is missing is the ACK of this FIN.',
  '9293-3.10.7.4-eighth-time-wait':
    'The other FIN is here, and acknowledged at once. Whoever closed first now stays in TIME-WAIT for 2 MSL: in case this very ACK is lost, and until late segments are gone.',
  '9293-3.10.7.4-eighth-closing':
    'A FIN, but no ACK of its own FIN yet: the two FINs crossed. This is CLOSING, not CLOSE-WAIT, and no deadlock.',
  '9293-3.10.7.4-fifth-time-wait':
    'Now its own FIN is acknowledged, too. Both closed first, so both wait in TIME-WAIT.',
  '9293-3.10.7.4-eighth-again':
    'The same FIN once more: the other end has not got the last ACK. It gets another one, and 2 MSL begin anew. That is one of the two things that TIME-WAIT is for.',
  '9293-3.10.7.4-fifth-closed': 'The last ACK arrives: CLOSED at once. This end has no reason to wait.',
  '9293-3.10.8-time-wait':
    'Two maximum segment lifetimes are over: no segment of this connection can be about any more, and its two endpoints may be used again.',
  'local-fin-wait-2':
    'The program closed long ago, and no FIN has come. FIN-WAIT-2 is given up: CLOSED, not TIME-WAIT. The other end still believes in the connection.',
  '6298-5.4-syn':
    'No answer came in time, so the SYN goes again, and the next wait is twice as long: 1, 2, 4 seconds.',
  '6298-5.4-fin':
    'The FIN was not acknowledged in time: it goes again, as anything that takes a sequence number does.',
  '6298-5.4-retransmit':
    'The retransmission timeout: nothing was heard for a whole RTO. The oldest segment goes again and the wait doubles. This is the slowest way to find a loss.',
  '8985-6.2-lost':
    'SACK says that later segments arrived, and this one has had time enough: it is lost (RACK). It goes again within a round trip, and nothing else does.',
  '8985-7.3-probe':
    'When the last segments are lost, nothing behind them can tell. So after about two round trips of silence the last one goes again, as a probe, well before the timeout.',
  '5681-3.2-fast-retransmit':
    'Three duplicate ACKs: three segments arrived behind a gap. That is loss, not reordering, so the missing one goes again without waiting for the timeout.',
  '5681-4.2-out-of-order':
    'A segment behind a gap: the receiver keeps it, and repeats at once the number it is waiting for.',
  '5681-4.2-gap': 'The gap is filled: one ACK covers everything that had been kept behind it.',
  '9293-3.8.6.1-probe':
    'The window is zero, and the news that it has opened might get lost. So the sender asks, now and then, with a byte that may be refused: a zero-window probe.',
  '9293-3.8.6.1-answer':
    'The probe finds no room, and is answered with the same window: zero. The connection is alive.',
  '9293-3.8.6.1-refused':
    'The window is open again. The byte that the probe carried goes once more, the rest behind it.',
  '9293-3.8.6.2.1-override':
    'A small window stays small for too long: the sender stops waiting for a full segment and fills what there is.',
  '9293-3.8.6.2.2-update':
    'The program has read, and there is room for a full segment: that is worth an ACK of its own. A few bytes would not be (silly window syndrome).',
  '9293-3.10.7.4-fifth-unsent':
    'It acknowledges text that was never sent here. One end has taken something that the other never said, and they will not agree again.',
  '9293-3.10.7.4-first':
    'Its numbers lie outside the window: it is dropped, and an ACK says what is expected.',
  '5961-4.2-challenge':
    'A SYN on a connection that exists already. It is not believed and not refused: an ACK asks the other end whether it meant it.',
  '9293-3.7.4-nagle':
    'Little text while some is still unacknowledged: it waits, so that many small segments become one (Nagle).',
  '9293-3.8.6.3-delayed':
    'Nothing more came to acknowledge along with it, so the ACK that was held back goes now.',
  '9293-3.10.7.4-seventh':
    'Text in order: it is given to the program. Its ACK may wait a little, for more to acknowledge or an answer to ride on.',
  '9293-3.8-data': 'The program writes, and the window has room: the text leaves, numbered byte by byte.',
  '9293-3.8.4-probe':
    'Nothing has been heard for a long time. A keep-alive asks: it carries a number that is already acknowledged, which anyone alive must answer.',
  '9293-3.8.4-dead': 'No probe was answered: the connection is given up, and the program is told ETIMEDOUT.',
  '9293-3.8.3-r2':
    'It has tried for long enough (R2): the connection is given up, and the program is told ETIMEDOUT.',
  '4987-3.6-cookie':
    'The server had kept nothing. This ACK gives back the number it had sent, a cookie computed from the endpoints, and out of it the connection is made.',
  '6191-2-reuse':
    'A SYN for endpoints that are in TIME-WAIT, and newer than all that was before: the old connection gives way, with no danger of being mixed up.',
  '1337-4-rst':
    'A RST in TIME-WAIT is ignored. Were it heeded, an old segment could end the wait before its time: TIME-WAIT assassination.',
  '7323-5.3-paws':
    'Its timestamp is older than what was last seen: an old duplicate, whatever its sequence numbers say. It is dropped, and answered with an ACK (PAWS).',
  '7413-4.2.2-accepted':
    'Here the server takes the SYN at its word, as a handshake of two steps would: Fast Open without its cookie. No ordinary server does this, and what follows shows why.',
};

const HAPPENINGS: Readonly<Record<Happening, string>> = {
  crash: 'The power fails. Nobody is told: to the other end it is merely silent.',
  reboot: 'It is back, and remembers no connection.',
  cut: 'The cable is cut. Neither end notices anything yet.',
  restore: 'The cable is mended.',
  'old-duplicate': 'The network delivers a segment of long ago. Its sender has forgotten it.',
  spoofed: 'A SYN from an address that is not its sender’s. Nobody will answer what the server says to it.',
  forged:
    'Somebody else sends this in the name of the other end, and knows the next sequence number exactly.',
  backlog:
    'The queue of half-open connections is full. The SYN is dropped without a word, so that it may come again.',
};

const FORKS: Readonly<Record<ForkName, string>> = {
  opening: 'Did it come before the connection was open?',
  ownSyn: 'Did it answer your own SYN?',
  sentByPeer: 'Did the other end itself send it?',
  known: 'Did the other end know of the connection at that time?',
  called: 'Was it sent because of a call of the program there?',
  unreadText: 'Was text left unread there when it closed?',
  acceptedByProgram: 'Had a program there ever taken the connection?',
};

export const ENGLISH_GUIDE = {
  panel: {
    guide: 'Guide',
    show: 'What to look at',
    predict: 'Predict first',
    question: 'What will happen?',
    check: 'Check',
    right: 'Right.',
    wrong: ({ answer }: { answer: string }): string => `Not quite. The answer: ${answer}.`,
    score: ({ right, of }: { right: number; of: number }): string => `${right} of ${of} right`,
    left: ({ count }: { count: number }): string =>
      count === 1 ? 'One question is still to come.' : `${count} questions are still to come.`,
    none: 'No question is left in this run. Try another setting.',
    experiments: 'Try',
    plain: 'As it was',
    next: 'Go on',
    following: ({ title }: { title: string }): string => `Next: ${title}`,
    tree: 'Which RST was it?',
    yes: 'yes',
    no: 'no',
    count: ({ host, state, count }: { host: string; state: string; count: number }): string =>
      `${host}: ${count} in ${state}`,
    lost: 'It never arrives, and nobody says so: only silence can tell.',
    refused: ({ code }: { code: string }): string => REFUSALS[code] ?? `The call is refused: ${code}.`,
  },
  first: {
    begin: 'Two computers make a connection, in three steps. Press Next and watch the first one.',
    whatIf: 'What if this ACK is lost?',
    asked: 'Both are connected. But how robust is that? Take the third segment away:',
    branch:
      'The ACK is lost now. Step on: the server gets no answer, sends its SYN,ACK again after a second, and the client answers again. Nobody had to be told.',
    repaired:
      'Repaired, a second later, by a timer alone. You have seen a state, a number, a loss and a retransmission.',
    close: 'Now close it: the 4-way handshake',
    capture: 'Open a capture file',
  },
  rules: RULES,
  happenings: HAPPENINGS,
  forks: FORKS,
  scenarios: SCENARIOS,
  ...CARDS,
};

const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'connect() is refused, EADDRINUSE: these two endpoints are still in TIME-WAIT.',
  EADDRNOTAVAIL:
    'connect() is refused, EADDRNOTAVAIL: every ephemeral port is in use, most of them in TIME-WAIT.',
};
