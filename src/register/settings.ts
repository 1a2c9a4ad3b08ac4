// What the environment asks for: SYNFIN_TUN, SYNFIN_TRACE, SYNFIN_FAULTS. docs/guide.md has the grammar.

import { hostAddressFault, pairFault } from '../node/device-addresses.ts';
import type { Impairments } from '../sim/faults.ts';
import { Prefix } from '../wire/address.ts';
import { parseFaults } from './faults.ts';
import { SettingError } from './setting-error.ts';

export interface TunSettings {
  readonly device: string;
  /** Ours and, at the same place of the other list, the kernel's. */
  readonly addresses: readonly Prefix[];
  readonly kernel: readonly Prefix[];
}

export interface TraceSettings {
  readonly ladder: boolean;
  /** The capture to write. */
  readonly file: string | null;
}

export interface FaultSettings {
  readonly impairments: Partial<Impairments>;
  readonly seed: number;
}

export interface Settings {
  /** Null: the network is in the process. */
  readonly tun: TunSettings | null;
  readonly trace: TraceSettings;
  /** Null: the network is perfect. */
  readonly faults: FaultSettings | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is empty is as one that is not set. @throws SettingError */
export function readSettings(environment: Environment): Settings {
  const { SYNFIN_TUN: tun = '', SYNFIN_TRACE: trace = '', SYNFIN_FAULTS: faults = '' } = environment;
  return {
    tun: tun === '' ? null : parseTun(tun),
    trace: parseTrace(trace),
    faults: faults === '' ? null : parseFaults(faults),
  };
}

const DEFAULT_ENDS = ['10.77.0.2/24', '10.77.0.1/24'];

/** `device`, or `device,ours/length,kernel/length` with as many pairs as wanted. */
function parseTun(text: string): TunSettings {
  const [device = '', ...given] = text.split(',').map((part) => part.trim());
  const bad = (why: string): SettingError => new SettingError('SYNFIN_TUN', text, why);
  if (!/^[\w.-]{1,15}$/.test(device) || /^\.\.?$/.test(device)) {
    throw bad('a device name is 1 to 15 letters, digits, dots, hyphens');
  }
  if (given.length % 2 !== 0) throw bad("after the device come pairs of addresses: ours, the kernel's");
  const ends = (given.length === 0 ? DEFAULT_ENDS : given).map((part) => {
    const prefix = Prefix.parse(part);
    if (prefix === null) throw bad(`'${part}' does not look like 10.77.0.2/24 or fd77::2/64`);
    const fault = hostAddressFault(prefix);
    if (fault !== null) throw bad(`'${part}': ${fault.toLowerCase()} is no address of a host`);
    return prefix;
  });
  const addresses = ends.filter((_, i) => i % 2 === 0);
  const kernel = ends.filter((_, i) => i % 2 === 1);
  for (const [i, ours] of addresses.entries()) {
    const fault = pairFault(ours, kernel[i]!, 'ours', "the kernel's");
    if (fault !== null) throw bad(fault);
  }
  return { device, addresses, kernel };
}

/** `ladder`, `FILE.pcapng`, or both with a comma between. */
function parseTrace(text: string): TraceSettings {
  const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
  const files = parts.filter((part) => part.endsWith('.pcapng'));
  const ladders = parts.filter((part) => part === 'ladder');
  if (files.length > 1 || ladders.length > 1 || files.length + ladders.length < parts.length) {
    const why = "it is 'ladder', a file whose name ends in .pcapng, or both with a comma between";
    throw new SettingError('SYNFIN_TRACE', text, why);
  }
  return { ladder: ladders.length > 0, file: files[0] ?? null };
}
