// The bytes of a capture from a file or the standard input, gzipped or not, fed to the reader; how far it has come.

import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CaptureAnalysis } from '../../trace/reader/capture-analysis.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { CommandError } from '../exit.ts';

/** Read at once. */
const CHUNK = 1 << 20;
const GZIP = [0x1f, 0x8b];

/** Called as the file is read; `bytes`: of the file, so far. */
export type OnBytes = (bytes: number) => void;

/** Bytes in the file; 0: not known. */
export const sizeOf = (file: string): number =>
  file === '-' ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);

/**
 * Why a gzipped file ends too early, or null; what came before is kept. `isEnough` ends it, too;
 * `ready` is waited for behind each piece.
 * @throws CommandError if it can't be read
 */
export async function feed(
  file: string,
  analysis: CaptureAnalysis,
  say: Messages['reader'],
  onBytes: OnBytes,
  isEnough: () => boolean = () => false,
  ready: () => Promise<void> = async () => {},
): Promise<string | null> {
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  try {
    for await (const chunk of unpacked(source, onBytes)) {
      analysis.push(chunk);
      await ready();
      if (analysis.reader.fault !== null || isEnough()) return null;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const code = String(error.code);
    if (code.startsWith('Z_') && analysis.counts.frames > 0) return code;
    throw new CommandError(say.unreadable({ file, code }));
  }
  return null;
}

/** What is wrong with the file once it was read to its end; null: nothing. */
export function complaintOf(
  file: string,
  analysis: CaptureAnalysis,
  cut: string | null,
  say: Messages['reader'],
): string | null {
  const { fault, offset } = analysis.reader;
  if (fault === 'magic') return say.noCapture({ file });
  if (cut !== null) return say.cutShort({ file, code: cut });
  if (fault !== null) return say.damaged({ file, offset, fault });
  const { segments, unknownLink } = analysis.counts;
  return segments === 0 && unknownLink > 0 ? say.unknownLink({ file }) : null;
}

/** The bytes of the capture, whether the file is gzipped or not. */
async function* unpacked(source: Readable, onBytes: OnBytes): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  };
  const chunks = counted();
  const first = await chunks.next();
  if (first.done === true) return;
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* chunks;
  };
  if (!GZIP.every((byte, i) => first.value[i] === byte)) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const packed = Readable.from(whole());
  packed.on('error', (error) => gunzip.destroy(error));
  yield* packed.pipe(gunzip) as AsyncIterable<Uint8Array>;
}
