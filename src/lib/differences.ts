// A record of many numbers most of which are as usual: a mark for each says whether it is, and only the others are
// kept. One description serves both ways: what is passed is noted, or else what was noted is returned.

const MARKS = 32;

export class Differences {
  /** The numbers of one record, in the order in which they are passed. */
  private readonly all: Float64Array;
  private readonly usual: Float64Array;
  private readonly words: number;
  private readonly record: Float64Array;
  /** What arrays for records are sliced off: not integers, so that V8 keeps their items as bare doubles. */
  private readonly blank: readonly number[];
  private at = 0;
  private returns = false;
  private isFirst = true;

  /** `most`: how many numbers a record may have. What the first record has is usual. */
  constructor(most: number) {
    this.words = Math.ceil(most / MARKS);
    this.all = new Float64Array(this.words * MARKS);
    this.usual = new Float64Array(this.all.length);
    this.record = new Float64Array(this.words + this.all.length);
    this.blank = Array.from(this.record, () => 0.5);
  }

  /** What is passed from now on is noted. */
  note(): void {
    this.returns = false;
    this.at = 0;
  }

  number(value: number): number {
    const at = this.at++;
    if (this.returns) return this.all[at]!;
    this.all[at] = value;
    return value;
  }

  /** A number of 32 bits that mostly lies as far from `base` as usual. */
  near(value: number, base: number): number {
    return (this.number((value - base) | 0) + base) | 0;
  }

  flag(value: boolean): boolean {
    return this.number(value ? 1 : 0) === 1;
  }

  /** What was noted, in `old` if it has just the room, else in a new array. */
  keep(old: number[] | null): number[] {
    const { all, record, usual, words } = this;
    if (this.isFirst) this.usual.set(all);
    this.isFirst = false;
    let length = words;
    let marks = 0;
    for (let i = 0; i < all.length; i++) {
      const value = all[i]!;
      if (value !== usual[i]) {
        marks |= 1 << (i & (MARKS - 1));
        record[length++] = value;
      }
      if ((i & (MARKS - 1)) !== MARKS - 1) continue;
      record[i >> 5] = marks;
      marks = 0;
    }
    const kept = old !== null && old.length === length ? old : this.blank.slice(0, length);
    for (let i = 0; i < length; i++) kept[i] = record[i]!;
    return kept;
  }

  /** What `keep` made is returned from now on, whatever is passed. */
  recall(kept: readonly number[]): void {
    const { all, words } = this;
    all.set(this.usual);
    let next = words;
    for (let word = 0; word < words; word++) {
      for (let marks = kept[word]! | 0; marks !== 0; marks &= marks - 1) {
        all[word * MARKS + 31 - Math.clz32(marks & -marks)] = kept[next++]!;
      }
    }
    this.returns = true;
    this.at = 0;
  }
}
