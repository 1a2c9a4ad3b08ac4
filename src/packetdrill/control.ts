// fcntl() and ioctl(): flags of a file, and how much waits in a connection's queues (tcp(7)).

import { at, differs, fails, type Operation, returns } from './calls.ts';
import type { Arguments, Call, Program } from './program.ts';
import type { SocketFile } from './sockets.ts';
import { UnsupportedError } from './unsupported.ts';

export const fcntl: Call = (program, args) => {
  const { reader } = program;
  const file = program.file(args.number(0));
  const command = args.number(1);
  const access = reader.known('O_RDWR');
  const nonBlock = reader.known('O_NONBLOCK');
  if (command === reader.known('F_GETFL')) {
    return at(returns(file.kind === 'socket' && file.nonBlocking ? access | nonBlock : access));
  }
  if (command === reader.known('F_SETFL')) {
    const flags = args.number(2);
    args.allow(flags, ['O_RDWR', 'O_WRONLY', 'O_NONBLOCK']);
    if (file.kind === 'socket') file.nonBlocking = (flags & nonBlock) !== 0;
    return at(returns(0));
  }
  // Close-on-exec: nothing is executed.
  if (command === reader.known('F_GETFD') || command === reader.known('F_SETFD')) return at(returns(0));
  throw new UnsupportedError('no mapping for fcntl() but F_GETFL and F_SETFL');
};

export const ioctl: Call = (program, args) => {
  const file = args.socket(0);
  const request = args.number(1);
  const is = (...names: string[]): boolean => names.some((name) => program.reader.constant(name) === request);
  if (is('FIONBIO')) {
    file.nonBlocking = args.number(2) !== 0;
    return at(returns(0));
  }
  if (!is('SIOCINQ', 'FIONREAD', 'SIOCOUTQ', 'SIOCOUTQNSD', 'FIONWRITE', 'FIONSPACE')) {
    throw new UnsupportedError('no mapping for ioctl() but of queue lengths and FIONBIO');
  }
  if (file.listener !== null) return at(fails('EINVAL'));
  if (is('SIOCINQ', 'FIONREAD')) return gives(program, args, file.readable);
  if (is('SIOCOUTQ')) return gives(program, args, unacknowledged(file));
  if (is('SIOCOUTQNSD')) return gives(program, args, file.unsent + (finWaits(file) ? 1 : 0));
  if (is('FIONWRITE')) return gives(program, args, file.socket?.sendQueue ?? 0);
  return gives(program, args, file.socket?.sendSpace ?? file.own.sendBuffer);
};

/** Text that the peer has not acknowledged, and our FIN, which takes a sequence number too. */
function unacknowledged(file: SocketFile): number {
  const { socket } = file;
  if (socket === null || file.opening) return 0;
  const { snd } = socket.connection.tcb;
  const finOut = snd.finQueued && /^(ESTABLISHED|FIN-WAIT-1|CLOSE-WAIT|CLOSING|LAST-ACK)$/.test(file.state);
  return socket.sendQueue + (finOut ? 1 : 0);
}

/** Our FIN is queued and was never sent. */
function finWaits(file: SocketFile): boolean {
  if (file.socket === null || file.opening) return false;
  const { snd } = file.socket.connection.tcb;
  return snd.finQueued && !snd.finSent;
}

/** `ioctl(4, SIOCINQ, [1000]) = 0` */
function gives(program: Program, args: Arguments, actual: number): Operation {
  const value = args.value(2);
  if (value.kind === 'any') return at(returns(0));
  const wanted = program.reader.number(value);
  return at(wanted === actual ? returns(0) : differs(`the number is ${actual}, not ${wanted}`));
}
