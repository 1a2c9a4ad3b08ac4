// The lab's own web server: what vite built, on 127.0.0.1 alone, for pages of its own. A page from elsewhere can't have
// a name of its own lead here (Host), nor ask for anything (Origin); and what is served may load nothing from elsewhere.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { type Cleanup, CommandError } from './exit.ts';
import { staticFiles } from './static-files.ts';

/** Where the lab is, unless told otherwise: RFC 9293. */
export const LAB_PORT = 9293;

const ADDRESS = '127.0.0.1';

/** As index.html has it, and no frames: those only a header can forbid. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

/** This machine by a name that nobody else can give to another. A port may be forwarded, and is not looked at. */
const OWN_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** Answers beside the files; false: it is none of its paths. */
export type LabAnswers = (...request: Parameters<RequestListener>) => boolean;

/** Files below `root`, and what `more` has to say. */
export function labListener(root: string, more: LabAnswers = () => false): RequestListener {
  const files = staticFiles(root, { dotfiles: false, log: () => {} });
  return (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const fault = faultOf(request);
    if (fault !== 0) response.writeHead(fault, { 'Content-Type': 'text/plain' }).end(`${fault}\n`);
    else if (!more(request, response)) files(request, response);
  };
}

/** The status for a request that is not the lab's own page's; 0: it is. */
function faultOf({ headers }: IncomingMessage): number {
  const { host = '', origin } = headers;
  if (!OWN_HOST.test(host)) return 421;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) return 403;
  const site = headers['sec-fetch-site'];
  // A link from elsewhere may lead to the page, as one may type its address; nothing else of it.
  const opens = headers['sec-fetch-mode'] === 'navigate';
  return site === undefined || site === 'same-origin' || site === 'none' || opens ? 0 : 403;
}

/** Port 0: any that is free. @throws CommandError if it is taken, unless it is this one `orAny`. */
export async function openLab(
  port: number,
  listener: RequestListener,
  cleanup: Cleanup,
  orAny = false,
): Promise<Server> {
  const server = createServer(listener);
  await listen(server, port, orAny);
  cleanup.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

/** The same without anybody who answers yet. */
export async function listenForLab(port: number, orAny: boolean): Promise<Server> {
  const server = createSocketServer();
  await listen(server, port, orAny);
  return server;
}

function listen(server: Server, port: number, orAny: boolean): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (orAny && error.code === 'EADDRINUSE') listen(server, 0, false).then(listening, failed);
      else failed(labFault(error, port));
    });
    server.listen(port, ADDRESS, listening);
  });
}

export const addressOf = (server: Server): string =>
  `http://${ADDRESS}:${(server.address() as AddressInfo).port}/`;

function labFault({ code, message }: NodeJS.ErrnoException, port: number): CommandError {
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `port ${port} of ${ADDRESS} is in use: choose another, or 0 for any that is free`,
    );
  }
  if (code === 'EACCES') return new CommandError(`port ${port} needs root: choose another`);
  return new CommandError(`cannot serve the lab: ${message}`);
}
