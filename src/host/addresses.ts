// RFC 1122 §3.2.1.3, RFC 9293 §3.9.2.3: whose packets a host listens to. What is from or for an address that
// cannot be a conversation's end is dropped in silence (MUST-57, MUST-63), above all what claims to be from us:
// that comes over a loopback and nowhere else, and nothing else comes there.

import type { IpHeader } from '../wire/ip.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import type { Interface } from './interface.ts';

const MAPPED = 0xffff;

/** Why a packet that arrived on `via` is not for us to look at; null = it is. */
export function addressFault(core: Core, via: Interface, header: IpHeader): DropReason | null {
  const { source, destination } = header;
  const v4 = header.family === 4;
  if (v4 ? destination[3]! >>> 28 === 14 : destination[0]! >>> 24 === 0xff) return 'multicast';
  if (v4 && (destination[3] === -1 || via.isBroadcast(destination))) return 'broadcast';
  if (!via.isOwn(destination)) return 'not-ours';
  if (via.loopback) return via.isOwn(source) && !(v4 && via.isBroadcast(source)) ? null : 'bad-source';
  if (v4 ? isBadIpv4(source[3]!) || via.isBroadcast(source) : isBadIpv6(source)) return 'bad-source';
  for (const other of core.interfaces) if (other.isOwn(source)) return 'own-source';
  return null;
}

/** "This network", loopback, multicast, limited broadcast. */
function isBadIpv4(word: number): boolean {
  return word >>> 24 === 0 || word >>> 24 === 127 || word >>> 28 === 14 || word === -1;
}

/** Unspecified, loopback, multicast, or an IPv4 address in disguise. */
function isBadIpv6(words: Int32Array): boolean {
  if (words[0]! >>> 24 === 0xff) return true;
  if ((words[0]! | words[1]!) !== 0) return false;
  return words[2] === MAPPED || (words[2] === 0 && words[3]! >>> 0 <= 1);
}
