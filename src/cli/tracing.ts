// `--trace` and `--pcapng`: readers of the one observer seam, for whatever a command does.
import type { HostProbe } from '../host/probe.ts';
import { tee } from '../host/tee.ts';
import { CaptureFile } from '../node/capture-file.ts';
import { type LadderOutput, ladderTo } from '../node/ladder-output.ts';
import { messagesIn } from '../node/language.ts';
import type { TraceListener } from '../trace/events.ts';
import { PcapngExport } from '../trace/pcapng-export.ts';
import { Recorder } from '../trace/recorder.ts';
import type { Messages } from '../trace/text/messages.ts';
import type { Cleanup } from './exit.ts';
import type { TraceOptions } from './options.ts';
import { OUR_NAME } from './stack.ts';

/** NodeClock counts from the start of the process. */
const REAL_EPOCH = performance.timeOrigin;

/**
 * A recorder's probe for one host, which also records its packets in the file `pcapng` if one is given. The time
 * of its packets is `epoch`, in ms since 1970, and what the host's clock says; its comments are `messages`.
 */
export function probeOf(
  recorder: Recorder,
  host: string,
  pcapng: string | undefined,
  messages: Messages,
  cleanup: Cleanup,
  epoch = REAL_EPOCH,
): HostProbe {
  const probe = recorder.probeFor(host);
  return pcapng === undefined ? probe : tee(probe, openCapture(pcapng, messages, epoch, cleanup));
}

function openCapture(path: string, messages: Messages, epoch: number, cleanup: Cleanup): HostProbe {
  const file = new CaptureFile(path, (error) => cleanup.report(error));
  const capture = new PcapngExport((block) => file.write(block), messages, epoch);
  cleanup.defer(() => {
    capture.flush();
    file.close();
  });
  return capture;
}

/** What `--trace` and `--pcapng` ask for. */
export interface Tracing {
  /** Null: they ask for nothing. */
  readonly probe: HostProbe | null;
  /** The ladder ends here: what follows is only the command that clears away. */
  end(): void;
}

/** `live`: hears every event, too; null: nobody does. */
export function openTrace(
  options: TraceOptions,
  output: LadderOutput,
  cleanup: Cleanup,
  live: TraceListener | null = null,
): Tracing {
  if (!options.trace && options.pcapng === undefined && live === null) return { probe: null, end: () => {} };
  const messages = messagesIn(options.lang);
  const recorder = new Recorder(0);
  const probe = probeOf(recorder, OUR_NAME, options.pcapng, messages, cleanup);
  if (live !== null) recorder.listen(live);
  if (!options.trace) return { probe, end: () => {} };
  const sides = { left: OUR_NAME, right: null, rightTitle: 'kernel' };
  const ladder = ladderTo(output, sides, messages);
  const stop = recorder.listen(ladder.event);
  cleanup.defer(ladder.flush);
  const end = (): void => {
    ladder.flush();
    stop();
  };
  return { probe, end };
}
