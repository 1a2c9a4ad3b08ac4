// Shell commands of scripts, each as what it changes here. They configure a host, and the host is ours: nothing is
// run. A command that isn't listed makes the script skipped.

import { parseShell } from './shell.ts';
import type { ParameterName, Sink } from './sysctls.ts';
import { withNumber } from './sysctls.ts';

/** What commands change beyond what sysctls do. */
export interface Configurable extends Sink {
  sysctl(name: string, value: string): string | null;
  setMtu(mtu: number): string | null;
  /** Back to the values that a script begins with. */
  restoreDefaults(): void;
}

type CommandRow = (host: Configurable, words: readonly string[], output: string | null) => string | null;

/** Carry out `text`. Null = done, or knowingly without effect; else what has no mapping. */
export function runShell(host: Configurable, text: string): string | null {
  const commands = parseShell(text);
  if (typeof commands === 'string') return commands;
  for (const { words, output } of commands) {
    const fault = runCommand(host, words, output);
    if (fault !== null) return fault;
  }
  return null;
}

/** One command, its words without quotes; `output`: the file that takes what it prints, or null. */
export function runCommand(
  host: Configurable,
  words: readonly string[],
  output: string | null,
): string | null {
  if (words[0] === 'sudo') return runCommand(host, words.slice(1), output);
  const [path = ''] = words;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null;
  if (row === null) return `no mapping for command ${name}`;
  if (output !== null && row !== echo) return `no mapping for the output of ${name} in ${output}`;
  return row(host, words.slice(1), output);
}

const quiet: CommandRow = () => null;
const refused = (words: readonly string[]): string => `no mapping for command ${words.join(' ')}`;

/** `name=value` sets, a bare name is printed. */
const sysctl: CommandRow = (host, words) => {
  for (const word of words) {
    if (/^-[a-zA-Z]*[pf]/.test(word)) return refused(['sysctl', ...words]);
    const equals = word.indexOf('=');
    if (word.startsWith('-') || equals < 0) continue;
    const fault = host.sysctl(word.slice(0, equals).replaceAll('/', '.'), word.slice(equals + 1));
    if (fault !== null) return fault;
  }
  return null;
};

/** `/proc/sys/net/ipv4/tcp_sack` is net.ipv4.tcp_sack, `/sys/module/...` is .sys.module... */
function sysctlOfFile(file: string): string {
  return file.replace(/^\/proc\/sys\//, '').replaceAll('/', '.');
}

const echo: CommandRow = (host, words, output) => {
  if (output === null) return null;
  if (!/^\/(proc\/sys|sys\/module)\//.test(output)) return `no mapping for writing to ${output}`;
  const values = words.filter((word) => !/^-[ne]+$/.test(word));
  return host.sysctl(sysctlOfFile(output), values.join(' '));
};

/** `FILE=VALUE...` */
const setSysctls: CommandRow = (host, words) => {
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) return refused(['set_sysctls.py', word]);
    const fault = host.sysctl(sysctlOfFile(word.slice(0, equals)), word.slice(equals + 1));
    if (fault !== null) return fault;
  }
  return null;
};

const defaults: CommandRow = (host) => {
  host.restoreDefaults();
  return null;
};

const ip: CommandRow = (host, words) => {
  const rest = words.filter((word) => !/^-(4|6|family|q)$/.test(word));
  const [object = '', verb = ''] = rest;
  if (object === 'tcp_metrics') return null;
  if (/^(r|ro|route)$/.test(object) && /^(add|append|change|replace)$/.test(verb)) {
    return route(host, rest.slice(2));
  }
  if (/^(r|ro|route)$/.test(object) && /^(show|list|get|flush)$/.test(verb)) return null;
  if (/^(l|link)$/.test(object) && verb === 'set') return link(host, rest.slice(2));
  if (/^(show|list|)$/.test(verb)) return null;
  return refused(['ip', ...words]);
};

/** Route attributes that say how TCP behaves, each a parameter; the rest of a route says where it leads. */
const ROUTE_PARAMETERS: Readonly<Record<string, ParameterName>> = {
  initcwnd: 'initialWindow',
  advmss: 'mssClamp',
  congctl: 'congestionControl',
};
const WHERE_TO = /^(dev|via|proto|protocol|scope|src|table|metric|preference|type|weight)$/;
const ROUTE_TYPES = /^(unicast|local|default|onlink|pervasive|nexthop)$/;

