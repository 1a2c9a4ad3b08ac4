// How a script has its host: option lines, and the shell commands that set sysctls. Later connections see what was
// set in the middle of a script, and open ones what Linux too reads anew each time.

import type { HostLimits } from '../host/limits.ts';
import { checkParameters } from '../tcp/parameter-check.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { FREEBSD, LINUX } from '../tcp/presets.ts';
import { Address, Prefix } from '../wire/address.ts';
import { type Configurable, runShell } from './commands.ts';
import { applyOption } from './option-lines.ts';
import type { RunOptions } from './result.ts';
import type { ScriptOption } from './script.ts';
import { symbolsFor } from './symbols.ts';
import type { ParameterName, ParameterValue } from './sysctls.ts';
import { freebsdSysctl } from './sysctls-freebsd.ts';
import { linuxSysctl } from './sysctls-linux.ts';

/** Parameters while they may still change. */
export type OpenParameters = { -readonly [K in keyof Parameters]: Parameters[K] };

/** The addresses that scripts are written for: the Fast Open cookies that they expect are made of them. */
const ADDRESSES = {
  4: { local: '192.168.0.1', prefix: 16, remote: '192.0.2.1', gateway: '192.168.0.2' },
  6: {
    local: 'fd3d:a0b:17d6::1',
    prefix: 64,
    remote: 'fd3d:fa7b:d17d::1',
    gateway: 'fd3d:a0b:17d6:8888::1',
  },
} as const;

/** So that the MSS is 1460 in both families. */
const MTU = { 4: 1500, 6: 1520 } as const;

/** The sysctls that scripts for Linux begin with: `defaults.sh`. */
const LINUX_DEFAULTS: Readonly<Partial<Record<ParameterName, ParameterValue>>> = {
  receiveBuffer: 540_000,
  receiveBufferMax: 15 * (1 << 20),
  sendBuffer: 262_144,
  sendBufferMax: 4 * (1 << 20),
  windowScaling: true,
  timestamps: true,
  sack: true,
  dsack: true,
  reordering: 3,
  congestionControl: 'cubic',
  initialWindow: 10,
  slowStartAfterIdle: false,
  tailLossProbe: true,
  ecn: 'off',
  synCookies: 'overflow',
  synRetries: 5,
  synAckRetries: 5,
};

/** net.ipv4.tcp_fastopen: client, server, and every listener without asking. */
const FASTOPEN_DEFAULT = 0x70403;
const FASTOPEN_CLIENT = 0x1;
const FASTOPEN_SERVER = 0x2;
const FASTOPEN_CLIENT_WITHOUT_COOKIE = 0x4;
const FASTOPEN_SERVER_WITHOUT_COOKIE = 0x200;
const FASTOPEN_EVERY_LISTENER = 0x400;
const FASTOPEN_KEY = 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4';

export class Settings implements Configurable {
  readonly profile: RunOptions['profile'];
  family: 4 | 6;
  /** IPv4 on the wire, AF_INET6 in the calls. */
  mapped = false;
  local: Address;
  remote: Address;
  gateway: Address;
  prefixLength: number;
  /** Largest IP packet of the link, bytes. */
  mtu: number;
  /** Where bind() and connect() lead when the script leaves it open. */
  bindPort = 8080;
  connectPort = 8080;
  /** How far a packet may be from its time, ms. */
  tolerance = 4;
  /** Each segment is compared alone, as it left. */
  strictSegments = false;
  /** What arrives is cut into a batch of segments of this size, bytes; 0 = it arrives whole. */
  mss = 0;
  /** How long the stack's timestamp clock takes for one step, µs; 0 = TSval is not compared. */
  tsTick = 0;
  /** An echoed TSval that the script never saw is taken as it stands. */
  tsEcrScaled = false;
  /** `-D` and `--define`. */
  readonly symbols: Map<string, string>;
  /** Net.core.rmem_max, wmem_max, somaxconn: what SO_RCVBUF, SO_SNDBUF and listen() take at most. */
  rmemMax = 212_992;
  wmemMax = 212_992;
  somaxconn = 4096;
  /** Of Fast Open cookies, 16 bytes, or 32 with the key before it. */
  fastOpenKeys: Uint8Array = keyBytes(FASTOPEN_KEY);
  /** Listeners grant Fast Open without being asked to by TCP_FASTOPEN. */
  fastOpenEveryListener = true;
  readonly limits: Partial<HostLimits> = {};
  /** Called after each change of a parameter. */
  changed: ((name: ParameterName) => void) | null = null;
  private current: OpenParameters;
  private fixed = false;

