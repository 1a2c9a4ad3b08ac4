// What `connect` and `listen` have in common: a connection joined to stdin and stdout, each direction for itself.
import type { Duplex, Readable, Writable } from 'node:stream';

/**
 * Sends what `input` gives, and our FIN at its end; writes what comes to `output` until the peer's FIN. Either
 * direction may end first (half-close). Resolves when both have ended; rejects with what broke one of them.
 * `socket` must allow half-open connections.
 */
export function relay(socket: Duplex, input: Readable, output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', resolve);
    input.once('error', reject);
    output.once('error', reject);
    input.pipe(socket);
    socket.pipe(output, { end: false });
  });
}
