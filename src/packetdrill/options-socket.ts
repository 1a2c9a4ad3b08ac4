// Options of the level SOL_SOCKET: socket(7).

import { setBuffer, setKeepAlive } from './engine-setters.ts';
import { fact, fixedAt, kept, keptFlag, refused } from './option-kinds.ts';
import type { Option, OptionContext, OptionTable } from './options.ts';

/** SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF of Linux on 64-bit machines. */
const LEAST_RECEIVE = 2304;
const LEAST_SEND = 4608;

/** SO_RCVBUF, SO_SNDBUF. Linux doubles what it is given, for its book-keeping, and says so to getsockopt(). */
function bufferOption(which: 'receiveBuffer' | 'sendBuffer', bounded: boolean): Option {
  const receives = which === 'receiveBuffer';
  const name = receives ? 'SO_RCVBUF' : 'SO_SNDBUF';
  return {
    set: ({ program, file }, asked) => {
      const { settings } = program;
      const linux = settings.profile === 'linux';
      const most = bounded ? (receives ? settings.rmemMax : settings.wmemMax) : 1 << 29;
      if (!linux && (asked <= 0 || asked > most)) return asked <= 0 ? 'EINVAL' : 'ENOBUFS';
      const least = receives ? LEAST_RECEIVE : LEAST_SEND;
      const held = linux ? Math.max(2 * Math.min(asked >>> 0, most), least) : asked;
      setBuffer(file, which, held);
      file.values.set(name, held);
      return null;
    },
    get: ({ file }) => file.values.get(name) ?? file.own[which],
  };
}

function keepAlive({ file }: OptionContext, value: number): string | null {
  const on = value !== 0;
  file.values.set('SO_KEEPALIVE', on ? 1 : 0);
  if (file.socket === null) file.choose('keepAlive', on);
  else setKeepAlive(file, on);
  return null;
}

export const SOCKET_OPTIONS: OptionTable = {
  SO_REUSEADDR: keptFlag(),
  SO_REUSEPORT: keptFlag(),
  SO_KEEPALIVE: {
    set: keepAlive,
    get: ({ file }) => file.values.get('SO_KEEPALIVE') ?? (file.own.keepAlive ? 1 : 0),
  },
  // A struct: options.ts.
  SO_LINGER: kept(0),
  SO_SNDBUF: bufferOption('sendBuffer', true),
  SO_RCVBUF: bufferOption('receiveBuffer', true),
  SO_SNDBUFFORCE: bufferOption('sendBuffer', false),
  SO_RCVBUFFORCE: bufferOption('receiveBuffer', false),
  SO_RCVLOWAT: {
    ...kept(1),
    set: ({ file }, value) => {
      file.values.set('SO_RCVLOWAT', value < 0 ? 0x7fffffff : value === 0 ? 1 : value);
      return null;
    },
  },
  SO_SNDLOWAT: fact(() => 1),
  SO_ERROR: fact(({ program, file }) => {
    const error = file.takeErrorOrHint();
    return error === null ? 0 : program.reader.known(error);
  }),
  SO_TYPE: fact(({ program }) => program.reader.known('SOCK_STREAM')),
  SO_DOMAIN: fact(({ file }) => file.domain),
  SO_PROTOCOL: fact(({ program }) => program.reader.known('IPPROTO_TCP')),
  SO_ACCEPTCONN: fact(({ file }) => (file.listener === null ? 0 : 1)),
  // Routing, scheduling and signals of a machine with more than one program.
  SO_DEBUG: keptFlag(),
  SO_DONTROUTE: keptFlag(),
  SO_BROADCAST: keptFlag(),
  SO_PRIORITY: kept(0),
  SO_MARK: kept(0),
  SO_BUSY_POLL: kept(0),
  SO_INCOMING_CPU: kept(-1),
  SO_NOSIGPIPE: keptFlag(),
  // What it asks for is told through MSG_ERRQUEUE, which is refused where it is read.
  SO_ZEROCOPY: keptFlag(),
  SO_OOBINLINE: fixedAt(1),
  // Structs: time-limits.ts.
  SO_RCVTIMEO: kept(0),
  SO_SNDTIMEO: kept(0),
  SO_BINDTODEVICE: refused,
  SO_TIMESTAMP: fixedAt(0),
  SO_TIMESTAMPING: fixedAt(0),
  SO_TXTIME: refused,
  SO_MAX_PACING_RATE: refused,
  SO_MEMINFO: refused,
};
