// From a hash to the numbers that have it: open addressing, in tables of a fixed size that split in two when they fill
// up (extendible hashing; Fagin et al., 1979). So the work of growing is never more than that of one table: 0.04 ms,
// where doubling one table with a million numbers takes 100.

/** What knows which of several numbers under one hash is the wanted one. */
export interface Matcher {
  matches(n: number): boolean;
}

const SLOTS = 512;
const MASK = SLOTS - 1;
/** Beyond this, unsuccessful searches grow long. */
const FULL = (3 * SLOTS) / 4;
/** Two tables that have no more than this together become one again. */
const SPARSE = SLOTS / 4;
/** So many tables, 2 ** 16, hold 25 million. */
const DEEPEST = 16;

class Table {
  /** How many of the hash's highest bits all that is in it have in common. */
  readonly depth: number;
  used = 0;
  /** In turn a hash, and the number that has it, plus one; 0: free. */
  readonly slots = new Int32Array(2 * SLOTS);

  constructor(depth: number) {
    this.depth = depth;
  }

  add(hash: number, n: number): void {
    const { slots } = this;
    let slot = hash & MASK;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & MASK;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = n + 1;
    this.used += 1;
  }

  /** Linear probing without tombstones: whoever sits behind the gap and could have had it moves into it. */
  closeGap(gap: number): void {
    const { slots } = this;
    let hole = gap;
    for (let slot = (hole + 1) & MASK; slots[2 * slot + 1] !== 0; slot = (slot + 1) & MASK) {
      const home = (slots[2 * slot] as number) & MASK;
      if (((slot - home) & MASK) < ((slot - hole) & MASK)) continue;
      slots[2 * hole] = slots[2 * slot] as number;
      slots[2 * hole + 1] = slots[2 * slot + 1] as number;
      hole = slot;
    }
    slots[2 * hole + 1] = 0;
    this.used -= 1;
  }
}

export class HashIndex {
  size = 0;
  /** By the highest `depth` bits of a hash. */
  private tables: Table[] = [new Table(0)];
  private depth = 0;
  /** Tables that differ from their neighbour in the last of those bits only. */
  private deepest = 1;

  /** Tables of 512 places: what the index holds. */
  get tableCount(): number {
    return new Set(this.tables).size;
  }

  /** The number under `hash` that matches; -1: there is none. */
  find(hash: number, matcher: Matcher): number {
    const { slots } = this.tableOf(hash);
    for (let slot = hash & MASK; ; slot = (slot + 1) & MASK) {
      const entry = slots[2 * slot + 1] as number;
      if (entry === 0) return -1;
      if (slots[2 * slot] === hash && matcher.matches(entry - 1)) return entry - 1;
    }
  }

  /** The caller has made sure that `n` is not in. */
  add(hash: number, n: number): void {
    let table = this.tableOf(hash);
    while (table.used >= FULL && table.depth < DEEPEST) {
      this.split(table, hash);
      table = this.tableOf(hash);
    }
    if (table.used >= MASK) throw new Error('too much has the same hash');
    table.add(hash, n);
    this.size += 1;
  }

  /** False: `n` was not in under this hash. */
  remove(hash: number, n: number): boolean {
    const table = this.tableOf(hash);
    const { slots } = table;
    let slot = hash & MASK;
    while (slots[2 * slot + 1] !== n + 1) {
      if (slots[2 * slot + 1] === 0) return false;
      slot = (slot + 1) & MASK;
    }
    table.closeGap(slot);
    this.size -= 1;
    if (table.used <= SPARSE / 2 && table.depth > 0) this.merge(table, hash);
    return true;
  }

  /** All numbers, as they are when it begins. */
  *[Symbol.iterator](): IterableIterator<number> {
    const numbers: number[] = [];
    for (const { slots } of new Set(this.tables)) {
      for (let at = 1; at < slots.length; at += 2)
        if (slots[at] !== 0) numbers.push((slots[at] as number) - 1);
    }
    yield* numbers;
  }

  private tableOf(hash: number): Table {
    return this.tables[this.depth === 0 ? 0 : hash >>> (32 - this.depth)] as Table;
  }

  private split(table: Table, hash: number): void {
    if (table.depth === this.depth) {
      this.tables = this.tables.flatMap((each) => [each, each]);
      this.depth += 1;
      this.deepest = 0;
    }
    const depth = table.depth + 1;
    const halves = [new Table(depth), new Table(depth)] as const;
    const { slots } = table;
    for (let at = 0; at < slots.length; at += 2) {
      const entry = slots[at + 1] as number;
      if (entry !== 0)
        halves[((slots[at] as number) >>> (32 - depth)) & 1]!.add(slots[at] as number, entry - 1);
    }
    if (depth === this.depth) this.deepest += 2;
    const first = (hash >>> (32 - depth)) & ~1;
    this.put(halves[0], first);
    this.put(halves[1], first + 1);
  }

  private merge(table: Table, hash: number): void {
    const { depth } = table;
    const prefix = hash >>> (32 - depth);
    const other = this.tables[(prefix ^ 1) << (this.depth - depth)] as Table;
    if (other.depth !== depth || other.used + table.used > SPARSE) return;
    const whole = new Table(depth - 1);
    for (const { slots } of [table, other]) {
      for (let at = 0; at < slots.length; at += 2) {
        const entry = slots[at + 1] as number;
        if (entry !== 0) whole.add(slots[at] as number, entry - 1);
      }
    }
    this.put(whole, prefix >>> 1);
    if (depth === this.depth) this.deepest -= 2;
    if (this.deepest === 0 && this.depth > 0) this.halve();
  }

  /** No table needs the last bit any more. */
  private halve(): void {
    this.tables = this.tables.filter((_, at) => at % 2 === 0);
    this.depth -= 1;
    this.deepest = 0;
    for (const { depth } of new Set(this.tables)) if (depth === this.depth) this.deepest += 1;
  }

  /** `table` has what begins with the `table.depth` bits of `prefix`. */
  private put(table: Table, prefix: number): void {
    const spread = this.depth - table.depth;
    const from = prefix << spread;
    this.tables.fill(table, from, from + (1 << spread));
  }
}
