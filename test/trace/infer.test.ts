import { describe, expect, test } from 'vitest';
import { PeerInference, type SeenSegment } from '../../src/trace/infer.ts';

/** Both wrap within a few octets. */
const OURS = 2 ** 32 - 2;
const THEIRS = 2 ** 31 - 2;

/** `>` we send, `<` the peer sends; flags, relative seq, relative ack or null, text length; then its state. */
type Step = readonly ['>' | '<', string, number, number | null, number, string];

function run(before: 'LISTEN' | 'CLOSED', steps: readonly Step[]): string[] {
  const labels: string[] = [];
  follow(before, steps, (peer) => labels.push(label(peer)));
  return labels;
}

function follow(
  before: 'LISTEN' | 'CLOSED',
  steps: readonly Step[],
  after: (peer: PeerInference) => void = () => {},
): PeerInference {
  const peer = new PeerInference(before);
  for (const [direction, flags, seq, ack, length] of steps) {
    const [own, other] = direction === '>' ? [OURS, THEIRS] : [THEIRS, OURS];
    const segment = {
      flags,
      seq: (own + seq) >>> 0,
      ack: ack === null ? null : (other + ack) >>> 0,
      length,
    };
    if (direction === '>') peer.sent(segment);
    else peer.received(segment);
    after(peer);
  }
  return peer;
}

const label = ({ confidence, state }: PeerInference): string =>
  confidence === 'unknown' ? '' : (confidence === 'inferred' ? '~' : '') + state;

const OPENED: readonly Step[] = [
  ['>', 'SYN', 0, null, 0, ''],
  ['<', 'SYN,ACK', 0, 1, 0, 'SYN-RECEIVED'],
  ['>', 'ACK', 1, 1, 0, '~ESTABLISHED'],
];

const ACCEPTED: readonly Step[] = [
  ['<', 'SYN', 0, null, 0, 'SYN-SENT'],
  ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
  ['<', 'ACK', 1, 1, 0, 'ESTABLISHED'],
];

