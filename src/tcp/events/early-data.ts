// RFC 7413 §4.2.2: a listener takes the text, and the FIN, that came with a SYN.

import { FIN, SYN } from '../../wire/tcp.ts';
import { effectiveSendMss } from '../mss.ts';
import { startTuning } from '../receive-buffer.ts';
import type { Segment } from '../segment.ts';
import { add } from '../seq.ts';
import type { Tcb } from '../tcb.ts';
import { processFin, processText } from '../text.ts';
import type { FastOpenVariables } from '../variables.ts';
import { initSendWindow, receiveWindow } from '../window.ts';

/** `syn`, which made this TCB, had a good cookie. Its text is in order; the SYN,ACK will acknowledge it. */
export function takeEarlyData(tcb: Tcb, fastOpen: FastOpenVariables, syn: Segment, now: number): void {
  fastOpen.accepted = true;
  fastOpen.taken = syn.textLength > 0;
  syn.unscaledWindow = true;
  initSendWindow(tcb, syn);
  startTuning(tcb, now);
  tcb.congestion.setSegmentSize(effectiveSendMss(tcb, 0));
  if (tcb.probe !== null) tcb.probe.rule(tcb, '7413-4.2.2-accepted', now);
  const room = receiveWindow(tcb);
  if (syn.textLength > room) {
    syn.textLength = room;
    syn.flags &= ~FIN;
  }
  syn.seq = add(syn.seq, 1);
  syn.flags &= ~SYN;
  processText(tcb, syn, now);
  processFin(tcb, syn, now);
}
