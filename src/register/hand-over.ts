// A socket of ours that is given to TLS: what arrives then is for the TLS socket alone, as with Node's own, whose handle
// changes hands. The program's listeners stay where they are and hear no ciphertext; and what it emits there itself, as
// programs do that pass on what the TLS socket tells them, is not taken for any.

import { EventEmitter } from 'node:events';
import type { Socket as OurSocket } from '../net/socket.ts';

const EVENTS = ['data', 'end'] as const;

/** `work` makes what reads `socket` from then on, which begins with listening to it. */
export function handOver<T>(socket: OurSocket, work: () => T): T {
  const before = EVENTS.map((name) => new Set(socket.listeners(name)));
  const reader = new EventEmitter();
  const methods = readingFor(reader, socket);
  Object.assign(socket, methods);
  try {
    return work();
  } catch (error) {
    for (const name of Object.keys(methods)) Reflect.deleteProperty(socket, name);
    throw error;
  } finally {
    for (const [i, name] of EVENTS.entries()) {
      for (const listener of socket.listeners(name) as (() => void)[]) {
        if (before[i]!.has(listener)) continue;
        socket.off(name, listener);
        reader.on(name, listener);
      }
    }
  }
}

/** The socket's methods by which a stream is read, without the stream's buffer and without its events. */
function readingFor(reader: EventEmitter, socket: OurSocket): Pick<OurSocket, 'pause' | 'resume' | 'push'> {
  let paused = false;
  let held: Uint8Array | null = null;
  return {
    pause: () => {
      paused = true;
      return socket;
    },
    resume: () => {
      paused = false;
      const chunk = held;
      held = null;
      if (chunk !== null) reader.emit('data', chunk);
      if (!paused) socket._read();
      return socket;
    },
    // Once it has returned false, nothing comes before `_read`.
    push: (chunk: Uint8Array | null) => {
      if (chunk === null) reader.emit('end');
      else if (paused) held = chunk;
      else reader.emit('data', chunk);
      return !paused;
    },
  };
}
