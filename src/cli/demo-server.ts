// The demo's HTTP server: one page, and who closes the connection first.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import type { Net } from '../net/net.ts';
import type { Socket } from '../net/socket.ts';

export const CLOSERS = ['client', 'server', 'both', 'abort'] as const;

/** Who ends the connection: `both` at once (§3.6 figure 13), `abort` by our reset (§3.10.5). */
export type Closer = (typeof CLOSERS)[number];

export const DEMO_PORT = 80;

export const PAGE = `<!doctype html>
<title>synfin</title>
<p>This page came through a TCP written in TypeScript: SYN, SYN-ACK, ACK, this text, FIN.
`;

/** How long the client's program has to read the page before our reset destroys what it has not, milliseconds. */
const BEFORE_RESET = 50;

export interface DemoServerOptions {
  readonly close: Closer;
  readonly clock: Clock;
  /** Whether the clock's time is also that of the day, for HTTP's `Date`. */
  readonly dated: boolean;
  /** All that was sent has been acknowledged. */
  readonly acknowledged: () => boolean;
}

export class DemoServer {
  /** What the connection carried: the request line, the status line; empty: not yet. */
  request = '';
  response = '';
  private readonly options: DemoServerOptions;
  private socket: Socket | null = null;

  constructor(options: DemoServerOptions) {
    this.options = options;
  }

  listen(net: Net): Promise<void> {
    const http = createServer((request, response) => this.answer(request, response));
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.socket = socket;
      http.emit('connection', socket);
    });
    return new Promise((listening, failed) => {
      server.once('error', failed).listen(DEMO_PORT, listening);
    });
  }

  /** The client closes now: our part in closing at the same time. */
  closeToo(): void {
    this.socket?.end();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { close, dated } = this.options;
    response.sendDate = dated;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    this.sendPage(response, close);
    this.request = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
    this.response = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}`;
    if (close === 'abort') this.resetLater();
  }

  /** HTTP's two ways to say where a page ends say who closes: the client that has so many bytes, or the server. */
  private sendPage(response: ServerResponse, close: Closer): void {
    if (close === 'client' || close === 'both') {
      response.setHeader('Content-Length', Buffer.byteLength(PAGE));
      response.end(PAGE);
      return;
    }
    endAtClose(response);
    response.write(PAGE);
    if (close === 'server') response.end();
  }

  /** Not before the page has arrived: a reset takes back what is still on its way. */
  private resetLater(): void {
    const { clock, acknowledged } = this.options;
    const look = (): void => {
      if (acknowledged()) this.socket?.resetAndDestroy();
      else this.resetLater();
    };
    clock.alarm(look, clock.now() + BEFORE_RESET);
  }
}

export const allAcknowledged = (host: Host): boolean =>
  [...host.sockets()].every(({ sendQueue }) => sendQueue === 0);

/** No length is said, which `end(page)` would do, and no chunks: the page lasts until the connection ends. */
function endAtClose(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  response.removeHeader('Transfer-Encoding');
}
