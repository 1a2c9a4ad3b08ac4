// The questions of the lab, what may be answered, and why the right answer is right.

import type { CardTexts } from './messages.ts';

export const CARDS: CardTexts = {
  cards: {
    synSent: {
      question: 'The client’s program calls connect() and a SYN leaves. Which state is the client in then?',
      because:
        'It stays CLOSED for no longer than the call takes: it has sent a SYN and waits in SYN-SENT until an answer comes.',
    },
    synTakesOne: {
      question: 'The SYN says sequence number x and carries no text. What does the server acknowledge?',
      because:
        'The SYN itself takes one sequence number, so that it can be acknowledged like a byte. The next one expected is x+1.',
    },
    whoFirst: {
      question: 'The SYN,ACK is about to arrive. Which end will be ESTABLISHED first?',
      because:
        'The client has all it needs when the SYN,ACK is here. The server has to wait for the ACK: half a round trip more.',
    },
    bareAck: {
      question: 'An ACK without text arrives at the server in SYN-RECEIVED. Which state follows?',
      because: 'The ACK of its SYN is all that the server waits for. Text may come later, or never.',
    },
    nobodyListens: {
      question: 'The SYN arrives at a port where no program listens. What comes back?',
      because:
        'There is no connection, and none can begin: RST, with an ACK of the SYN so that the client can tell what is refused.',
    },
    thirdCarries: {
      question: 'The SYN,ACK arrives. What does the third segment of this handshake carry?',
      because:
        'The third segment is an ordinary one: if the program has written something by then, it goes along.',
    },
    synsCross: {
      question: 'In SYN-SENT a SYN arrives, without an ACK. Which state follows?',
      because:
        'The other end is opening, too. Its SYN is acknowledged, and until the own one is, the state is SYN-RECEIVED.',
    },
    howMany: {
      question: 'Both ends have opened, and both SYNs have arrived. How many connections come of it?',
      because: 'A connection is its two endpoints, and those are the same two, seen from either side: one.',
    },
    notAsked: {
      question: 'A SYN,ACK arrives at the client, for a SYN that it did not just send. What does it answer?',
      because:
        'It acknowledges a number that the client is not using. Only the client can know that: this is why the server must hear a third segment before it believes in the connection.',
    },
    ghost: {
      question: 'The old SYN is about to arrive at the server. What will its program do?',
      because:
        'With three steps the program is told nothing before the ACK. A server that takes the SYN at its word serves somebody who is not there.',
    },
    finFlags: {
      question: 'A program closes its end. Which flags does the segment have that leaves?',
      because:
        'Every segment of an open connection carries an ACK, a FIN as well. A bare FIN would even be dropped.',
    },
    howManySegments: {
      question: 'How many segments will this close take, until neither end owes anything?',
      because:
        'Two FINs and two ACKs. They are four segments, or three where the other end closes so soon that its FIN carries the ACK of the first.',
    },
    closeWait: {
      question: 'The first FIN arrives at the other end. Which state does that enter?',
      because:
        'CLOSE-WAIT: it waits for its own program to close. TIME-WAIT is for the end that closed first, and comes later.',
    },
    finWait2: {
      question: 'The ACK of its FIN arrives at the end that closed first. Which state follows?',
      because:
        'Only one direction is closed. FIN-WAIT-2 lasts until the other FIN comes; only then does TIME-WAIT begin.',
    },
    whoWaits: {
      question: 'The second FIN is about to leave. Which end will be in TIME-WAIT?',
      because:
        'The end that closed first, whether client or server: it sends the last ACK, and must be there if that one is lost.',
    },
    acksAtOnce: {
      question: 'The second FIN arrives. How long until the last ACK leaves?',
      because: 'It acknowledges at once. The waiting comes after the ACK, not before it.',
    },
    stillSends: {
      question: 'The client has sent its FIN. The server’s program calls send(). What happens?',
      because:
        'The client has said that it will not send; it has not said that it will not read. In CLOSE-WAIT text goes out as before.',
    },
    howLong: {
      question: 'TIME-WAIT begins. How long will it last here?',
      because:
        'Twice the maximum segment lifetime, whatever that is set to. The RFC takes 2 minutes, which makes 240 s; Linux waits 60 s in all.',
    },
    finWait2Ends: {
      question:
        'The client has waited in FIN-WAIT-2 for as long as it will, and no FIN came. Which state follows?',
      because: 'CLOSED. TIME-WAIT follows only the other end’s FIN; no timer leads there from FIN-WAIT-2.',
    },
    finBehindText: {
      question: 'The program calls close() while text is still waiting to be sent. What of the FIN?',
      because:
        'close() is queued behind the text: the FIN takes the number after the last byte, and LAST-ACK begins when it leaves.',
    },
    lastAckLost: {
      question: 'The last ACK was lost. What does the server do in LAST-ACK?',
      because:
        'It cannot know which was lost, its FIN or the ACK. Its FIN takes a sequence number, so it is sent until it is acknowledged.',
    },
    finInTimeWait: {
      question: 'The FIN arrives at the client once more. What does the client do?',
      because:
        'In TIME-WAIT it answers with the last ACK again and counts 2 MSL anew. Without TIME-WAIT there would be nobody to answer but with a RST.',
    },
    finsCross: {
      question: 'In FIN-WAIT-1 a FIN arrives that does not acknowledge ours. Which state follows?',
      because:
        'CLOSE-WAIT is for those who have not closed yet. Here both have: CLOSING, until the own FIN is acknowledged.',
    },
    bothEnd: {
      question: 'Both are in CLOSING, and the ACKs are on the way. How does it end?',
      because:
        'Each ACK takes its receiver to TIME-WAIT. Both closed first, so both wait, and both are CLOSED after 2 MSL.',
    },
    unread: {
      question: 'The server’s program closes, and 300 bytes are still unread. What does its TCP send?',
      because:
        'A FIN would tell the client that everything had been received. A RST tells it that text was lost.',
    },
    afterClose: {
      question: 'Text arrives for a program that has closed both directions. What comes back?',
      because: 'Nobody will ever read it. Acknowledging it would be a lie, so the answer is a RST.',
    },
    samePort: {
      question:
        'The client connects once more from the same port, to another server. How many connections has that port then?',
      because:
        'A connection is known by both its ends. The other end differs, so these are two, and no segment can be mistaken.',
    },
    cookieKnows: {
      question:
        'The second request comes over a new connection. How does the server know that it is the same visitor?',
      because:
        'TCP connects two sockets and knows nothing of sessions. The cookie is text in the request, and the only thing that both connections share.',
    },
    zeroWindow: {
      question: 'The window is zero, and the sender has text left. What does it do after a while?',
      because:
        'It probes. The update that opens the window is not acknowledged, so it may get lost, and both ends would wait for ever.',
    },
    sillyWindow: {
      question:
        'The window is zero, and the program reads some of what is there. Does its TCP tell the sender?',
      because:
        'Only if the room is worth it: a full segment, or half the buffer. Otherwise tiny segments would follow, more header than text.',
    },
    howFound: {
      question: 'A segment has been lost, and is about to be sent again. How did the sender find out?',
      because:
        'What arrives behind a gap tells the most. With SACK that is quickest; without, three duplicate ACKs; where nothing arrives behind it, only a probe or the timeout is left.',
    },
    queueFull: {
      question: 'The real client’s SYN arrives, and the queue is full. What does the server do?',
      because:
        'It drops the SYN in silence. A RST would end the attempt; as it is, the client tries again, and perhaps there is room then.',
    },
    cookieReturns: {
      question: 'An ACK arrives for a SYN of which the server has kept nothing. What follows?',
      because:
        'Its acknowledgment number is the cookie plus one: it proves that the client got the SYN,ACK, and says what is needed to make the connection.',
    },
    lateText: {
      question: 'The segment of the old connection arrives at the client. What does the client do?',
      because:
        'Outside the window, or with an old timestamp, it is dropped and answered with an ACK. Only where its numbers fit and nothing gives it away does it pass for new text.',
    },
    rstInTimeWait: {
      question: 'The answer to that is a RST, and the client is in TIME-WAIT. What does the client do?',
      because:
        'RFC 1337: a RST in TIME-WAIT is best ignored. Where it is heeded, an old segment ends the wait early.',
    },
    rebooted: {
      question: 'A segment arrives at a host that remembers no such connection. What does it answer?',
      because:
        'RST: there is no connection here. So the end that still believed in it finds out, and gives up.',
    },
    givesUp: {
      question:
        'The other end has been silent for all this time, and patience is at its end. Which state follows?',
      because:
        'A connection with a silent peer does not last for ever, if there was something to ask: the program is told ETIMEDOUT.',
    },
  },
  choices: {
    x: 'x',
    'x+1': 'x + 1',
    y: 'y',
    'y+1': 'y + 1',
    client: 'the client',
    server: 'the server',
    together: 'both at the same time',
    both: 'both',
    nobody: 'neither',
    nothing: 'nothing',
    none: 'none',
    one: 'one',
    two: 'two',
    three: 'three',
    four: 'four',
    six: 'six',
    itsText: 'an ACK and the program’s text',
    nothingButAck: 'an ACK and nothing else',
    anotherSyn: 'another SYN',
    servesGhost: 'serve it, though nobody asked',
    waitsForThird: 'nothing: it is told of no connection yet',
    refuses: 'refuse it',
    atOnce: 'it leaves at once',
    afterOneMsl: 'one maximum segment lifetime',
    afterTwoMsl: '2 MSL, at the end of TIME-WAIT',
    never: 'it never leaves',
    sendsText: 'its text is sent',
    refusesCall: 'the call is refused',
    sendsRst: 'it sends a RST',
    oneMsl: 'one maximum segment lifetime',
    twoMsl: 'two of the maximum segment lifetimes that are set',
    always60: 'always 60 s',
    always240: 'always 240 s',
    behindText: 'it follows the last byte',
    beforeText: 'it goes first, the rest behind it',
    rstInstead: 'there is none: a RST goes instead',
    finAgain: 'it sends its FIN again',
    closes: 'it is CLOSED',
    waitsForever: 'it waits',
    acksAndBeginsAnew: 'it acknowledges again, and counts 2 MSL anew',
    ignores: 'it ignores it',
    bothTimeWait: 'both wait in TIME-WAIT, then both are CLOSED',
    deadlock: 'each waits for the other: a deadlock',
    oneTimeWait: 'one waits in TIME-WAIT, the other is CLOSED',
    reset: 'with a RST',
    portInUse: 'one: the second is refused, the port is in use',
    replaced: 'one: the second takes the place of the first',
    byCookie: 'by the cookie in the request',
    byPort: 'by the client’s port',
    byConnection: 'by the connection',
    notAtAll: 'it does not',
    probes: 'it sends one byte, to see',
    sendsAll: 'it sends the rest all the same',
    saysNothing: 'no, not for so little',
    saysSo: 'yes, with an ACK',
    asksForMore: 'it asks for more',
    bySack: 'SACK: later segments arrived',
    byDuplicates: 'three duplicate ACKs',
    byProbe: 'silence: a tail loss probe',
    byTimeout: 'the retransmission timeout',
    dropsIt: 'it drops it without a word',
    evictsOldest: 'it drops the oldest one in the queue',
    acksAndDrops: 'it drops it, and answers with an ACK',
    delivers: 'it takes it for new text',
  },
};
