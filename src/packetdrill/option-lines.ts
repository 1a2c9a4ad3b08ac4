// The option lines of a script, `--name=value`, and what each sets.

import { Address } from '../wire/address.ts';
import type { Settings } from './settings.ts';

type OptionRow = (settings: Settings, value: string) => string | null;

/** Null = taken, or knowingly without effect; else why the script can't be run. */
export function applyOption(settings: Settings, name: string, value: string | null): string | null {
  if (!Object.hasOwn(ROWS, name)) return `no mapping for option --${name}`;
  const fault = ROWS[name]!(settings, value ?? '');
  return fault === null
    ? null
    : `no mapping for option --${name}${value === null ? '' : `=${value}`}: ${fault}`;
}

const inert: OptionRow = () => null;

/** A whole number from `least` up. */
const number =
  (least: number, use: (settings: Settings, value: number) => void): OptionRow =>
  (settings, text) => {
    if (!/^\d+$/.test(text) || Number(text) < least) return `not a whole number from ${least} up`;
    use(settings, Number(text));
    return null;
  };

/** Without a value: on. */
const flag =
  (use: (settings: Settings, on: boolean) => void): OptionRow =>
  (settings, text) => {
    if (!/^(|0|1|true|false)$/.test(text)) return 'neither on nor off';
    use(settings, text !== '0' && text !== 'false');
    return null;
  };

const address =
  (use: (settings: Settings, address: Address) => void): OptionRow =>
  (settings, text) => {
    const parsed = Address.parse(text);
    if (parsed === null) return 'no IP address';
    // Scripts name both families' addresses; those of the other one are not used.
    if (parsed.family === settings.family) use(settings, parsed);
    return null;
  };

const ipVersion: OptionRow = (settings, text) => {
  if (!/^(ipv4|ipv4_mapped_ipv6|ipv6)$/.test(text)) return 'no IP version';
  settings.setFamily(text === 'ipv6' ? 6 : 4);
  settings.mapped = text === 'ipv4_mapped_ipv6';
  return null;
};

/** Dotted, as `255.255.0.0`: how long the network's part of our address is. */
const netmask: OptionRow = (settings, text) => {
  const parsed = Address.parse(text);
  if (parsed === null) return 'no netmask';
  if (settings.family === 4 && parsed.family === 4) settings.prefixLength = Math.clz32(~parsed.d);
  return null;
};

const define: OptionRow = (settings, text) => {
  const equals = text.indexOf('=');
  if (equals <= 0) return 'not NAME=VALUE';
  settings.symbols.set(text.slice(0, equals), text.slice(equals + 1));
  return null;
};

const initScripts: OptionRow = (settings, text) => {
  for (const file of text.split(',')) {
    const fault = settings.shell(file);
    if (fault !== null) return fault;
  }
  return null;
};

const ROWS: Readonly<Record<string, OptionRow>> = {
  ip_version: ipVersion,
  bind_port: number(1, (settings, port) => {
    settings.bindPort = port;
  }),
  connect_port: number(1, (settings, port) => {
    settings.connectPort = port;
  }),
  local_ip: address((settings, local) => {
    settings.local = local;
  }),
  remote_ip: address((settings, remote) => {
    settings.remote = remote;
  }),
  gateway_ip: address((settings, gateway) => {
    settings.gateway = gateway;
  }),
  netmask_ip: netmask,
  mtu: number(1, (settings, mtu) => {
    settings.mtu = mtu;
  }),
  tolerance_usecs: number(0, (settings, tolerance) => {
    settings.tolerance = tolerance / 1000;
  }),
  tcp_ts_tick_usecs: number(0, (settings, tick) => {
    settings.tsTick = tick;
  }),
  tcp_ts_ecr_scaled: flag((settings, on) => {
    settings.tsEcrScaled = on;
  }),
  strict_segments: flag((settings, on) => {
    settings.strictSegments = on;
  }),
  mss: number(0, (settings, mss) => {
    settings.mss = mss;
  }),
  define,
  D: define,
  init_scripts: initScripts,
  code_format: (_settings, text) => (text === 'python' ? null : 'a format other than python'),
  // Which program would run code blocks, and which option they are fed from.
  code_command: inert,
  code_sockopt: inert,
  // Whether a sent buffer is freed: ours are never reused.
  send_omit_free: inert,
  // What the tool says of itself, and the link that it makes.
  verbose: inert,
  debug: inert,
  speed: inert,
  persistent_tun_dev: inert,
  local_linklocal_ip: inert,
};
