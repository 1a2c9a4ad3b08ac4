// What running a script takes and gives: the shapes between the runner, its report and the command line.

/** How a script is to be run. */
export interface RunOptions {
  /** Whose defaults the stack under test has. */
  readonly profile: 'linux' | 'freebsd';
  /** `strict`: a packet's options in the script's order, bytes equal; `semantic`: in any order, however padded. */
  readonly options: 'strict' | 'semantic';
  /** `strict`: `win` as it stands in the header; `scaled`: compared in bytes; `ignore`: not compared. */
  readonly window: 'strict' | 'scaled' | 'ignore';
  /** The IP version that the script's packets travel in. */
  readonly family: 4 | 6;
  /** `-D NAME=value`, which may stand wherever the script has a word. */
  readonly symbols: ReadonlyMap<string, string>;
}

/** What became of a script. */
export type RunResult = RunPass | RunSkip | RunFail;

/** The stack did what the script expects. */
export interface RunPass {
  readonly result: 'pass';
}

/** The script needs what the runner does not have. */
export interface RunSkip {
  readonly result: 'skip';
  readonly reason: string;
  /** Where the script needs it; null: throughout. */
  readonly line: number | null;
}

/** The stack did something else, or the script has an error. */
export interface RunFail {
  readonly result: 'fail';
  /** Null: nothing of the script could be read. */
  readonly line: number | null;
  /** Null where the whole line is meant. */
  readonly column: number | null;
  readonly reason: string;
  /** The event as the script says it; empty when the script can't be read. */
  readonly source: string;
  /** The packet or value that the script wants and the one that came, in the script's notation; null: neither fits. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** What was sent and received up to here, in the script's notation, oldest first. */
  readonly conversation: readonly string[];
}
