// A static file server for Node's own http: GET and HEAD, index.html, directory listings, nothing outside its root.
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentType } from './content-types.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What a GET gets; a HEAD gets the headers alone. */
  readonly body: string | FileHandle;
}

/** What is served. */
interface Site {
  readonly root: string;
  /** Also what has a name that begins with a dot: configuration, histories, secrets. */
  readonly dotfiles: boolean;
}

export interface StaticFilesOptions {
  readonly dotfiles: boolean;
  /** Told of each request once it is answered. (Node's parser lets no control character into a target.) */
  readonly log: (line: string) => void;
}

export function staticFiles(root: string, { dotfiles, log }: StaticFilesOptions): RequestListener {
  return (request, response) => {
    serve({ root, dotfiles }, request, response)
      .catch(() => response.destroy())
      .finally(() => log(`${request.method} ${request.url} ${response.statusCode}`));
  };
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await answerOrFault(site, request);
  response.writeHead(status, headers);
  if (typeof body === 'string') {
    response.end(request.method === 'HEAD' ? '' : body);
    return;
  }
  if (request.method === 'HEAD') {
    await body.close();
    response.end();
    return;
  }
  // The length was promised: a file that grows meanwhile is cut there, one that shrinks breaks the connection.
  const length = Number(headers['Content-Length']);
  if (length === 0) {
    await body.close();
    response.end();
  } else {
    await pipeline(body.createReadStream({ end: length - 1, highWaterMark: 1 << 18 }), response);
  }
}

async function answerOrFault(site: Site, request: IncomingMessage): Promise<Answer> {
  try {
    return await answer(site, request);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EACCES' || code === 'EPERM') return page(403, 'Forbidden');
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') {
      return page(404, 'Not Found');
    }
    return page(500, 'Internal Server Error');
  }
}

async function answer({ root, dotfiles }: Site, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return page(405, 'Method Not Allowed', { Allow: 'GET, HEAD' });
  }
  const path = requestedPath(request.url ?? '/');
  if (path === null) return page(400, 'Bad Request');
  const base = await realpath(root);
  const found = await realpath(join(base, path));
  // A symbolic link that leads out of the root leads nowhere.
  if (found !== base && !found.startsWith(base.endsWith(sep) ? base : base + sep)) {
    return page(404, 'Not Found');
  }
  // Both as it is asked for and as it is: a link may have another name.
  if (!dotfiles && [path, relative(base, found)].some(isHidden)) return page(404, 'Not Found');
  if (!(await stat(found)).isDirectory()) return path.endsWith('/') ? page(404, 'Not Found') : file(found);
  if (!path.endsWith('/')) return page(301, 'Moved Permanently', { Location: encodePath(`${path}/`) });
  const index = await file(join(found, 'index.html')).catch(() => null);
  return index?.status === 200 ? index : listing(found, path, dotfiles);
}

/** The decoded, normalized path of a request's target: absolute, without `..` and without repeated slashes. */
function requestedPath(target: string): string | null {
  if (!target.startsWith('/')) return null;
  try {
    const path = decodeURIComponent(target.replace(/[?#].*$/s, ''));
    return path.includes('\0') ? null : posix.normalize(path);
  } catch {
    return null;
  }
}

const isHidden = (path: string): boolean => path.split('/').some((name) => name.startsWith('.'));

/** Only regular files: a FIFO or a device would hold the request for ever. */
async function file(path: string): Promise<Answer> {
  if (!(await stat(path)).isFile()) return page(404, 'Not Found');
  const handle = await open(path);
  const { size, mtime } = await handle.stat();
  const headers = {
    'Content-Type': contentType(path),
    'Content-Length': String(size),
    'Last-Modified': mtime.toUTCString(),
  };
  return { status: 200, headers, body: handle };
}

async function listing(directory: string, path: string, dotfiles: boolean): Promise<Answer> {
  const entries = await readdir(directory, { withFileTypes: true });
  const shown = entries.filter(({ name }) => dotfiles || !isHidden(name));
  const names = shown.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  if (path !== '/') names.unshift('../');
  const items = names.map((name) => `<li><a href="${encodeName(name)}">${escapeHtml(name)}</a></li>`);
  const title = escapeHtml(path);
  const body = `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n`;
  return text(200, body, 'text/html; charset=utf-8');
}

const page = (status: number, title: string, headers: Record<string, string> = {}): Answer =>
  text(status, `${status} ${title}\n`, 'text/plain; charset=utf-8', headers);

function text(status: number, body: string, type: string, more: Record<string, string> = {}): Answer {
  const headers = { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)), ...more };
  return { status, headers, body };
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** Relative to the listing; `./` keeps a name with a colon from being read as a scheme. */
const encodeName = (name: string): string => (name === '../' ? name : `./${encodePath(name)}`);

const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
