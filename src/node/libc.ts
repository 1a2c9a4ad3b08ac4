// The handful of C library calls that a TUN device needs: the only file that touches FFI. koffi is an optional
// dependency, so it is loaded when the first device is opened, not when this module is.

import { createRequire } from 'node:module';
import { TunError } from './errors.ts';

/** Watches a file descriptor from Node's event loop; an open one keeps the process alive unless `unref`ed. */
export interface Watch {
  close(): void;
  ref(): void;
  unref(): void;
}

/** Calls return -1 on failure, as in C; `lastError` then names the reason. */
export interface Libc {
  read(fd: number, address: number, length: number): number;
  write(fd: number, address: number, length: number): number;
  /** `argument`: the memory that the request points to, or the value that it takes directly. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  socket(domain: number, type: number, protocol: number): number;
  prctl(option: number, argument: number): number;
  /** The errno name of the call that failed last, e.g. 'EAGAIN'. To be asked before any other call. */
  lastError(): string;
  /** Where `bytes` lie in memory: valid for as long as the caller holds on to `bytes`. */
  addressOf(bytes: Uint8Array): number;
  /** Calls `wake` from the event loop while `fd` can be read, or has failed. */
  watch(fd: number, wake: () => void): Watch;
}

let loaded: Libc | null = null;

/** Throws TunError: ERR_UNSUPPORTED_PLATFORM, ERR_KOFFI_MISSING. */
export function loadLibc(): Libc {
  if (process.platform !== 'linux') {
    throw new TunError('ERR_UNSUPPORTED_PLATFORM', `TUN devices need Linux; this is ${process.platform}`);
  }
  loaded ??= bind(loadKoffi());
  return loaded;
}

type Koffi = typeof import('koffi');

function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new TunError('ERR_KOFFI_MISSING', `TUN devices need the package koffi (npm install koffi): ${why}`);
  }
}

function bind(koffi: Koffi): Libc {
  const symbols = koffi.load(null);
  // Addresses go as integers: a view of the buffer at the right offset would cost an allocation per call.
  const read: Libc['read'] = symbols.func('read', 'intptr_t', ['int', 'uintptr_t', 'size_t']);
  const write: Libc['write'] = symbols.func('write', 'intptr_t', ['int', 'uintptr_t', 'size_t']);
  const ioctl: (fd: number, request: number, argument: number) => number = symbols.func(
    'int ioctl(int, unsigned long, uintptr_t)',
  );
  const socket: Libc['socket'] = symbols.func('int socket(int, int, int)');
  const prctl: Libc['prctl'] = symbols.func('int prctl(int, unsigned long)');
  // Some numbers have two names: EAGAIN, not EWOULDBLOCK.
  const errors = Object.entries(koffi.os.errno).sort(([a], [b]) => (a < b ? 1 : -1));
  const names = new Map(errors.map(([name, errno]) => [errno, name]));
  const addressOf = (bytes: Uint8Array) => Number(koffi.address(bytes));
  return {
    read,
    write,
    ioctl: (fd, request, argument) =>
      ioctl(fd, request, typeof argument === 'number' ? argument : addressOf(argument)),
    socket,
    prctl,
    lastError: () => names.get(koffi.errno()) ?? `errno ${koffi.errno()}`,
    addressOf,
    watch: (fd, wake) => watch(koffi, fd, wake),
  };
}

/**
 * koffi calls back outside of Node's callback scope: what `wake` throws would surface at some later callback.
 * An immediate is a proper one, and runs in the same turn of the event loop.
 */
function watch(koffi: Koffi, fd: number, wake: () => void): Watch {
  let queued: NodeJS.Immediate | null = null;
  const run = () => {
    queued = null;
    wake();
  };
  // A failed descriptor (status < 0) wakes too: reading it then says why.
  const handle = koffi.node.poll(fd, { readable: true }, () => {
    queued ??= setImmediate(run);
  });
  let open = true;
  return {
    close() {
      if (!open) return;
      open = false;
      if (queued) clearImmediate(queued);
      handle.close();
    },
    // koffi dereferences the handle without asking whether it is still there.
    ref: () => open && handle.ref(),
    unref: () => open && handle.unref(),
  };
}