  constructor(options: RunOptions) {
    this.profile = options.profile;
    this.symbols = symbolsFor(options.family, options.symbols);
    this.family = options.family;
    const { local, remote, gateway, prefix } = ADDRESSES[options.family];
    this.local = Address.from(local);
    this.remote = Address.from(remote);
    this.gateway = Address.from(gateway);
    this.prefixLength = prefix;
    this.mtu = MTU[options.family];
    this.current = base(options.profile);
    this.restoreDefaults();
  }

  /** As they are now; each change makes new ones. */
  get parameters(): Parameters {
    return this.current;
  }

  /** Our address with the length of its network. */
  get prefix(): Prefix {
    return new Prefix(this.local, this.prefixLength);
  }

  /** The host is made: its link and its limits stay what they are. */
  fix(): void {
    this.fixed = true;
  }

  /** Null = taken, or knowingly without effect; else why the script can't be run. */
  option(option: ScriptOption): string | null {
    return applyOption(this, option.name, option.value);
  }

  /** Null = carried out, or knowingly without effect; else why the script can't be run. */
  shell(command: string): string | null {
    return runShell(this, command);
  }

  /** Switch to the addresses and the MTU of another IP version. */
  setFamily(family: 4 | 6): void {
    if (family === this.family) return;
    const { local, remote, gateway, prefix } = ADDRESSES[family];
    this.family = family;
    this.local = Address.from(local);
    this.remote = Address.from(remote);
    this.gateway = Address.from(gateway);
    this.prefixLength = prefix;
    this.mtu = MTU[family];
  }

  restoreDefaults(): void {
    this.current = base(this.profile);
    this.rmemMax = this.wmemMax = 212_992;
    this.somaxconn = 4096;
    this.fastOpenKeys = keyBytes(FASTOPEN_KEY);
    if (this.profile !== 'linux') return;
    for (const [name, value] of Object.entries(LINUX_DEFAULTS)) {
      this.assign(name as ParameterName, value);
    }
    this.fastOpen(FASTOPEN_DEFAULT);
  }

  sysctl(name: string, value: string): string | null {
    const row = this.profile === 'linux' ? linuxSysctl(name) : freebsdSysctl(name);
    if (row === null) return `no mapping for sysctl ${name}`;
    const words = value.trim().split(/\s+/);
    const fault = row(this, words);
    return fault === null ? null : `no mapping for sysctl ${name}=${value}: ${fault}`;
  }

  assign(name: ParameterName, value: ParameterValue): string | null {
    const next = { ...this.current, [name]: value };
    const fault = parameterFault(next);
    if (fault !== null) return fault;
    this.current = next;
    if (this.changed !== null) this.changed(name);
    return null;
  }

  limit(name: keyof HostLimits, value: number): string | null {
    if (this.fixed) return 'a limit of the host that is fixed when a script begins';
    Object.assign(this.limits, { [name]: value });
    return null;
  }

  bound(name: 'rmemMax' | 'wmemMax' | 'somaxconn', value: number): string | null {
    this[name] = value;
    return null;
  }

  fastOpen(bits: number): string | null {
    this.fastOpenEveryListener = (bits & FASTOPEN_EVERY_LISTENER) !== 0;
    const client = (bits & FASTOPEN_CLIENT_WITHOUT_COOKIE) !== 0;
    const server = (bits & FASTOPEN_SERVER_WITHOUT_COOKIE) !== 0;
    const without = client ? (server ? 'both' : 'client') : server ? 'server' : 'never';
    return (
      this.assign('fastOpenClient', (bits & FASTOPEN_CLIENT) !== 0) ??
      this.assign('fastOpenServer', (bits & FASTOPEN_SERVER) !== 0) ??
      this.assign('fastOpenWithoutCookie', without)
    );
  }

  fastOpenKey(key: string): string | null {
    if (!/^[0-9a-fA-F]{1,8}(-[0-9a-fA-F]{1,8}){3}(,[0-9a-fA-F]{1,8}(-[0-9a-fA-F]{1,8}){3})?$/.test(key)) {
      return 'a key of other than four words';
    }
    if (this.fixed) return 'a key that changes when the script has begun';
    this.fastOpenKeys = keyBytes(key);
    return null;
  }

  setMtu(mtu: number): string | null {
    if (mtu === this.mtu) return null;
    if (this.fixed) return 'an MTU that changes when the script has begun';
    this.mtu = mtu;
    return null;
  }
}

/** `a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4[,...]`: words of 32 bits, each in little-endian order, as Linux has them. */
function keyBytes(text: string): Uint8Array {
  const words = text.split(/[-,]/).map((word) => Number.parseInt(word, 16));
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return bytes;
}

/** Why the stack cannot have these; null: it can. */
export function parameterFault(parameters: Parameters): string | null {
  try {
    checkParameters(parameters);
    return null;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return error.message;
    throw error;
  }
}

function base(profile: RunOptions['profile']): OpenParameters {
  return { ...(profile === 'linux' ? LINUX : FREEBSD) };
}
