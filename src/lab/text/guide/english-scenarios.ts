// What each scenario shows and why, and what its experiments are called.

import type { ScenarioTexts } from './messages.ts';

export const SCENARIOS: ScenarioTexts = {
  s1: {
    shows:
      'Three segments, because each end has to learn the other’s first sequence number and to hear that its own was understood. Watch when each end becomes ESTABLISHED: not at the same time.',
    experiments: {
      lostSyn: 'The SYN is lost',
      lostSynAck: 'The SYN,ACK is lost',
      lostAck: 'The ACK is lost',
      nobody: 'Nobody listens',
    },
  },
  s2: {
    shows:
      'Each direction is closed by itself: a FIN, and its ACK. That makes four segments, or three if the second FIN travels with the ACK of the first. Whoever closes first ends in TIME-WAIT.',
    experiments: { three: 'Three segments', server: 'The server closes first' },
  },
  s3: {
    shows:
      'A FIN says "I have nothing more to send", not "go away". The client has closed its direction; the server still sends, and the client still acknowledges.',
    experiments: { atOnce: 'Everything at once', linux: 'As Linux does it' },
  },
  s4: {
    shows:
      'Whoever closes first stays in TIME-WAIT for 2 MSL: 240 s by the RFC, 60 s on Linux, here as you set it. Its two endpoints are taken for as long, and with many connections the ports run out.',
    experiments: {
      rfc: '240 s, as the RFC has it',
      again: 'A new SYN meets TIME-WAIT',
      old: 'The old SYN meets TIME-WAIT',
      busy: 'The same port again',
      reuse: 'The same port, reuse allowed',
      crowd: '200 connections',
      noPorts: 'Ports run out',
    },
  },
  s5: {
    shows:
      'CLOSE-WAIT has no timer: it lasts until the program calls close(). A program that never does leaks a connection each time; the client, meanwhile, gives up FIN-WAIT-2 and is gone.',
    experiments: {
      drains: 'It sends the rest, then closes',
      drainsLong: 'A long rest: the FIN has to wait',
      leak: 'A leak of 20',
    },
  },
  s6: {
    shows:
      'The third segment of the handshake can carry text already: what the program has written by then goes with the ACK, and opens the connection at the server and fills it in one arrival.',
    experiments: {
      after: 'Written once it is open',
      lost: 'The third segment is lost',
      lostAfter: 'The bare ACK is lost',
    },
  },
  s7: {
    shows:
      'A RST ends a connection at once, and says nothing about why. Eight causes look alike at your end; the questions below tell them apart.',
    experiments: {
      closedPort: 'Nobody listens',
      oldSyn: 'An old duplicate SYN',
      abort: 'abort()',
      afterClose: 'Text for a program that has closed',
      stopped: 'Never accepted',
      rebooted: 'Rebooted',
      forged: 'Forged',
    },
  },
  s8: {
    shows:
      'The last ACK is never acknowledged itself, so it can get lost unnoticed. The server sends its FIN again, and somebody must still be there to answer: that is what TIME-WAIT is for.',
    experiments: {
      noWait: 'Without TIME-WAIT: the harm',
      thrice: 'Lost three times',
      none: 'Not lost',
    },
  },
  s9: {
    shows:
      'Both ends call connect() to each other at once. No server is needed: the SYNs cross, each end goes by SYN-RECEIVED, and exactly one connection comes of it.',
    experiments: { together: 'At the very same time', late: 'Too late to cross' },
  },
  s10: {
    shows:
      'Both ends close before either has heard of it. The FINs cross, both go by CLOSING, and both wait in TIME-WAIT. There is no deadlock.',
    experiments: { together: 'At the very same time', late: 'Too late to cross' },
  },
  s11: {
    shows:
      'A connection is known by both its ends: two addresses, two ports. So one listening port serves many, and one client port reaches two servers. A session is something else: it lives in a cookie, over several connections.',
    experiments: { session: 'A session over three connections', many: 'Eight connections' },
  },
  s12: {
    shows:
      'The receiver says with every ACK how much it has room for. When its program does not read, the window shrinks to zero and the sender waits, asking now and then whether it has opened.',
    experiments: {
      updateLost: 'The news that it opened is lost',
      silly: 'It reads a little at a time',
      never: 'It hardly ever reads',
    },
  },
  s13: {
    shows:
      'Nobody reports a loss. The sender infers it: from SACK, from duplicate ACKs, by a probe, or, slowest of all, by a timeout. Which one it is depends on what arrived behind the gap.',
    experiments: {
      duplicates: 'Without SACK',
      tail: 'The last one is lost',
      timeout: 'The last one, and no probe',
      early: 'The third last one',
      alone: 'The only one',
      none: 'Nothing is lost',
    },
  },
  s14: {
    shows:
      'SYNs from addresses that are nobody’s fill the queue, and a real client is not served. With cookies the server keeps nothing until an ACK returns; it forgets what the SYN asked for, and cannot repeat a SYN,ACK. All of it happens in this page alone.',
    experiments: {
      cookies: 'With cookies',
      options: 'What cookies forget',
      hangs: 'Cookies: the ACK is lost, the client waits',
      repaired: 'The same without cookies',
    },
  },
  s15: {
    shows:
      'Why three steps? A SYN of long ago may arrive. The server cannot tell; only the client can, and the third step is where it says so: here, with a RST. A server that believed the SYN would serve a ghost.',
    experiments: {
      twoSteps: 'If the SYN were enough',
      ghost: 'The ghost, with nobody to say RST',
      gone: 'Three steps, nobody to say RST',
      race: 'It arrives just before the real one',
    },
  },
  s16: {
    shows:
      'A segment of the old connection arrives late. In TIME-WAIT it is answered and dropped. Without TIME-WAIT it may meet the next connection of the same endpoints, and if its numbers fit, it is taken for that one’s text.',
    experiments: {
      harm: 'Without TIME-WAIT: the harm',
      paws: 'Without it, but with timestamps',
      assassinated: 'A RST ends TIME-WAIT',
      ignored: 'The RST is ignored',
    },
  },
  s17: {
    shows:
      'One end is gone, and no segment says so. Whoever has something to send finds out; whoever is silent never does, unless keep-alives ask.',
    experiments: {
      crash: 'It crashes',
      cut: 'The cable is cut',
      silent: 'It crashes, and nobody writes',
      keepAlive: 'It crashes; keep-alives ask',
      probed: 'It reboots; a keep-alive asks',
    },
  },
  s18: {
    shows:
      'Nothing happens by itself here: connect, listen, send and close as you like, and set what you like.',
    experiments: {},
  },
};
