// SVG to PNG by whatever program is there.
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Messages } from '../../trace/text/messages.ts';
import { type Cleanup, CommandError, EXIT } from '../exit.ts';

interface Renderer {
  readonly program: string;
  readonly args: (job: Job) => readonly string[];
}

/** Names of files. */
interface Job {
  readonly svg: string;
  readonly png: string;
  readonly folder: string;
  readonly width: number;
  readonly height: number;
}

const PATIENCE = 60_000;

const browser = ({ svg, png, folder, width, height }: Job): string[] => [
  '--headless',
  '--disable-gpu',
  '--hide-scrollbars',
  // Chromium refuses to run as root within its sandbox; what it shows here is a picture of our own making.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  `--user-data-dir=${join(folder, 'profile')}`,
  `--window-size=${width},${height}`,
  `--screenshot=${png}`,
  `file://${svg}`,
];

/** In the order in which they are tried. */
const RENDERERS: readonly Renderer[] = [
  { program: 'resvg', args: ({ svg, png }) => [svg, png] },
  { program: 'rsvg-convert', args: ({ svg, png }) => ['-o', png, svg] },
  { program: 'chromium', args: browser },
  { program: 'chromium-browser', args: browser },
  { program: 'google-chrome', args: browser },
  { program: 'magick', args: ({ svg, png }) => [svg, png] },
  { program: 'convert', args: ({ svg, png }) => [svg, png] },
];

/** @throws CommandError if no program is there, before anything is read */
export function renderersFor(messages: Messages): readonly Renderer[] {
  const found = RENDERERS.filter(({ program }) => isOnPath(program));
  if (found.length > 0) return found;
  const programs = RENDERERS.map(({ program }) => program);
  throw new CommandError(messages.exports.noRenderer({ programs }), EXIT.unavailable);
}

/** @throws CommandError with the first program's reason, if none can do it */
export async function renderPng(
  svg: string,
  renderers: readonly Renderer[],
  messages: Messages,
  cleanup: Cleanup,
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'synfin-png-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [, width = '1', height = '1'] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  const job: Job = {
    folder,
    svg: join(folder, 'ladder.svg'),
    png: join(folder, 'ladder.png'),
    width: Number(width),
    height: Number(height),
  };
  writeFileSync(job.svg, svg);
  let complaint = '';
  for (const { program, args } of renderers) {
    try {
      await promisify(execFile)(program, args(job), { timeout: PATIENCE });
      return readFileSync(job.png);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      complaint ||= messages.exports.rendererFailed({ program, reason });
    }
  }
  throw new CommandError(complaint);
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
