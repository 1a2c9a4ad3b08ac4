// Scripts run by worker threads, so that Ctrl-C is heard while one runs, and one that breaks its thread breaks no
// other. Results come in the order of the files.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RunOptions, RunResult } from '../packetdrill/result.ts';

export interface Plan {
  /** How many scripts run at once. */
  readonly jobs: number;
  readonly run: RunOptions;
  /** The program of a thread. */
  readonly thread: string;
  /** A script has ended. */
  onDone(): void;
  /** Its turn to be reported has come. */
  onResult(file: string, result: RunResult): void;
}

/** What a thread is given to do. */
export interface Task {
  readonly file: string;
  readonly text: string;
}

/** Resolves when every file has been reported. */
export async function runAll(files: readonly string[], plan: Plan): Promise<void> {
  const results: (RunResult | undefined)[] = files.map(() => undefined);
  let reported = 0;
  let next = 0;
  const finish = (index: number, result: RunResult): void => {
    results[index] = result;
    plan.onDone();
    for (; reported < files.length; reported++) {
      const ready = results[reported];
      if (ready === undefined) return;
      plan.onResult(files[reported]!, ready);
    }
  };
  const work = async (): Promise<void> => {
    const thread = new Thread(plan);
    while (next < files.length) {
      const index = next++;
      finish(index, await runFile(thread, files[index]!));
    }
    await thread.end();
  };
  await Promise.all(Array.from({ length: Math.min(plan.jobs, files.length) }, work));
}

async function runFile(thread: Thread, file: string): Promise<RunResult> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return broken(`can't be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
  return thread.run({ file, text });
}

/** A failure that is not the script's. */
const broken = (reason: string): RunResult => ({
  result: 'fail',
  line: null,
  column: null,
  reason,
  source: '',
  expected: null,
  actual: null,
  conversation: [],
});

/** One thread, made when it is needed, and made again when a script has ended it. */
class Thread {
  readonly #plan: Plan;
  #worker: Worker | null = null;
  #settle: (result: RunResult) => void = () => {};

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  run(task: Task): Promise<RunResult> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker ??= this.#start();
      this.#worker.postMessage(task);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#plan.thread, { workerData: this.#plan.run });
    worker.on('message', (result: RunResult) => this.#settle(result));
    const lost = (reason: string): void => {
      // An error and the end of the thread are one loss, and another thread may be at work by then.
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#settle(broken(reason));
    };
    worker.on('error', (error) => lost(`the runner broke: ${error.message}`));
    worker.on('exit', (code) => lost(`the runner ended with code ${code}`));
    return worker;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}
