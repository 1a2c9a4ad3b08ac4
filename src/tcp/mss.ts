// §3.7 how large a segment may be.

import type { Parameters } from './parameters.ts';
import type { Tcb } from './tcb.ts';

const TCP_HEADER = 20;
/** The timestamps option with its two NOPs (RFC 7323 appendix A). */
const TIMESTAMPS_BYTES = 12;
/** The SACK option without its blocks, with two NOPs. */
const SACK_HEAD = 4;
const LEAST_TEXT = 8;
/** No peer makes us send less than this at a time, options included: CVE-2019-11479. */
const LEAST_MSS = 48;

const ipHeader = (family: 4 | 6): number => (family === 4 ? 20 : 40);

/** Bytes of a packet's headers, without options. */
export const headersOf = (family: 4 | 6): number => ipHeader(family) + TCP_HEADER;

/** What to assume when the peer announces nothing (§3.7.1, MUST-15). */
export const defaultMss = (family: 4 | 6): number => (family === 4 ? 536 : 1220);

/** What we announce (§3.7.1, MUST-67): the largest packet we can take, less the fixed headers. */
export function announcedMss(family: 4 | 6, mtu: number, parameters: Parameters): number {
  return clampedMss(Math.min(mtu - ipHeader(family) - TCP_HEADER, 65_535), parameters);
}

/** TCP_MAXSEG: what the application chose bounds the segments of both directions. */
export const clampedMss = (mss: number, { mssClamp }: Parameters): number =>
  mssClamp > 0 ? Math.min(mssClamp, mss) : mss;

/** The peer's MSS option, or its absence (0), as SND.MSS. */
export function peerMss(family: 4 | 6, option: number): number {
  return option === 0 ? defaultMss(family) : Math.max(option, LEAST_MSS);
}

/** Eff.snd.MSS, §3.7.1 (MUST-16), for a segment that carries `sackBytes` of SACK option: bytes of text. */
export function effectiveSendMss(tcb: Tcb, sackBytes: number): number {
  const path = tcb.pathMtu - ipHeader(tcb.remote.address.family) - TCP_HEADER;
  const options = (tcb.timestamps.on ? TIMESTAMPS_BYTES : 0) + sackBytes;
  return Math.max(Math.min(tcb.snd.mss, path) - options, 1);
}

/**
 * SACK blocks that one segment may carry (RFC 2018 §3): three beside timestamps, four without; fewer where
 * they would leave no room for text, since MTUs go down to 68.
 */
export function mostSackBlocks(tcb: Tcb): number {
  const fixed = ipHeader(tcb.remote.address.family) + TCP_HEADER + (tcb.timestamps.on ? TIMESTAMPS_BYTES : 0);
  const room = (tcb.pathMtu - fixed - SACK_HEAD - LEAST_TEXT) >> 3;
  return Math.max(Math.min(tcb.timestamps.on ? 3 : 4, room), 0);
}

/** The handshake is done, or the path changed: what one full segment carries. */
export function setSegmentSize(tcb: Tcb): void {
  tcb.board.smss = effectiveSendMss(tcb, 0);
  tcb.congestion.setSegmentSize(tcb.board.smss);
}

/** Packets of `mtu` bytes are sent from now on. */
export function setPathMtu(tcb: Tcb, mtu: number): void {
  tcb.pathMtu = mtu;
  if (tcb.congestion.cwnd > 0) setSegmentSize(tcb);
}

/** Text bytes that one segment may carry where the link cuts super-segments, a whole number of `mss`. */
export function superSegmentText(tcb: Tcb, mss: number, sackBytes: number): number {
  if (tcb.superSegment <= tcb.pathMtu) return mss;
  const headers = ipHeader(tcb.remote.address.family) + TCP_HEADER;
  const options = (tcb.timestamps.on ? TIMESTAMPS_BYTES : 0) + sackBytes;
  const room = Math.min(tcb.superSegment, 65_535) - headers - options;
  return Math.max(Math.floor(room / mss), 1) * mss;
}