const PATHS: readonly (readonly [string, readonly Step[]])[] = [
  [
    '§3.5 fig. 6, we open: established once it answers our text',
    [...OPENED, ['>', 'PSH,ACK', 1, 1, 10, '~ESTABLISHED'], ['<', 'ACK', 1, 11, 0, 'ESTABLISHED']],
  ],
  [
    '§3.5 fig. 6, we open: text of its own proves it too',
    [...OPENED, ['<', 'PSH,ACK', 1, 1, 5, 'ESTABLISHED']],
  ],
  [
    '§3.5, we open: our ACK is lost, SYN,ACK comes again',
    [...OPENED, ['<', 'SYN,ACK', 0, 1, 0, 'SYN-RECEIVED'], ['>', 'ACK', 1, 1, 0, '~ESTABLISHED']],
  ],
  [
    '§3.5 fig. 6, it opens; data on the third ACK',
    [
      ['<', 'SYN', 0, null, 0, 'SYN-SENT'],
      ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
      ['<', 'PSH,ACK', 1, 1, 8, 'ESTABLISHED'],
    ],
  ],
  [
    '§3.5, it opens: our SYN,ACK is lost, SYN comes again',
    [
      ['<', 'SYN', 0, null, 0, 'SYN-SENT'],
      ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
      ['<', 'SYN', 0, null, 0, 'SYN-SENT'],
      ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
      ['<', 'ACK', 1, 1, 0, 'ESTABLISHED'],
    ],
  ],
  [
    '§3.5 fig. 7: simultaneous open',
    [
      ['>', 'SYN', 0, null, 0, ''],
      ['<', 'SYN', 0, null, 0, '~SYN-RECEIVED'],
      ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
      ['<', 'SYN,ACK', 0, 1, 0, 'SYN-RECEIVED'],
      ['>', 'ACK', 1, 1, 0, '~ESTABLISHED'],
      ['>', 'ACK', 1, 1, 4, '~ESTABLISHED'],
      ['<', 'ACK', 1, 5, 0, 'ESTABLISHED'],
    ],
  ],
  [
    '§3.5: our SYN is refused',
    [
      ['>', 'SYN', 0, null, 0, ''],
      ['<', 'RST,ACK', 0, 1, 0, 'CLOSED'],
    ],
  ],
  [
    '§3.5.1 fig. 9: an old ACK, our RST, our SYN again',
    [
      ['>', 'SYN', 0, null, 0, ''],
      ['<', 'ACK', 300, 100, 0, ''],
      ['>', 'RST', 100, null, 0, '~CLOSED'],
      ['>', 'SYN', 0, null, 0, ''],
      ['<', 'SYN,ACK', 0, 1, 0, 'SYN-RECEIVED'],
    ],
  ],
  [
    '§3.5.1 fig. 9 from the other side: it crashed, opens anew, resets what it does not know',
    [
      ...ACCEPTED,
      ['<', 'SYN', 5000, null, 0, 'SYN-SENT'],
      ['>', 'ACK', 1, 1, 0, 'SYN-SENT'],
      ['<', 'RST', 1, null, 0, 'SYN-SENT'],
    ],
  ],
  [
    '§3.6 fig. 12: we close first',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'ACK', 1, 2, 0, 'CLOSE-WAIT'],
      ['<', 'PSH,ACK', 1, 2, 50, 'CLOSE-WAIT'],
      ['>', 'ACK', 2, 51, 0, 'CLOSE-WAIT'],
      ['<', 'FIN,ACK', 51, 2, 0, 'LAST-ACK'],
      ['>', 'ACK', 2, 52, 0, '~CLOSED'],
    ],
  ],
  [
    '§3.6: our last ACK is lost, its FIN comes again',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'FIN,ACK', 1, 2, 0, '~LAST-ACK'],
      ['>', 'ACK', 2, 2, 0, '~CLOSED'],
      ['<', 'FIN,ACK', 1, 2, 0, '~LAST-ACK'],
      ['>', 'ACK', 2, 2, 0, '~CLOSED'],
    ],
  ],
  [
    '§3.6 fig. 12: it closes first',
    [
      ...ACCEPTED,
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
      ['>', 'ACK', 1, 2, 0, '~FIN-WAIT-2'],
      ['>', 'FIN,ACK', 1, 2, 0, '~TIME-WAIT'],
      ['<', 'ACK', 2, 2, 0, 'TIME-WAIT'],
    ],
  ],
  [
    '§3.6: it closes first, our ACK and FIN in one',
    [
      ...ACCEPTED,
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
      ['>', 'FIN,ACK', 1, 2, 0, '~TIME-WAIT'],
      ['<', 'ACK', 2, 2, 0, 'TIME-WAIT'],
    ],
  ],
  [
    '§3.6.1: half-close, we go on sending',
    [
      ...ACCEPTED,
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
      ['>', 'ACK', 1, 2, 0, '~FIN-WAIT-2'],
      ['>', 'PSH,ACK', 1, 2, 100, '~FIN-WAIT-2'],
      ['<', 'ACK', 2, 101, 0, 'FIN-WAIT-2'],
      ['>', 'FIN,ACK', 101, 2, 0, '~TIME-WAIT'],
    ],
  ],
  [
    '§3.6: our ACK of its FIN is lost',
    [
      ...ACCEPTED,
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
      ['>', 'ACK', 1, 2, 0, '~FIN-WAIT-2'],
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
    ],
  ],
  [
    '§3.6: text sent before its FIN came proves nothing about our ACK of the FIN',
    [
      ...ACCEPTED,
      ['>', 'PSH,ACK', 1, 1, 10, 'ESTABLISHED'],
      ['<', 'FIN,ACK', 1, 1, 0, 'FIN-WAIT-1'],
      ['>', 'ACK', 11, 2, 0, '~FIN-WAIT-2'],
      ['<', 'ACK', 2, 11, 0, '~FIN-WAIT-2'],
    ],
  ],
  [
    '§3.6 fig. 13: simultaneous close',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'FIN,ACK', 1, 1, 0, '~CLOSING'],
      ['>', 'ACK', 2, 2, 0, '~TIME-WAIT'],
      ['<', 'ACK', 2, 2, 0, '~TIME-WAIT'],
    ],
  ],
  [
    '§3.6: its text comes while our FIN is on the way, then the FIN again',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'PSH,ACK', 1, 1, 9, '~CLOSE-WAIT'],
      ['>', 'FIN,ACK', 1, 10, 0, '~CLOSE-WAIT'],
      ['<', 'ACK', 10, 2, 0, 'CLOSE-WAIT'],
    ],
  ],
  [
    '§3.6: its FIN is lost, or late: an ACK from behind it does not prove CLOSE-WAIT',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'ACK', 2, 2, 0, '~CLOSE-WAIT'],
      ['<', 'FIN,ACK', 1, 1, 0, 'CLOSING'],
    ],
  ],
  [
    '§3.6: the FIN that comes first may be its second one: LAST-ACK or CLOSING',
    [...ACCEPTED, ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'], ['<', 'FIN,ACK', 1, 2, 0, '~LAST-ACK']],
  ],
  [
    '§3.6: it sent from behind its FIN before it had ours: the FIN that comes is its second one',
    [
      ...ACCEPTED,
      ['<', 'ACK', 2, 1, 0, '~ESTABLISHED'],
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'FIN,ACK', 1, 2, 0, 'CLOSING'],
      ['>', 'ACK', 2, 2, 0, '~TIME-WAIT'],
      ['<', 'FIN,ACK', 1, 2, 0, 'CLOSING'],
    ],
  ],
  [
    '§3.6: text sent with the first FIN lost proves no CLOSE-WAIT either',
    [
      ...ACCEPTED,
      ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
      ['<', 'PSH,ACK', 1, 2, 9, '~CLOSE-WAIT'],
      ['<', 'ACK', 10, 2, 0, 'CLOSE-WAIT'],
    ],
  ],
  ['§3.5.2: we abort', [...ACCEPTED, ['>', 'RST', 1, null, 0, '~CLOSED']]],
  ['§3.5.2: it aborts', [...ACCEPTED, ['<', 'RST', 1, null, 0, 'CLOSED']]],
  [
    'an acknowledgment of what was never sent proves nothing',
    [...OPENED, ['<', 'ACK', 1, 5000, 0, '~ESTABLISHED']],
  ],
];

