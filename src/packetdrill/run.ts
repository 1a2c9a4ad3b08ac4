// A script run from its first line to its last against a host of ours, in virtual time: the verdict, and what there
// is to say about it.

import { parseScript } from './parser.ts';
import { Player } from './player.ts';
import type { RunOptions, RunResult } from './result.ts';
import { type Script, ScriptError } from './script.ts';
import { Settings } from './settings.ts';
import { symbolsFor } from './symbols.ts';
import { UnsupportedError } from './unsupported.ts';

/** Runs the script in `text`; `file` is how messages name it. It neither throws for what a script says nor waits. */
export function runScript(text: string, file: string, options: RunOptions): RunResult {
  try {
    const first = parseScript(file, text, symbolsFor(options.family, options.symbols));
    const family = familyOf(first) ?? options.family;
    const settings = new Settings({ ...options, family });
    const script = family === options.family ? first : parseScript(file, text, settings.symbols);
    return configure(script, settings) ?? new Player(script, options, settings).play();
  } catch (error) {
    if (error instanceof ScriptError) return unreadable(error);
    if (error instanceof UnsupportedError) return skip(error.message, error.at?.line ?? null);
    throw error;
  }
}

/** The IP version that the script itself asks for: what its words stand for may depend on it. */
function familyOf({ options }: Script): RunOptions['family'] | null {
  const asked = options.findLast(({ name }) => name === 'ip_version')?.value ?? null;
  return asked === null ? null : asked === 'ipv6' ? 6 : 4;
}

/** What the script says before its first event. Null: all of it was understood. */
function configure(script: Script, settings: Settings): RunResult | null {
  for (const option of script.options) {
    const reason = settings.option(option);
    if (reason !== null) return skip(reason, option.at.line);
  }
  const { init } = script;
  const reason = init === null ? null : settings.shell(init.command);
  return init === null || reason === null ? null : skip(reason, init.at.line);
}

function skip(reason: string, line: number | null): RunResult {
  return { result: 'skip', reason, line };
}

function unreadable({ at, message }: ScriptError): RunResult {
  return {
    result: 'fail',
    line: at.line,
    column: at.column,
    reason: message,
    source: '',
    expected: null,
    actual: null,
    conversation: [],
  };
}
