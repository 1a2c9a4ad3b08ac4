// What this process holds, and what it has allocated. Needs `--expose-gc`.

import { getHeapSpaceStatistics } from 'node:v8';

/** Bytes that this process holds, garbage excluded. */
export function held(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Bytes allocated since the last collection. What the compiler makes meanwhile lies elsewhere, and is not counted.
 */
export function allocated(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) =>
    /^new_(large_object_)?space$/.test(space_name),
  );
  return spaces.reduce((sum, space) => sum + space.space_used_size, 0);
}
