// A record of many values most of which are as usual: one mark says for each whether it is, and only the others are
// kept. One description serves both ways: what is passed is written, or else what was written is returned.

const MARKS_IN_WORD = 32;

export class Differences {
  private readonly marks: Int32Array;
  private readonly values: Float64Array;
  private readonly blank: readonly number[];
  private at = 0;
  private count = 0;
  private reading = false;

  /** `most`: how many values a record may describe. */
  constructor(most: number) {
    this.marks = new Int32Array(Math.ceil(most / MARKS_IN_WORD));
    this.values = new Float64Array(most);
    // Fractions, so that V8 keeps this array, and what is sliced off it, as bare doubles: 8 bytes each.
    this.blank = Array.from({ length: this.marks.length + most }, () => 0.5);
  }

  /** What is passed from now on is written down. */
  write(): void {
    this.reading = false;
    this.at = 0;
    this.count = 0;
    this.marks.fill(0);
  }

  /** What was written into `record` is returned from now on, in the same order. */
  read(record: readonly number[]): void {
    this.reading = true;
    this.at = 0;
    this.count = 0;
    const words = this.marks.length;
    for (let i = 0; i < words; i++) this.marks[i] = record[i]!;
    for (let i = words; i < record.length; i++) this.values[i - words] = record[i]!;
  }

  /** `value` is kept, unless it is as usual. */
  number(value: number, usual: number): number {
    const word = this.at >> 5;
    const mark = 1 << (this.at & 31);
    this.at += 1;
    if (this.reading) return (this.marks[word]! & mark) === 0 ? usual : this.values[this.count++]!;
    if (value !== usual) {
      this.marks[word]! |= mark;
      this.values[this.count++] = value;
    }
    return value;
  }

  /** The same for a truth, which takes no more than its mark. */
  flag(value: boolean, usual: boolean): boolean {
    const word = this.at >> 5;
    const mark = 1 << (this.at & 31);
    this.at += 1;
    if (this.reading) return ((this.marks[word]! & mark) !== 0) !== usual;
    if (value !== usual) this.marks[word]! |= mark;
    return value;
  }

  /** What was written, in `record` if it has just the room, else in a new array. */
  record(record: number[] | null): number[] {
    const words = this.marks.length;
    const length = words + this.count;
    const target = record !== null && record.length === length ? record : this.blank.slice(0, length);
    for (let i = 0; i < words; i++) target[i] = this.marks[i]!;
    for (let i = 0; i < this.count; i++) target[words + i] = this.values[i]!;
    return target;
  }
}
