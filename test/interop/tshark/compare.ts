// Analysis flags of a capture by tshark and by us, frame by frame.

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import * as flag from '../../../src/trace/reader/flags.ts';

/** tshark's fields, and our flags of the same names. */
const FIELDS: Readonly<Record<string, number>> = {
  retransmission: flag.RETRANSMISSION,
  fast_retransmission: flag.FAST_RETRANSMISSION,
  spurious_retransmission: flag.SPURIOUS_RETRANSMISSION,
  out_of_order: flag.OUT_OF_ORDER,
  duplicate_ack: flag.DUP_ACK,
  lost_segment: flag.PREVIOUS_NOT_CAPTURED,
  ack_lost_segment: flag.ACKED_UNSEEN,
  keep_alive: flag.KEEP_ALIVE,
  keep_alive_ack: flag.KEEP_ALIVE_ACK,
  zero_window: flag.ZERO_WINDOW,
  zero_window_probe: flag.ZERO_WINDOW_PROBE,
  zero_window_probe_ack: flag.ZERO_WINDOW_PROBE_ACK,
  window_full: flag.WINDOW_FULL,
  window_update: flag.WINDOW_UPDATE,
  reused_ports: flag.PORTS_REUSED,
};
const NAMES = Object.keys(FIELDS);

/** What both say of a frame: names in the order above. */
export interface Compared {
  readonly frame: number;
  readonly tshark: readonly string[];
  readonly ours: readonly string[];
}

/** Why tshark can't be run here; null: it can. */
export function tsharkMissing(): string | null {
  const { error } = spawnSync('tshark', ['--version']);
  return error === undefined ? null : `tshark cannot be run: ${error.message}`;
}

/** Frames with TCP. */
export async function compare(file: string, capture: Uint8Array): Promise<Compared[]> {
  const theirs = await readByTshark(file);
  const compared: Compared[] = [];
  const analysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (_connection, { number }, { flags }) => {
      const ours = NAMES.filter((name) => (flags & FIELDS[name]!) !== 0);
      if ((flags & flag.MIRRORED) !== 0) ours.push('mirrored');
      compared.push({ frame: number, tshark: theirs.get(number) ?? [], ours });
    },
  });
  analysis.push(capture);
  analysis.finish();
  return compared;
}

/** Of a field that comes twice the first is enough. */
const FORM = [
  '-n',
  '-Y',
  'tcp',
  '-T',
  'fields',
  '-E',
  'separator=,',
  '-E',
  'occurrence=f',
  '-e',
  'frame.number',
];

async function readByTshark(file: string): Promise<Map<number, string[]>> {
  const fields = NAMES.flatMap((name) => ['-e', `tcp.analysis.${name}`]);
  const options = { encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const { stdout } = await promisify(execFile)('tshark', ['-r', file, ...FORM, ...fields], options);
  const found = new Map<number, string[]>();
  for (const line of stdout.split('\n')) {
    const [number, ...values] = line.split(',');
    const names = NAMES.filter((_, i) => (values[i] ?? '') !== '');
    // Each kind of retransmission is a retransmission to tshark, too: we name the kind.
    const kind = names.some((name) => /^(fast|spurious)_/.test(name));
    found.set(Number(number), kind ? names.filter((name) => name !== 'retransmission') : names);
  }
  return found;
}
