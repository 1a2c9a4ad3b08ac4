// `synfin packetdrill`: runs scripts against our stack, several at once, and says what became of each.
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { reportJson, reportText, Tally } from '../packetdrill/report.ts';
import type { RunOptions, RunResult } from '../packetdrill/result.ts';
import { CommandError, EXIT, runCommand } from './exit.ts';
import { runAll } from './packetdrill-pool.ts';

interface PacketdrillOptions {
  readonly profile: RunOptions['profile'];
  readonly options: RunOptions['options'];
  readonly window: RunOptions['window'];
  readonly ip: '4' | '6';
  readonly define: ReadonlyMap<string, string>;
  readonly jobs?: number;
  readonly json?: true;
  readonly verbose?: true;
}

/** What a directory's scripts end in. */
const SUFFIX = '.pkt';
const MOST_JOBS = 256;

/** Beside the command, in the package. */
const THREAD = join(import.meta.dirname, 'packetdrill-thread.js');

const HELP = `
Of a directory, all ${SUFFIX} files below it run, in the order of their names. For each script one line:

  pass FILE
  FAIL FILE:LINE: what is wrong, then the script's line, the packet expected and the one that came
  skip FILE:LINE: what the script needs and this runner does not have

Examples:
  synfin packetdrill test/packetdrill
  synfin packetdrill --ip 6 -D TFO_COOKIE=c1d1e9742a47a9bc fast-open.pkt
  synfin packetdrill --json scripts | jq -c 'select(.result == "fail")'

Exit codes:
  0    none failed, and at least one passed
  1    a script failed, can't be read or is malformed; or all were skipped
  2    wrong usage, or no scripts in the directories given
  130  interrupted by Ctrl-C (129: the terminal was closed, 143: SIGTERM)`;

export function packetdrillCommand(): Command {
  const choice = (flags: string, description: string, choices: readonly [string, ...string[]]): Option =>
    new Option(flags, description).choices(choices).default(choices[0]);
  return new Command('packetdrill')
    .description('run packetdrill scripts against our stack, in virtual time')
    .argument('<file...>', 'scripts, and directories of them')
    .addOption(choice('--profile <name>', 'whose defaults the stack has', ['linux', 'freebsd']))
    .addOption(choice('--options <how>', 'TCP options in order, or however arranged', ['strict', 'semantic']))
    .addOption(
      choice('--window <how>', 'windows as in the header, in bytes, or not', ['strict', 'scaled', 'ignore']),
    )
    .addOption(choice('--ip <version>', 'what the packets travel in', ['4', '6']))
    .addOption(
      new Option('-D, --define <name=value>', 'what a word of the scripts stands for; any number of times')
        .default(new Map(), 'none')
        .argParser(collectSymbol),
    )
    .option('--jobs <number>', 'how many run at once (default: one for each CPU)', parseJobs)
    .option('--json', 'one JSON object for each script, on a line of its own')
    .option('--verbose', 'the whole conversation of scripts that failed, not only its end')
    .addHelpText('after', HELP)
    .action((paths: string[], options: PacketdrillOptions) => runCommand(() => packetdrill(paths, options)));
}

async function packetdrill(paths: readonly string[], options: PacketdrillOptions): Promise<number> {
  const files = paths.flatMap(scriptsOf);
  if (files.length === 0) throw new CommandError(`no ${SUFFIX} files in ${paths.join(', ')}`, EXIT.usage);
  const tally = new Tally();
  const progress = new Progress(files.length);
  await runAll(files, {
    jobs: options.jobs ?? availableParallelism(),
    thread: THREAD,
    run: {
      profile: options.profile,
      options: options.options,
      window: options.window,
      family: options.ip === '6' ? 6 : 4,
      symbols: options.define,
    },
    onDone: () => progress.step(),
    onResult: (file, result) => {
      tally.add(result);
      progress.clear();
      process.stdout.write(report(file, result, options));
    },
  });
  progress.clear();
  if (!options.json) process.stdout.write(`${tally.text}\n`);
  return tally.ok ? EXIT.ok : EXIT.failed;
}

function report(file: string, result: RunResult, options: PacketdrillOptions): string {
  if (options.json) return `${reportJson(file, result)}\n`;
  const verbose = options.verbose === true;
  return `${reportText(file, result, { verbose }).join('\n')}\n`;
}

/** A file itself, whatever its name; whether it can be read is seen when its turn comes. */
function scriptsOf(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const below = readdirSync(path, { recursive: true, withFileTypes: true });
  const scripts = below.filter((entry) => !entry.isDirectory() && entry.name.endsWith(SUFFIX));
  return scripts.map((entry) => join(entry.parentPath, entry.name)).sort();
}

function collectSymbol(text: string, previous: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  if (match === null) throw new InvalidArgumentError('It must look like NAME=VALUE.');
  return new Map([...previous, [match[1]!, match[2]!]]);
}

function parseJobs(text: string): number {
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (jobs < 1 || jobs > MOST_JOBS) {
    throw new InvalidArgumentError(`It must be a number from 1 to ${MOST_JOBS}.`);
  }
  return jobs;
}

/** How far we are, on one line of the terminal that is written again and again; nothing where stderr is none. */
class Progress {
  private readonly all: number;
  private readonly shown = process.stderr.isTTY === true;
  private done = 0;

  constructor(all: number) {
    this.all = all;
  }

  step(): void {
    this.done++;
    if (this.shown) process.stderr.write(`\r\x1b[K${this.done} of ${this.all} scripts`);
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K');
  }
}
