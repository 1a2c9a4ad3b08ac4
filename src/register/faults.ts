// SYNFIN_FAULTS: what a bad network does, as `name=value` with commas between. Numbers carry their units.

import type { Impairments } from '../sim/faults.ts';
import { SettingError } from './setting-error.ts';
import type { FaultSettings } from './settings.ts';

type Reader = (value: string) => Partial<Impairments>;

/** Thrown by readers: what the value should have been. */
class Expected extends Error {}

const TIMES = { us: 0.001, ms: 1, s: 1000 };
const RATES = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const SIZES = { B: 1, kB: 1e3, MB: 1e6 };

/** A decimal number and one of the units, in the first of them. */
function quantity(value: string, units: Readonly<Record<string, number>>, example: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]+)$/.exec(value) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits === undefined || factor === undefined) throw new Expected(`like ${example}`);
  return Number(digits) * factor;
}

function share(value: string): number {
  const digits = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (digits === undefined || Number(digits) > 100) throw new Expected('a percentage, like 1%');
  return Number(digits) / 100;
}

/** Two values with a slash between. */
function pair(value: string, example: string): [string, string] {
  const parts = value.split('/');
  if (parts.length !== 2) throw new Expected(`like ${example}`);
  return [parts[0]!, parts[1]!];
}

function atLeastOne(number: number, example: string): number {
  if (number < 1) throw new Expected(`like ${example}`);
  return Math.round(number);
}

const time = (value: string): number => quantity(value, TIMES, '30ms');

const READERS: Readonly<Record<string, Reader>> = {
  loss: (value) => ({ loss: share(value) }),
  burst: (value) => {
    const [enter, leave] = pair(value, '1%/25%').map(share);
    return { burstLoss: { enter: enter!, leave: leave! } };
  },
  delay: (value) => ({ delay: time(value) }),
  jitter: (value) => ({ jitter: time(value) }),
  rate: (value) => ({ rate: atLeastOne(quantity(value, RATES, '10mbit'), '10mbit') }),
  queue: (value) => ({ queueBytes: atLeastOne(quantity(value, SIZES, '64kB'), '64kB') }),
  duplicate: (value) => ({ duplicate: share(value) }),
  reorder: (value) => {
    const [probability, extraDelay] = pair(value, '1%/20ms');
    return { reorder: { probability: share(probability), extraDelay: time(extraDelay) } };
  },
  corrupt: (value) => ({ corrupt: share(value) }),
};

/** @throws SettingError */
export function parseFaults(text: string): FaultSettings {
  const seen = new Set<string>();
  let impairments: Partial<Impairments> = {};
  let seed = 0;
  for (const part of text.split(',').map((part) => part.trim())) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at).trim();
    const value = at < 0 ? '' : part.slice(at + 1).trim();
    if (name !== 'seed' && !Object.hasOwn(READERS, name)) {
      const names = [...Object.keys(READERS), 'seed'].join(', ');
      throw new SettingError('SYNFIN_FAULTS', text, `there is no '${name}'; there are ${names}`);
    }
    if (seen.has(name)) throw new SettingError('SYNFIN_FAULTS', text, `${name} is given twice`);
    seen.add(name);
    try {
      if (name === 'seed') seed = readSeed(value);
      else impairments = { ...impairments, ...READERS[name]!(value) };
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      throw new SettingError('SYNFIN_FAULTS', text, `${name} must be ${error.message}, not '${value}'`);
    }
  }
  return { impairments, seed };
}

function readSeed(value: string): number {
  const seed = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (!(seed < 2 ** 32)) throw new Expected('a whole number from 0 to 4294967295');
  return seed;
}
