// More bytes than one wants to hold: a stream of them that follows from a seed, its hash, and the longest silence.

import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

const CHUNK = 256 * 1024;

/** What one direction came to. */
export interface Received {
  readonly bytes: number;
  readonly sha256: string;
  /** The longest time in which nothing came, from the first byte to the last, ms. */
  readonly longestSilence: number;
}

/** Write `bytes` bytes that follow from `seed`, as fast as they are taken, and end. Returns their SHA-256. */
export async function sendBulk(to: Writable, bytes: number, seed: number): Promise<string> {
  const key = Buffer.alloc(16);
  key.writeInt32LE(seed);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK);
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; left -= Math.min(left, CHUNK)) {
    const chunk = cipher.update(zeros.subarray(0, Math.min(left, CHUNK)));
    hash.update(chunk);
    if (!to.write(chunk)) await once(to, 'drain');
  }
  to.end();
  return hash.digest('hex');
}

export async function receiveBulk(from: Readable): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  let longestSilence = 0;
  let last = Number.POSITIVE_INFINITY;
  from.on('data', (part: Uint8Array) => {
    const now = performance.now();
    longestSilence = Math.max(longestSilence, now - last);
    last = now;
    bytes += part.length;
    hash.update(part);
  });
  await once(from, 'end');
  return { bytes, sha256: hash.digest('hex'), longestSilence };
}
