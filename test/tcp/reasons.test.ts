// The rules that the engine says it follows, where other files show only what it does: all the reasons it gives in
// a conversation, in order. A segment of ours gives its reason when it leaves.

import { expect, test } from 'vitest';
import { established, OUR_ISS, Script } from '../support/script.ts';

const connect = (): Script => new Script().connect();
const listen = (): Script => new Script().listen().in('S 0:0');

/** Said of every connection that `connect` and `established` open, and of every one that a SYN makes. */
const ACTIVE = ['9293-3.10.1-active', '9293-3.5-syn'];
const OPEN = [...ACTIVE, '9293-3.10.7.3-fourth-established', '9293-3.5-ack'];
const PASSIVE = ['9293-3.10.1-passive', '9293-3.10.7.2-third', '9293-3.5-syn-ack'];

/** What is done, the conversation, how it begins, and what is said then. */
const CONVERSATIONS: readonly [string, () => Script, readonly string[], readonly string[]][] = [
  ['active open', () => established(), OPEN, []],
  ['passive open', () => listen().in('. 1:1 ack 1'), PASSIVE, ['9293-3.10.7.4-fifth-established']],
  [
    'close, we first',
    () => established().shutdown().in('. 1:1 ack 2').in('F. 1:1 ack 2').after(240_000),
    OPEN,
    [
      '9293-3.10.4-close',
      '9293-3.6-fin',
      '9293-3.10.7.4-fifth',
      '9293-3.10.7.4-fifth-fin-wait-2',
      '9293-3.10.7.4-eighth-time-wait',
      '9293-3.10.7.4-eighth',
      '9293-3.10.8-time-wait',
    ],
  ],
  [
    'close, the peer first',
    () => established().in('F. 1:1 ack 1').shutdown().in('. 2:2 ack 2'),
    OPEN,
    [
      '9293-3.10.7.4-eighth-close-wait',
      '9293-3.10.7.4-eighth',
      '9293-3.6-fin',
      '9293-3.6-fin',
      '9293-3.10.7.4-fifth',
      '9293-3.10.7.4-fifth-closed',
    ],
  ],
  [
    'close, both at once',
    () => established().shutdown().in('F. 1:1 ack 1').in('. 2:2 ack 2'),
    OPEN,
    [
      '9293-3.10.4-close',
      '9293-3.6-fin',
      '9293-3.10.7.4-eighth-closing',
      '9293-3.10.7.4-eighth',
      '9293-3.10.7.4-fifth',
      '9293-3.10.7.4-fifth-time-wait',
    ],
  ],
  [
    'close before the SYN is answered',
    () => connect().do((c, now) => c.close(now)),
    ACTIVE,
    ['9293-3.10.4-never-open'],
  ],
  ['abort', () => established().abort(), OPEN, ['9293-3.10.5-abort', '9293-3.10.5-abort']],
  [
    'simultaneous open',
    () => connect().in('S 0:0 <mss 1000>').in('. 1:1 ack 1'),
    ACTIVE,
    ['9293-3.10.7.3-fourth-simultaneous', '9293-3.5-syn-ack', '9293-3.10.7.4-fifth-established'],
  ],
  [
    'text, and its ACKs',
    () =>
      established()
        .write(10)
        .in('. 1:1 ack 11')
        .in('P. 1:11 ack 11')
        .after(200)
        .in('. 11:1011 ack 11')
        .in('. 1011:2011 ack 11'),
    OPEN,
    [
      '9293-3.8-data',
      '9293-3.10.7.4-fifth',
      '9293-3.10.7.4-seventh',
      '9293-3.8.6.3-delayed',
      '9293-3.10.7.4-seventh',
      '9293-3.10.7.4-seventh',
      '9293-3.8.6.3-second',
    ],
  ],
  [
    'text out of order',
    () => established().in('. 1001:2001 ack 1').in('. 1:1001 ack 1'),
    OPEN,
    ['9293-3.10.7.4-seventh-out-of-order', '5681-4.2-out-of-order', '9293-3.10.7.4-seventh', '5681-4.2-gap'],
  ],
  [
    'a small window',
    () => established().in('. 1:1 ack 1 win 100').write(1000),
    OPEN,
    ['9293-3.10.7.4-fifth-window', '9293-3.8.6.2.1-held'],
  ],
  ['Nagle', () => established().write(10).write(10), OPEN, ['9293-3.8-data', '9293-3.7.4-nagle']],
  [
    'nothing of ours is acknowledged',
    () => established().write(10).in('. 1:1 ack 1').in('. 1:1 ack 1 win 100'),
    OPEN,
    ['9293-3.8-data', '9293-3.10.7.4-fifth-duplicate', '9293-3.10.7.4-fifth-window'],
  ],
  [
    'outside the window',
    () => established().in('. 70001:70002 ack 1').in('R 70001:70001'),
    OPEN,
    ['9293-3.10.7.4-first', '9293-3.10.7.4-first', '9293-3.10.7.4-first-rst'],
  ],
  ['no ACK flag', () => established().in('P 1:11'), OPEN, ['9293-3.10.7.4-fifth-no-ack']],
  [
    'urgent',
    () => established().in('PU. 1:11 ack 1 urg 10'),
    OPEN,
    ['9293-3.10.7.4-sixth', '9293-3.10.7.4-seventh'],
  ],
  ['reset', () => established().in('R 1:1'), OPEN, ['9293-3.10.7.4-second']],
  [
    'reset with both sides closed',
    () => established().shutdown().in('F. 1:1 ack 1').in('R 2:2'),
    OPEN,
    [
      '9293-3.10.4-close',
      '9293-3.6-fin',
      '9293-3.10.7.4-eighth-closing',
      '9293-3.10.7.4-eighth',
      '9293-3.10.7.4-second-closed',
    ],
  ],
  ['SYN-SENT: refused', () => connect().in('R. 0:0 ack 1'), ACTIVE, ['9293-3.10.7.3-second']],
  [
    'SYN-SENT: a RST that acknowledges nothing',
    () => connect().in('R 0:0'),
    ACTIVE,
    ['9293-3.10.7.3-second-unacceptable'],
  ],
  [
    'SYN-SENT: an ACK of something never sent',
    () => connect().in('. 0:0 ack 9'),
    ACTIVE,
    ['9293-3.10.7.3-first', '9293-3.10.7.3-first'],
  ],
  ['SYN-SENT: neither SYN nor RST', () => connect().in('. 0:0 ack 1'), ACTIVE, ['9293-3.10.7.3-fifth']],
  ['SYN-RECEIVED: a RST', () => listen().in('R 1:1'), PASSIVE, ['9293-3.10.7.4-second-listen']],
  [
    'SYN-RECEIVED: another SYN',
    () => listen().in('S 1:1'),
    PASSIVE,
    ['9293-3.10.7.4-fourth-listen', '9293-3.10.7.4-fourth-listen'],
  ],
  [
    'SYN-RECEIVED: an ACK of something else',
    () => listen().in('. 1:1 ack 9'),
    PASSIVE,
    ['9293-3.10.7.4-fifth-unacceptable', '9293-3.10.7.4-fifth-unacceptable'],
  ],
  [
    'SYN-RECEIVED after a simultaneous open: a RST',
    () => connect().in('S 0:0').in('R 1:1'),
    ACTIVE,
    ['9293-3.10.7.3-fourth-simultaneous', '9293-3.5-syn-ack', '9293-3.10.7.4-second-refused'],
  ],
  ['a SYN is lost', () => connect().after(1000), ACTIVE, ['9293-3.10.8-retransmission', '6298-5.4-syn']],
  [
    'our window is closed, and a probe comes',
    () =>
      established({ parameters: { receiveBuffer: 10 } })
        .in('P. 1:11 ack 1')
        .in('. 11:12 ack 1'),
    OPEN,
    ['9293-3.10.7.4-seventh', '9293-3.8.6.1-answer'],
  ],
  [
    'a hard error',
    () => connect().do((c, now) => c.icmpError('hard', OUR_ISS, 'ECONNREFUSED', now)),
    ACTIVE,
    ['9293-3.9.2.2-hard'],
  ],
  [
    'the link is gone',
    () => established().do((c, now) => c.fail('ENETDOWN', now)),
    OPEN,
    ['local-link-down'],
  ],
];

test.each(CONVERSATIONS)('%s', (_what, conversation, opening, reasons) => {
  expect(conversation().rules.list().split(' ')).toEqual([...opening, ...reasons]);
});