function route(host: Configurable, words: readonly string[]): string | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const parameter = Object.hasOwn(ROUTE_PARAMETERS, word) ? ROUTE_PARAMETERS[word]! : null;
    if (WHERE_TO.test(word)) i += 1;
    else if (!ROUTE_TYPES.test(word) && !/^[\d.:a-f]+(\/\d+)?$/i.test(word)) {
      if (word !== 'rto_min' && word !== 'mtu' && parameter === null) {
        return `no mapping for the route attribute ${word}`;
      }
      if (words[i + 1] === 'lock') i += 1;
      const fault = routeAttribute(host, word, parameter, words[++i] ?? '');
      if (fault !== null) return fault;
    }
  }
  return null;
}

function routeAttribute(
  host: Configurable,
  name: string,
  parameter: ParameterName | null,
  value: string,
): string | null {
  if (name === 'mtu') return withNumber(value, (mtu) => host.setMtu(mtu));
  if (name === 'rto_min') {
    const span = /^(\d+)(ms|s|us)?$/.exec(value);
    if (span === null) return `no mapping for rto_min ${value}`;
    const unit = span[2] === 'us' ? 0.001 : span[2] === 's' ? 1000 : 1;
    const min = Number(span[1]) * unit;
    return host.assign('rtoMin', min) ?? host.assign('rtoVarianceMin', min);
  }
  if (parameter === 'congestionControl') return host.assign(parameter, value);
  return withNumber(value, (number) => host.assign(parameter!, number));
}

/** `dev tun0 mtu 1500 up`. */
function link(host: Configurable, words: readonly string[]): string | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'mtu') {
      const fault = withNumber(words[++i], (mtu) => host.setMtu(mtu));
      if (fault !== null) return fault;
    } else if (/^(dev|txqueuelen|qlen|gso_max_size|gso_max_segs|gso_ipv4_max_size)$/.test(word)) i += 1;
    else if (word !== 'up' && i > 0) return `no mapping for ip link set ${word}`;
  }
  return null;
}

const ifconfig: CommandRow = (host, words) => {
  const at = words.indexOf('mtu');
  if (at >= 0) return withNumber(words[at + 1], (mtu) => host.setMtu(mtu));
  return words.length <= 1 || words[1] === 'up' ? null : refused(['ifconfig', ...words]);
};

/** Offloads: who cuts segments and who sums them is not for a script to see. */
const ethtool: CommandRow = (_host, words) =>
  /^-[KkCc]$/.test(words[0] ?? '') ? null : refused(['ethtool', ...words]);

const PLAIN_QUEUES = /^(pfifo|pfifo_fast|bfifo|fq|fq_codel|noqueue|mq)$/;

/** A queue that neither loses nor delays is as good as none. */
const tc: CommandRow = (_host, words) => {
  const [object, verb = 'show'] = words;
  if (object !== 'qdisc') return refused(['tc', ...words]);
  if (/^(show|list|ls|del|delete)$/.test(verb)) return null;
  return words.slice(2).some((word) => PLAIN_QUEUES.test(word)) ? null : refused(['tc', ...words]);
};

const exit: CommandRow = (_host, words) =>
  words.length === 0 || words[0] === '0' ? null : refused(['exit', ...words]);

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  sysctl,
  echo,
  'set_sysctls.py': setSysctls,
  'defaults.sh': defaults,
  ip,
  ifconfig,
  ethtool,
  tc,
  exit,
  // Prints, and changes nothing.
  nstat: quiet,
  netstat: quiet,
  ss: quiet,
  sockstat: quiet,
  cat: quiet,
  date: quiet,
  dmesg: quiet,
  uname: quiet,
  // What it loads is here, or its sysctl is refused.
  modprobe: quiet,
  kldload: quiet,
  // Time is the script's own: what comes next says when.
  sleep: quiet,
  sync: quiet,
  true: quiet,
  ':': quiet,
};
