// `--trace` and `--pcapng`: readers of the one observer seam, for whatever a command does.
import type { HostProbe } from '../host/probe.ts';
import { tee } from '../host/tee.ts';
import { CaptureFile } from '../node/capture-file.ts';
import { type LadderOutput, ladderTo } from '../node/ladder-output.ts';
import { PcapngExport } from '../trace/pcapng-export.ts';
import { Recorder } from '../trace/recorder.ts';
import type { Cleanup } from './exit.ts';
import type { TraceOptions } from './options.ts';
import { OUR_NAME } from './stack.ts';

/** NodeClock counts from the start of the process. */
const REAL_EPOCH = performance.timeOrigin;

/**
 * A recorder's probe for one host, which also records its packets in the file `pcapng` if one is given. The time
 * of its packets is `epoch`, in ms since 1970, and what the host's clock says.
 */
export function probeOf(
  recorder: Recorder,
  host: string,
  pcapng: string | undefined,
  cleanup: Cleanup,
  epoch = REAL_EPOCH,
): HostProbe {
  const probe = recorder.probeFor(host);
  return pcapng === undefined ? probe : tee(probe, openCapture(pcapng, epoch, cleanup));
}

function openCapture(path: string, epoch: number, cleanup: Cleanup): HostProbe {
  const file = new CaptureFile(path, (error) => cleanup.report(error));
  const capture = new PcapngExport((block) => file.write(block), epoch);
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

export function openTrace(options: TraceOptions, output: LadderOutput, cleanup: Cleanup): Tracing {
  if (!options.trace && options.pcapng === undefined) return { probe: null, end: () => {} };
  const recorder = new Recorder(0);
  const probe = probeOf(recorder, OUR_NAME, options.pcapng, cleanup);
  if (!options.trace) return { probe, end: () => {} };
  const ladder = ladderTo(output, { left: OUR_NAME, right: null, rightTitle: 'kernel' });
  const stop = recorder.listen(ladder.event);
  cleanup.defer(ladder.flush);
  const end = (): void => {
    ladder.flush();
    stop();
  };
  return { probe, end };
}
