// `--trace` and `--pcapng`: readers of the one observer seam, for whatever a command does.
import type { Writable } from 'node:stream';
import type { HostProbe } from '../host/probe.ts';
import type { TraceEvent, TraceListener } from '../trace/events.ts';
import { Ladder } from '../trace/ladder.ts';
import { PcapngExport } from '../trace/pcapng-export.ts';
import { Recorder } from '../trace/recorder.ts';
import { tee } from '../trace/tee.ts';
import { CaptureFile } from './capture-file.ts';
import type { Cleanup } from './exit.ts';
import type { TraceOptions } from './options.ts';
import { OUR_NAME } from './stack.ts';

/** Columns where the output is no terminal. */
const WIDTH = 100;

/** Who stands where on a ladder. */
export interface LadderSides {
  readonly left: string;
  /** Null: not observed; its states are inferred. */
  readonly right: string | null;
  readonly rightTitle: string;
}

type Output = Writable & { readonly columns?: number; readonly isTTY?: boolean };

/** A ladder that writes each row as soon as nothing more can belong to it; `flush` writes what is held back. */
export function ladderTo(output: Output, sides: LadderSides): { event: TraceListener; flush: () => void } {
  const ladder = new Ladder({
    ...sides,
    width: output.columns ?? WIDTH,
    color: output.isTTY === true && !process.env.NO_COLOR,
    write: (line) => void output.write(`${line}\n`),
  });
  let pending = false;
  const flush = (): void => {
    pending = false;
    ladder.flush();
  };
  const event = (event: TraceEvent): void => {
    ladder.event(event);
    if (!pending) setImmediate(flush);
    pending = true;
  };
  return { event, flush };
}

/** A recorder's probe for one host, which also records its packets in the file `pcapng` unless that is null. */
export function probeOf(
  recorder: Recorder,
  host: string,
  pcapng: string | null,
  cleanup: Cleanup,
): HostProbe {
  const probe = recorder.probeFor(host);
  return pcapng === null ? probe : tee(probe, openCapture(pcapng, cleanup));
}

function openCapture(path: string, cleanup: Cleanup): HostProbe {
  const file = new CaptureFile(path);
  // NodeClock counts from the start of the process.
  const capture = new PcapngExport((block) => file.write(block), performance.timeOrigin);
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

export function openTrace(options: TraceOptions, output: Output, cleanup: Cleanup): Tracing {
  if (!options.trace && options.pcapng === null) return { probe: null, end: () => {} };
  const recorder = new Recorder();
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
