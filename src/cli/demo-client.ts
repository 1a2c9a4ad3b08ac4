// The demo's client on the kernel's side: curl if there is one, else node:net in a process of its own.
import { spawn } from 'node:child_process';
import type { Cleanup } from './exit.ts';

export interface ClientResult {
  /** `curl 7.88.1`, `node:http`. */
  readonly program: string;
  readonly body: string;
  /** What it complained of; empty = nothing. */
  readonly error: string;
}

const TIMEOUT_S = 10;

/** Fetches `url` once over HTTP/1.1, and closes when it has the page unless the server does. */
export async function fetchFromKernel(url: string, cleanup: Cleanup): Promise<ClientResult> {
  // -q and --noproxy: neither the user's configuration nor a proxy stands between.
  const curl = ['-q', '--noproxy', '*', '-sS', '--http1.1', '--max-time', String(TIMEOUT_S), url];
  const result = await run('curl', curl, cleanup);
  if (result !== null) return { program: 'curl', ...result };
  const node = await run(process.execPath, ['--input-type=module', '--eval', NODE_CLIENT, url], cleanup);
  return { program: 'node:http', ...(node ?? { body: '', error: 'node cannot be run' }) };
}

const NODE_CLIENT = `
import http from 'node:http';
const agent = new http.Agent({ keepAlive: true });
const request = http.get(process.argv[1], { agent, timeout: ${TIMEOUT_S * 1000} }, (response) => {
  response.pipe(process.stdout);
  response.on('end', () => agent.destroy());
});
request.on('timeout', () => request.destroy(new Error('timed out')));
request.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;

/** Null: there is no such program. */
function run(
  program: string,
  args: readonly string[],
  cleanup: Cleanup,
): Promise<{ body: string; error: string } | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    cleanup.defer(() => void child.kill());
    let body = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    child.once('error', () => resolve(null));
    child.once('close', (code) => {
      const complaint = error.trim() || `${program} ended with ${code}`;
      resolve({ body, error: code === 0 ? '' : complaint });
    });
  });
}
