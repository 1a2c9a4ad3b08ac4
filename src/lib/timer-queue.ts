// Deadlines of many connections: an intrusive binary heap, earliest first, ties in the order of setting.

/** What an entry carries for the queue. The queue writes all three; an entry is in at most one queue. */
export interface TimerEntry {
  /** Milliseconds; Infinity when not queued. */
  deadline: number;
  /** Where the entry lies in the heap; -1 when not queued. Starts as -1. */
  heapIndex: number;
  /** Counts the calls of `set`, which decides between equal deadlines. */
  order: number;
}

export class TimerQueue<T extends TimerEntry> {
  private readonly heap: T[] = [];
  private sets = 0;

  /** Entries queued. */
  get size(): number {
    return this.heap.length;
  }

  /** Queue `entry`, or move it, to `deadline` (ms); Infinity removes it. @throws RangeError for NaN. */
  set(entry: T, deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) {
      this.remove(entry);
      return;
    }
    if (Number.isNaN(deadline)) throw new RangeError('a deadline is a number of milliseconds');
    entry.deadline = deadline;
    entry.order = this.sets++;
    if (entry.heapIndex < 0) this.heap.push(entry);
    this.place(entry, entry.heapIndex < 0 ? this.heap.length - 1 : entry.heapIndex);
  }

  /** Take `entry` out; nothing happens if it is not in. */
  remove(entry: T): void {
    const index = entry.heapIndex;
    entry.deadline = Number.POSITIVE_INFINITY;
    if (index < 0) return;
    entry.heapIndex = -1;
    const last = this.heap.pop()!;
    if (last !== entry) this.place(last, index);
  }

  /** The earliest deadline, ms; Infinity when there is none. */
  next(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0]!.deadline;
  }

  /** Remove and return the earliest entry whose deadline is not after `now`; null when there is none. */
  takeDue(now: number): T | null {
    if (this.heap.length === 0) return null;
    const first = this.heap[0]!;
    if (first.deadline > now) return null;
    this.remove(first);
    return first;
  }

  /** Put `entry` into the hole at `hole`, then up or down to where it belongs. */
  private place(entry: T, hole: number): void {
    const heap = this.heap;
    let index = hole;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      above.heapIndex = index;
      index = parent;
    }
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (!isBefore(below, entry)) break;
      heap[index] = below;
      below.heapIndex = index;
      index = child;
    }
    heap[index] = entry;
    entry.heapIndex = index;
  }
}

function isBefore(a: TimerEntry, b: TimerEntry): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
