// `synfin read` on a terminal.

import type { Connection } from '../../trace/reader/connection.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { type Cleanup, CommandError } from '../exit.ts';
import { CaptureSource } from './source.ts';
import { Terminal } from './terminal.ts';
import { Viewer } from './viewer.ts';

/** A terminal for keys and another, or the same, for screens; `dumb` ones have no cursor to move. */
export const canInteract = (file: string): boolean =>
  file !== '-' &&
  process.stdin.isTTY === true &&
  process.stdout.isTTY === true &&
  process.env.TERM !== 'dumb';

/** Until the user quits: an exit code. @throws CommandError if the file can't be read, or not to its end */
export async function interact(
  file: string,
  wanted: ((connection: Connection) => boolean) | null,
  messages: Messages,
  cleanup: Cleanup,
): Promise<number> {
  const color = !process.env.NO_COLOR;
  let terminal: Terminal | null = null;
  let viewer: Viewer | null = null;
  try {
    const code = await new Promise<number>((resolve, reject) => {
      viewer = new Viewer({
        source: new CaptureSource(file, messages),
        ...{ messages, color, wanted },
        update: () => terminal?.update(),
        redraw: () => terminal?.redraw(),
        suspend: () => terminal?.stop(),
        end: resolve,
        fail: reject,
      });
      terminal = new Terminal(process.stdin, process.stdout, viewer);
      cleanup.defer(() => terminal?.close());
      terminal.open();
      viewer.start();
    });
    const complaint = complaintOf(viewer);
    if (complaint !== null && code === 0) throw new CommandError(complaint);
    return code;
  } finally {
    // Before anything is complained of.
    close(terminal);
  }
}

const complaintOf = (viewer: Viewer | null): string | null => viewer?.contents?.complaint ?? null;

const close = (terminal: Terminal | null): void => terminal?.close();
