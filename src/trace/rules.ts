// What each rule of the engine says to a person, in a few words. The compiler checks that none is missing.

import type { RuleId } from '../tcp/rules.ts';

/** What a rule says to a person, and where it stands. */
export interface Rule {
  /** 0: no RFC asks for it, the limit is ours. */
  readonly rfc: number;
  /** `3.10.7.4`. */
  readonly section: string;
  /** At most 60 characters. */
  readonly text: string;
}

const TEXTS: Readonly<Record<RuleId, string>> = {
  '9293-3.10.1-active': 'active OPEN: this end begins the handshake',
  '9293-3.10.1-passive': 'passive OPEN: a listener was waiting for a SYN',
  '9293-3.10.4-close': 'CLOSE: nothing more to send, a FIN ends our text',
  '9293-3.6.1-unread': 'closed with text unread: RST tells the peer it is lost',
  '9293-3.10.4-never-open': 'closed before there was a connection',
  '9293-3.10.5-abort': 'ABORT: drop everything, tell the peer by RST',

  '9293-3.10.7.1-reset': 'no connection here: answered by RST',

  '9293-3.10.7.2-third': 'a SYN for a listener: a connection begins',

  '9293-3.10.7.3-first': 'it acknowledges something we never sent',
  '9293-3.10.7.3-second': 'RST in answer to our SYN: connection refused',
  '9293-3.10.7.3-second-unacceptable': 'a RST that does not acknowledge our SYN: ignored',
  '9293-3.10.7.3-fourth-established': 'our SYN is acknowledged, theirs is here: open',
  '9293-3.10.7.3-fourth-simultaneous': 'their SYN crossed ours: simultaneous open',
  '9293-3.10.7.3-fifth': 'neither SYN nor RST',

  '9293-3.10.7.4-first': 'outside our window: an ACK says what we expect',
  '9293-3.10.7.4-first-rst': 'a RST outside our window: ignored',
  '9293-3.10.7.4-second': 'RST: the peer ended the connection at once',
  '9293-3.10.7.4-second-listen': 'RST during the handshake: back to listening',
  '9293-3.10.7.4-second-refused': 'RST during simultaneous open: connection refused',
  '9293-3.10.7.4-second-closed': 'RST with both sides closed: no need to wait on',
  '9293-3.10.7.4-fourth-listen': 'another SYN during the handshake: back to listening',
  '9293-3.10.7.4-fifth': 'new acknowledgment: SND.UNA moves forward',
  '9293-3.10.7.4-fifth-no-ack': 'no ACK flag',
  '9293-3.10.7.4-fifth-established': 'our SYN is acknowledged: handshake complete',
  '9293-3.10.7.4-fifth-unacceptable': 'the ACK is not for our SYN: answered by RST',
  '9293-3.10.7.4-fifth-unsent': 'it acknowledges what we have not sent yet',
  '9293-3.10.7.4-fifth-duplicate': 'an ACK that acknowledges nothing new',
  '9293-3.10.7.4-fifth-window': 'the peer offers a new window',
  '9293-3.10.7.4-fifth-fin-wait-2': 'our FIN is acknowledged; the peer may go on sending',
  '9293-3.10.7.4-fifth-time-wait': 'our FIN is acknowledged, both closed: wait 2 MSL',
  '9293-3.10.7.4-fifth-closed': 'our FIN is acknowledged: closed both ways, done',
  '9293-3.10.7.4-sixth': 'urgent data announced',
  '9293-3.10.7.4-seventh': 'text in order: taken, its ACK is due',
  '9293-3.10.7.4-seventh-out-of-order': 'text behind a gap: kept until the gap is filled',
  '9293-3.10.7.4-seventh-no-room': 'no room for more text out of order: dropped',
  '9293-3.10.7.4-seventh-after-fin': 'text behind the FIN: ignored',
  '9293-3.10.7.4-eighth': 'their FIN: acknowledged at once, it counts one',
  '9293-3.10.7.4-eighth-close-wait': 'their FIN: the peer has sent all, we still may send',
  '9293-3.10.7.4-eighth-closing': 'their FIN came before ours was acknowledged: both close',
  '9293-3.10.7.4-eighth-time-wait': 'their FIN, ours is acknowledged: wait 2 MSL',
  '9293-3.10.7.4-eighth-again': 'their FIN again: our ACK was lost, 2 MSL begin anew',

  '9293-3.10.8-retransmission': 'retransmission timeout: not acknowledged in time',
  '9293-3.10.8-time-wait': '2 MSL are over: old duplicates are gone',
  '9293-3.10.8-user': 'user timeout: nothing moved for as long as was asked',

  '9293-3.5-syn': 'first SYN: our initial sequence number and our options',
  '9293-3.5-syn-ack': 'their SYN is acknowledged, and here is ours',
  '9293-3.5-ack': 'their SYN is acknowledged: the third step of three',
  '9293-3.6-fin': 'FIN: all our text is sent',
  '9293-3.6.1-data-after-close': 'text for an end that reads no more: RST',
  'local-lingering-limit': 'too many that nobody waits for: the oldest gives way',
  'local-fin-wait-2': 'the peer never closed and nobody reads: given up',
  'local-cork': 'corked: less than a full segment waits for more',
  'local-orphan': 'closed, and the peer never took the rest: given up',
  '9293-3.7.4-nagle': 'Nagle: less than a full segment waits for an ACK',
  '9293-3.8-data': 'text the peer has room for',
  '9293-3.8.3-r1': 'R1: so many retransmissions that the path is in doubt',
  '9293-3.8.3-r2': 'R2: retransmitted for too long, connection given up',
  '9293-3.8.4-probe': 'keep-alive: is the peer still there?',
  '9293-3.8.4-dead': 'keep-alive unanswered too often: the peer is gone',
  '9293-3.8.5-urgent': 'urgent data waits behind a closed window: say so at once',
  '9293-3.8.6.1-probe': 'zero-window probe: has the window opened?',
  '9293-3.8.6.1-answer': 'answer to a probe: our window is still this',
  '9293-3.8.6.1-refused': 'the window opened: the octet it refused goes again',
  '9293-3.8.6.2.1-held': 'too little room for a segment: wait for more',
  '9293-3.8.6.2.1-override': 'waited for room long enough: send what fits',
  '9293-3.8.6.2.2-update': 'window update: there is more room than the peer knows',
  '9293-3.8.6.3-delayed': 'delayed ACK: its wait is over',
  '9293-3.8.6.3-second': 'an ACK for every second full-sized segment',
  'local-quick-ack': 'the peer begins or is in trouble: an ACK for each segment',
  'local-read-ack': 'all was read and the peer may wait for this ACK',
  '9293-3.9.2.2-soft': 'ICMP soft error: noted, the connection goes on',
  'local-link-down': 'the link is gone: the connection ends with it',
  '9293-3.9.2.2-hard': 'ICMP hard error: the connection cannot be made',

  '1191-6.4-too-big': 'too big for the path: smaller segments from now on',
  '1337-4-rst': 'a RST does not end TIME-WAIT early',
  '2883-4-duplicate': 'it came again: a D-SACK tells the sender so',
  '2883-5-undo': 'all that was resent came twice: nothing was lost, undone',
  '3522-3.2-undo': 'the ACK is for the first copy: nothing was lost, undone',
  '3168-6.1.1-on': 'both ends speak ECN: routers may mark instead of drop',
  '3168-6.1.1-reflected': 'our own ECN flags came back: the peer knows no ECN',
  '3168-6.1.1.1-fallback': 'a SYN with ECN was not answered: this one is without',
  '3168-6.1.2-ece': 'ECE: what we sent was marked, slow down as for a loss',
  '3168-6.1.3-ce': 'CE: a router marked it, ECE says so until CWR comes',
  '3168-6.1.3-cwr': 'CWR: the peer has slowed down, an ACK without ECE',
  '4987-3.6-cookie': 'SYN cookie: the SYN,ACK itself keeps what we must know',
  '4821-7.5-probe': 'a larger segment: does the path carry it?',
  '4821-7.6.1-larger': 'the larger segment arrived: all may be as large now',
  '4821-7.6.2-failed': 'the larger segment was lost: no sign of congestion',
  '4821-7.7-black-hole': 'nothing so large arrives: smaller segments from now on',
  '5482-3.1-adopt': 'the peer says how long it waits: adopted within limits',
  '5482-3.1-advertise': 'the peer is told how long we wait',
  '5681-3.2-fast-retransmit': 'third duplicate ACK: sent again without waiting',
  '5681-4.2-out-of-order': 'out of order: an ACK at once says what is still missing',
  '5681-4.2-gap': 'a gap is filled: ACK at once',
  '5682-2.1-forward': 'F-RTO: new text, to see whether the old still arrives',
  '5682-2.1-undo': 'F-RTO: the old text still arrives, the timeout is undone',
  '5927-4.1-not-in-flight': 'ICMP about nothing in flight: ignored',
  '5927-7.2-doubted': 'ICMP says less than got through: not believed yet',
  '5961-3.2-challenge': 'RST not exactly at RCV.NXT: challenge ACK',
  '5961-4.2-challenge': 'SYN within a connection: challenge ACK',
  '5961-5.2-challenge': 'acknowledges too old or unsent text: challenge ACK',
  '5961-7-limit': 'enough challenge ACKs for now: this one is not sent',
  '6191-2-reuse': 'a later SYN in TIME-WAIT: a new connection may begin',
  '6298-5.4-retransmit': 'RTO passed: the earliest text is sent again',
  '6298-5.4-syn': 'RTO passed: the SYN is sent again',
  '6298-5.4-fin': 'RTO passed: the FIN is sent again',
  '6582-3.2-partial': 'partial ACK: the next hole is sent again',
  '7413-4.2.1-request': 'Fast Open: the SYN asks for a cookie for next time',
  '7413-4.2.2-accepted': 'Fast Open: the cookie is good, the text of the SYN counts',
  '7413-4.2.2-data': 'Fast Open: text in the SYN, a round trip early',
  '7413-4.2.2-resend': 'the SYN was taken without its text: it goes again',
  '7323-3.2-missing': 'the negotiated timestamps are missing',
  '7323-5.3-paws': 'its timestamp is too old: an old duplicate',
  '7661-4.4.2-loss': 'a loss: the window counts as far as it was used',
  '7661-4.4.3-unused': 'so large a window was not used: it is lowered',
  '8985-6.2-lost': 'RACK: sent before what has arrived, and too late: lost',
  '8985-7.3-probe': 'tail loss probe: no ACK came, ask for one',
  '8985-7.4-repaired': 'the tail loss probe repaired a loss',
  '9768-3.1.1-on': 'both ends count marks: AccECN',
  '9768-3.1.4.1-fallback': 'two SYNs with AccECN were not answered: one without',
  '9768-3.1.4.2-fallback': 'two SYN,ACKs with AccECN were lost: one without',
  '9768-3.2.2-marks': 'ACE went on: what we sent was marked, slow down',
  '9768-3.2.2.3-mangled': 'the path changes ECN marks: nothing is sent as ECT now',
  '9768-3.2.2.4-zeroed': 'ACE came as zero: the path clears it, no more ECT',
  '9768-3.2.2.5.1-change': 'CE after a packet without: an ACK at once tells',
  '9768-3.2.2.5.1-count': 'enough marks for an ACK, before the counter wraps',
};

