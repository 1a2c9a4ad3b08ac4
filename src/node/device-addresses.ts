// The two ends of a device: what may be ours and the kernel's address there, and what is wrong with others, in words.

import type { Prefix } from '../wire/address.ts';

/** What an address is that no host on that network can have (RFC 1122 §3.2.1.3, RFC 4291 §2); null: one can. */
export function hostAddressFault(prefix: Prefix): string | null {
  const { address, length } = prefix;
  if (length === 0) return 'One on a network of all addresses';
  if (address.isLoopback) return 'A loopback address';
  if (address.isMulticast) return 'A multicast address';
  if (address.isUnspecified || (address.family === 4 && address.d >>> 24 === 0))
    return 'One of "this network"';
  if (address.isMapped) return 'An IPv4-mapped address';
  const broadcast = prefix.broadcast();
  if (address.isLimitedBroadcast || broadcast?.equals(address)) return 'The broadcast address';
  const hostBits = 2 ** (32 - length) - 1;
  return broadcast !== null && (address.d & hostBits) === 0 ? 'The address of the network itself' : null;
}

/** Why the two cannot be the ends of one device, under the names that the user knows them by; null: they can. */
export function pairFault(ours: Prefix, kernel: Prefix, oursName: string, kernelName: string): string | null {
  if (ours.length !== kernel.length || !ours.contains(kernel.address)) {
    return `${oursName} ${ours} and ${kernelName} ${kernel} are not on one network`;
  }
  return ours.address.equals(kernel.address)
    ? `${oursName} and ${kernelName} are both ${ours.address}`
    : null;
}
