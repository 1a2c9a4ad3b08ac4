// `node --import synfin/register app.js`: reads the environment, makes the network, and gives it to the program.

import cluster from 'node:cluster';
import { writeSync } from 'node:fs';
import { createNet } from '../net/net.ts';
import { TunError } from '../node/errors.ts';
import { replaceTcp } from './builtins.ts';
import { endWith } from './ending.ts';
import { ProgramNetwork } from './network.ts';
import { SettingError } from './setting-error.ts';
import { readSettings } from './settings.ts';

/** As the command `synfin` has them. */
const EXIT = { usage: 2, unavailable: 69 } as const;

/** Set once in a process, however often and by whatever door this is loaded. */
const REGISTERED: unique symbol = Symbol.for('synfin.register');

type Registry = typeof globalThis & { [REGISTERED]?: true };

/**
 * In a worker of a cluster it does nothing: connections come from the primary, which is another process, by the
 * kernel. For settings that cannot be meant, and devices that cannot be had, it ends the process.
 */
export function register(): void {
  const registry: Registry = globalThis;
  if (registry[REGISTERED] || cluster.isWorker) return;
  registry[REGISTERED] = true;
  try {
    const network = new ProgramNetwork(readSettings(process.env));
    endWith(network);
    replaceTcp(createNet(network));
  } catch (error) {
    if (!(error instanceof SettingError || error instanceof TunError)) throw error;
    writeSync(2, `synfin: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
    process.exit(error instanceof SettingError ? EXIT.usage : EXIT.unavailable);
  }
}