const ID = /^(\d+)-([\d.]+)/;

function rule(id: string, text: string): Rule {
  const parts = ID.exec(id);
  return parts === null ? { rfc: 0, section: '', text } : { rfc: Number(parts[1]), section: parts[2]!, text };
}

/** Every rule by its id. RFC and section are those in the id; a rule that no RFC gives has neither. */
export const RULES = Object.fromEntries(
  Object.entries(TEXTS).map(([id, text]) => [id, rule(id, text)]),
) as Readonly<Record<RuleId, Rule>>;

/** Where a FIN takes the state (§3.10.7.4 eighth). */
export const isFinsDoing = (id: RuleId): boolean => id.startsWith('9293-3.10.7.4-eighth-');

/** Dropped by this rule, a segment has told nothing: from the seventh step on, its ACK has been taken. */
export const isRefusal = (id: RuleId): boolean => !id.startsWith('9293-3.10.7.4-seventh');

/** Said with it where the arriving segment has no FIN: the FIN came earlier, out of order. */
export const LATE_FIN = 'the gap is filled: the FIN that waited behind it counts now';

/** `RFC 9293 §3.10.7.4`; `no RFC` for a rule of our own. */
export function formatRule(id: RuleId): string {
  const { rfc, section } = RULES[id];
  return rfc === 0 ? 'no RFC' : `RFC ${rfc} §${section}`;
}
