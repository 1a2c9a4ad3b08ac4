// SYNFIN_TRACE: readers of the observer seam of whatever hosts the network has. The program's own output is left to
// it: the ladder goes to stderr.

import { isMainThread, threadId } from 'node:worker_threads';
import type { HostProbe } from '../host/probe.ts';
import { tee } from '../host/tee.ts';
import { CaptureFile } from '../node/capture-file.ts';
import { ladderTo } from '../node/ladder-output.ts';
import { messagesIn } from '../node/language.ts';
import type { MemoryLink } from '../sim/link.ts';
import { PcapngExport } from '../trace/pcapng-export.ts';
import { Recorder } from '../trace/recorder.ts';
import { SettingError } from './setting-error.ts';
import type { TraceSettings } from './settings.ts';

/** Who stands on either side of a ladder. */
export interface Sides {
  /** The host that a capture is taken at. */
  readonly left: string;
  readonly right: string;
  /** The host on the right is the kernel, of which only its packets are seen. */
  readonly rightIsKernel: boolean;
}

export interface Tracing {
  readonly isOn: boolean;
  /** Null: nobody wants to know. */
  probeFor(host: string): HostProbe | null;
  /** Also tell of the packets that the link loses; its end `a` is the left side's. */
  watch(link: MemoryLink): void;
  /** Write all that is held back. It may go on. */
  flush(): void;
}

/** @throws SettingError if the capture cannot be written */
export function openTracing(settings: TraceSettings, sides: Sides): Tracing {
  const recorder = settings.ladder ? new Recorder(0) : null;
  const flushes: (() => void)[] = [];
  const capture = settings.file === null ? null : openCapture(settings.file, flushes);
  if (recorder !== null) {
    const right = sides.rightIsKernel ? null : sides.right;
    const ends = { left: sides.left, right, rightTitle: sides.right };
    const ladder = ladderTo(process.stderr, ends, messagesIn());
    recorder.listen(ladder.event);
    flushes.push(ladder.flush);
  }
  return {
    isOn: recorder !== null || capture !== null,
    probeFor: (host) => {
      const probes: HostProbe[] = [];
      if (recorder !== null) probes.push(recorder.probeFor(host));
      if (capture !== null && host === sides.left) probes.push(capture);
      return probes.length > 1 ? tee(...probes) : (probes[0] ?? null);
    },
    watch: (link) => void recorder?.watch(link, { a: sides.left, b: sides.right }),
    flush: () => {
      for (const flush of flushes) flush();
    },
  };
}

/** `%p` in the name is the process; a thread of it writes a file of its own. */
function captureName(name: string): string {
  const ofProcess = name.replaceAll('%p', String(process.pid));
  return isMainThread ? ofProcess : ofProcess.replace(/\.pcapng$/, `.thread${threadId}.pcapng`);
}

function openCapture(name: string, flushes: (() => void)[]): PcapngExport {
  const path = captureName(name);
  const complain = (error: Error): void => void process.stderr.write(`synfin: ${error.message}\n`);
  try {
    const file = new CaptureFile(path, complain);
    const capture = new PcapngExport((block) => file.write(block), messagesIn(), performance.timeOrigin);
    flushes.push(() => {
      capture.flush();
      file.flush();
    });
    return capture;
  } catch (error) {
    throw new SettingError('SYNFIN_TRACE', name, error instanceof Error ? error.message : String(error));
  }
}
