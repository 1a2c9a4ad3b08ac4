// The TCP sockets of the host as FreeBSD's sockstat(1) and netstat(1) print them.

import type { State } from '../tcp/state.ts';
import type { Endpoint } from '../wire/address.ts';
import { UnsupportedError } from './unsupported.ts';
import type { SocketName } from './values.ts';

/** One socket of the host, or a descriptor of one that the host no longer knows. */
export interface SocketLine {
  /** Null: the program has none for it, yet or any more. */
  readonly fd: number | null;
  readonly state: State;
  readonly family: 4 | 6;
  readonly local: SocketName;
  readonly remote: Endpoint | null;
  /** Bytes that wait to be read, and that are not acknowledged. */
  readonly queues: { readonly receive: number; readonly send: number };
}

/** Netinet/tcp_fsm.h's names. */
const STATE_NAMES: Readonly<Record<State, string>> = {
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECEIVED': 'SYN_RCVD',
  ESTABLISHED: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN_WAIT_1',
  'FIN-WAIT-2': 'FIN_WAIT_2',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST_ACK',
  'TIME-WAIT': 'TIME_WAIT',
  CLOSED: 'CLOSED',
};

const PID = 1000;
/** As much of `packetdrill` as sockstat shows. */
const COMMAND = 'packetdril';

interface Wanted {
  readonly flags: ReadonlySet<string>;
  /** Of -p, -P or -f; null: not given. */
  readonly argument: (option: string) => string | null;
}

/** `-46 -P tcp`: letters in `plain` stand alone, those in `valued` take what follows. */
function readFlags(name: string, words: readonly string[], plain: string, valued: string): Wanted {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const refuse = (): never => {
    throw new UnsupportedError(`no mapping for command ${[name, ...words].join(' ')}`);
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!/^-./.test(word)) refuse();
    for (let k = 1; k < word.length; k++) {
      const letter = word[k]!;
      if (valued.includes(letter)) {
        values.set(letter, word.slice(k + 1) || (words[++i] ?? refuse()));
        break;
      }
      if (!plain.includes(letter)) refuse();
      flags.add(letter);
    }
  }
  return { flags, argument: (option) => values.get(option) ?? null };
}

const ofFamily = ({ flags }: Wanted, { family }: SocketLine): boolean =>
  !(flags.has('4') || flags.has('6')) || flags.has(`${family}`);

/** `8080,9000-9010`; @throws UnsupportedError */
function portTest(ports: string | null): (port: number) => boolean {
  if (ports === null) return () => true;
  const ranges = ports.split(',').map((range) => /^(\d+)(?:-(\d+))?$/.exec(range));
  if (ranges.includes(null)) throw new UnsupportedError(`no mapping for the ports ${ports} of sockstat`);
  return (port) =>
    ranges.some((range) => port >= Number(range![1]) && port <= Number(range![2] ?? range![1]));
}

const place = (name: SocketName | null, between: string): string => {
  const port = name === null || name.port === 0 ? '*' : name.port;
  return `${name?.address ?? '*'}${between}${port}`;
};

/** For reasons: both ends, and the state. */
export function printSocket({ local, remote, state }: SocketLine): string {
  return `${place(local, ':')} ${place(remote, ':')} ${STATE_NAMES[state]}`;
}

/** What `sockstat words` prints, line by line. @throws UnsupportedError */
export function sockstat(words: readonly string[], sockets: readonly SocketLine[]): readonly string[] {
  const wanted = readFlags('sockstat', words, '46clnqsSuvw', 'pP');
  const { flags, argument } = wanted;
  const hasPort = portTest(argument('p'));
  const tcp = (argument('P') ?? 'tcp').split(',').includes('tcp');
  const both = flags.has('c') === flags.has('l');
  const inet = flags.has('4') || flags.has('6') || !flags.has('u');
  const columns = (cells: readonly string[], state: string, stack: string): string => {
    const [user = '', command = '', pid = '', fd = '', protocol = '', local = '', remote = ''] = cells;
    const line =
      `${user.padEnd(8)} ${command.padEnd(10)} ${pid.padEnd(5)} ${fd.padEnd(2)} ` +
      `${protocol.padEnd(6)} ${local.padEnd(21)} ${remote.padEnd(21)}`;
    return `${line}${flags.has('s') ? ` ${state.padEnd(12)}` : ''}${flags.has('S') ? ` ${stack}` : ''}`.trimEnd();
  };
  const titles = ['USER', 'COMMAND', 'PID', 'FD', 'PROTO', 'LOCAL ADDRESS', 'FOREIGN ADDRESS'];
  const lines = flags.has('q') ? [] : [columns(titles, 'STATE', 'STACK')];
  for (const socket of tcp && inet ? sockets : []) {
    const { fd, family, local, remote, state } = socket;
    const side = both || flags.has(remote === null ? 'l' : 'c');
    if (
      !side ||
      !ofFamily(wanted, socket) ||
      !(hasPort(local.port) || (remote !== null && hasPort(remote.port)))
    )
      continue;
    const owner = fd === null ? ['?', '?', '?', '?'] : ['root', COMMAND, `${PID}`, `${fd}`];
    const ends = [`tcp${family}`, place(local, ':'), place(remote, ':')];
    lines.push(columns([...owner, ...ends], STATE_NAMES[state], 'freebsd'));
  }
  return lines;
}

/** What `netstat -an -p tcp` prints, line by line. @throws UnsupportedError */
export function netstat(words: readonly string[], sockets: readonly SocketLine[]): readonly string[] {
  const wanted = readFlags('netstat', words, '46anW', 'pf');
  const { flags, argument } = wanted;
  const family = argument('f');
  const known = family === null || family === 'inet' || family === 'inet6';
  if (argument('p') !== 'tcp' || !flags.has('a') || !flags.has('n') || !known) {
    throw new UnsupportedError(`no mapping for command ${['netstat', ...words].join(' ')}`);
  }
  const lines = [
    'Active Internet connections (including servers)',
    'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)',
  ];
  for (const socket of sockets) {
    const { local, queues, remote, state } = socket;
    const asked = family === null || family === (socket.family === 4 ? 'inet' : 'inet6');
    if (!asked || !ofFamily(wanted, socket)) continue;
    const queued = `${`${queues.receive}`.padStart(6)} ${`${queues.send}`.padStart(6)}`;
    const ends = `${place(local, '.').padEnd(22)} ${place(remote, '.').padEnd(22)}`;
    lines.push(`tcp${socket.family}  ${queued} ${ends} ${STATE_NAMES[state]}`);
  }
  return lines;
}
