// What recvmsg() gives beside text: the completions of sends with MSG_ZEROCOPY (Linux's msg_zerocopy.rst), and how much
// more there is to read (TCP_INQ).

import { differs, fails, type Operation, type Returned, returns } from './calls.ts';
import type { Program } from './program.ts';
import type { StructField, Value } from './script.ts';
import type { SocketFile } from './sockets.ts';
import { UnsupportedError } from './unsupported.ts';
import { field } from './values.ts';

/** A control message: numbers by the names of its fields. */
interface Control {
  readonly level: string;
  readonly type: string;
  readonly data: number | Readonly<Record<string, number>>;
}

/** `recvmsg(fd, {...}, MSG_ERRQUEUE)`: sends whose bytes are needed no more. It never blocks. */
export function readErrorQueue(program: Program, file: SocketFile, message: Value): Operation {
  return () => {
    const range = file.zeroCopy.take(file);
    if (range === null) return fails('EAGAIN');
    const { reader } = program;
    const v6 = file.domain !== reader.known('AF_INET');
    const control: Control = {
      level: v6 ? 'SOL_IPV6' : 'SOL_IP',
      type: v6 ? 'IPV6_RECVERR' : 'IP_RECVERR',
      data: {
        ee_errno: 0,
        ee_origin: reader.known('SO_EE_ORIGIN_ZEROCOPY'),
        ee_type: 0,
        // A link of packets has copied them.
        ee_code: reader.known('SO_EE_CODE_ZEROCOPY_COPIED'),
        ee_info: range.first,
        ee_data: range.last,
      },
    };
    const flags = field(message, 'msg_flags')?.value ?? null;
    const wanted = flags === null || flags.kind === 'any' ? null : reader.number(flags);
    const actual = reader.known('MSG_ERRQUEUE');
    if (wanted !== null && wanted !== actual) return differs(`msg_flags is ${actual}, not ${wanted}`);
    return compare(program, message, control);
  };
}

/** What a recvmsg() that returned `result` says beside text. */
export function withInquiry(program: Program, file: SocketFile, message: Value, result: Returned): Returned {
  const asked = file.values.get('TCP_INQ') === 1;
  const control = asked ? ({ level: 'SOL_TCP', type: 'TCP_CM_INQ', data: unread(file) } as const) : null;
  const { mismatch } = compare(program, message, control);
  return mismatch === null ? result : { ...result, mismatch };
}

/** Bytes; the peer's FIN is one more, so that it is seen where nothing is left. */
function unread(file: SocketFile): number {
  return file.readable === 0 && file.finReached ? 1 : file.readable;
}

function compare(program: Program, message: Value, actual: Control | null): Returned {
  const wanted = field(message, 'msg_control')?.value ?? null;
  if (wanted === null || wanted.kind !== 'list') return returns(0);
  const [first] = wanted.items;
  if (first === undefined) return actual === null ? returns(0) : differs('there is a control message');
  if (actual === null) return differs('there is no control message');
  const { reader } = program;
  const part = (name: string): Value => {
    const found = field(first, name);
    if (found === null) throw new UnsupportedError(`a control message without ${name}`, first.at);
    return found.value;
  };
  const numbers: [string, number, number][] = [
    ['cmsg_level', reader.known(actual.level), reader.number(part('cmsg_level'))],
    ['cmsg_type', reader.known(actual.type), reader.number(part('cmsg_type'))],
  ];
  const data = part('cmsg_data');
  if (typeof actual.data === 'number') numbers.push(['cmsg_data', actual.data, reader.number(data)]);
  else if (data.kind === 'struct') {
    for (const { name, value } of data.fields as readonly StructField[]) {
      const is = actual.data[name ?? ''];
      if (is === undefined) throw new UnsupportedError(`no mapping for ${name ?? 'a field'}`, value.at);
      if (value.kind !== 'any') numbers.push([name!, is, reader.number(value)]);
    }
  }
  const wrong = numbers.find(([, is, said]) => is !== said);
  return wrong === undefined ? returns(0) : differs(`${wrong[0]} is ${wrong[1]}, not ${wrong[2]}`);
}

/** Sends with MSG_ZEROCOPY, by their numbers from 0 on, until the program has heard that they are done. */
export class ZeroCopySends {
  /** Where each that is not told of ends, in bytes that were written before. */
  private readonly ends: number[] = [];
  private told = 0;

  sent(end: number): void {
    this.ends.push(end);
  }

  /** How many are done and not told of. */
  done(file: SocketFile): number {
    const { written, socket } = file;
    const free = socket === null || file.state === 'CLOSED' ? written : written - socket.sendQueue;
    const open = this.ends.findIndex((end) => end > free);
    return open < 0 ? this.ends.length : open;
  }

  /** Those in one range, as Linux joins them; null: none. */
  take(file: SocketFile): { readonly first: number; readonly last: number } | null {
    const count = this.done(file);
    if (count === 0) return null;
    const first = this.told;
    this.ends.splice(0, count);
    this.told += count;
    return { first, last: first + count - 1 };
  }
}
