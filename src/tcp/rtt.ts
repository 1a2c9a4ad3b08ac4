// RFC 6298 §3 round-trip samples, from each ACK that delivers something; Karn's algorithm (MUST-18).

import { effectiveSendMss } from './mss.ts';
import type { Segment } from './segment.ts';
import { diff, gt } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { echoedRtt } from './timestamps.ts';

/**
 * What SEG delivered has been told to RACK. Of transmissions sent once, the one that waited longest counts; if
 * some were sent twice, only a timestamp can tell, and only when SND.UNA advanced (RFC 7323 §4.1).
 */
export function measureRtt(tcb: Tcb, seg: Segment, advanced: boolean, now: number): void {
  const { rack, rto, snd } = tcb;
  let rtt = rack.longest;
  if (rack.ambiguous || rtt < 0) rtt = advanced ? echoedRtt(tcb, seg, now) : -1;
  if (rtt < 0) return;
  if (rto.linux) {
    const round = gt(snd.una, snd.sampleRound);
    if (round) snd.sampleRound = snd.nxt;
    rto.sampleByLinux(rtt, round);
  } else {
    // RFC 7323 appendix G: an ACK for every second segment is that many samples in a round trip.
    const expected = Math.ceil(diff(snd.nxt, snd.una) / (2 * effectiveSendMss(tcb, 0)));
    rto.sample(rtt, Math.max(expected, 1));
  }
  if (!rack.ambiguous && rack.shortest >= 0) rto.minRtt = Math.min(rto.minRtt, rack.shortest);
}