describe('PeerInference', () => {
  test.each(PATHS)('%s', (_name, steps) => {
    expect(run('LISTEN', steps)).toEqual(steps.map((step) => step[5]));
  });

  test('before anything came, the state is not known', () => {
    expect([new PeerInference().state, new PeerInference().confidence]).toEqual(['LISTEN', 'unknown']);
    expect(new PeerInference('CLOSED').state).toBe('CLOSED');
  });

  test('a refused segment proves nothing, but a repetition withdraws what was presumed', () => {
    const peer = new PeerInference('CLOSED');
    const syn: SeenSegment = { flags: 'SYN', seq: 0, ack: null, length: 0 };
    const fin: SeenSegment = { flags: 'FIN,ACK', seq: 1, ack: 1, length: 0 };
    const states = (refused: SeenSegment): string => {
      peer.refused(refused);
      return label(peer);
    };
    peer.received(syn);
    peer.sent({ flags: 'SYN,ACK', seq: 0, ack: 1, length: 0 });
    expect(states({ ...syn, seq: 9 })).toBe('~ESTABLISHED');
    expect(states(syn)).toBe('SYN-SENT');
    peer.received({ flags: 'ACK', seq: 1, ack: 1, length: 0 });
    for (const flags of ['FIN,ACK', 'RST']) expect(states({ ...fin, flags, seq: 900 })).toBe('ESTABLISHED');
    peer.received(fin);
    peer.sent({ flags: 'ACK', seq: 1, ack: 2, length: 0 });
    expect(label(peer)).toBe('~FIN-WAIT-2');
    expect(states(fin)).toBe('FIN-WAIT-1');
  });

  test.each<[string, readonly Step[], readonly [string, number, number | null], string]>([
    [
      'CLOSING, of a peer that may have got our FIN and the ACK of its own at once',
      [
        ...ACCEPTED,
        ['>', 'FIN,ACK', 1, 1, 0, '~CLOSE-WAIT'],
        ['<', 'FIN,ACK', 1, 1, 0, '~CLOSING'],
        ['>', 'FIN,ACK', 1, 2, 0, '~TIME-WAIT'],
        ['<', 'ACK', 2, 2, 0, '~TIME-WAIT'],
      ],
      ['FIN,ACK', 1, 1],
      '~CLOSING',
    ],
    [
      'SYN-RECEIVED, of a peer that may have got our SYN with its ACK only',
      [
        ['>', 'SYN', 0, null, 0, ''],
        ['<', 'SYN', 0, null, 0, '~SYN-RECEIVED'],
        ['>', 'SYN,ACK', 0, 1, 0, '~ESTABLISHED'],
        ['<', 'ACK', 1, 1, 0, '~ESTABLISHED'],
      ],
      ['SYN', 0, null],
      '~SYN-RECEIVED',
    ],
  ])('an old copy comes: it proves no %s', (_name, steps, [flags, at, ack], expected) => {
    const peer = follow('LISTEN', steps);
    peer.refused({
      flags,
      seq: (THEIRS + at) >>> 0,
      ack: ack === null ? null : (OURS + ack) >>> 0,
      length: 0,
    });
    expect(label(peer)).toBe(expected);
  });

  test('what we presume never becomes an observation because it looks like the beginning', () => {
    expect(
      run('CLOSED', [
        ['>', 'SYN', 0, null, 0, ''],
        ['>', 'RST', 1, null, 0, ''],
      ]),
    ).toEqual(['', '~CLOSED']);
  });

  test('more than 2 GiB after the handshake it is still the same connection', () => {
    const peer = new PeerInference();
    peer.received({ flags: 'SYN', seq: 0, ack: null, length: 0 });
    peer.sent({ flags: 'SYN,ACK', seq: 0, ack: 1, length: 0 });
    for (let at = 1; at < 2 ** 32; at += 2 ** 30) {
      peer.sent({ flags: 'ACK', seq: at, ack: 1, length: 2 ** 30 });
      peer.received({ flags: 'ACK', seq: 1, ack: (at + 2 ** 30) >>> 0, length: 0 });
    }
    peer.received({ flags: 'FIN,ACK', seq: 1, ack: 1, length: 0 });
    expect([peer.state, peer.confidence]).toEqual(['FIN-WAIT-1', 'observed']);
  });
});
