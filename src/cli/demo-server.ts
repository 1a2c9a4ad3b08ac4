// The demo's HTTP server: one page, and who closes the connection first.
import { createServer, type ServerResponse } from 'node:http';
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

/** How long the page has to arrive before our reset would destroy what is left of it, milliseconds. */
const BEFORE_RESET = 50;

export class DemoServer {
  private readonly closer: Closer;
  private socket: Socket | null = null;

  constructor(closer: Closer) {
    this.closer = closer;
  }

  listen(net: Net): Promise<void> {
    const http = createServer((_request, response) => this.answer(response));
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

  /** HTTP's two ways to say where a page ends say who closes: the client that has so many bytes, or the server. */
  private answer(response: ServerResponse): void {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    switch (this.closer) {
      case 'client':
      case 'both':
        response.setHeader('Content-Length', Buffer.byteLength(PAGE));
        response.end(PAGE);
        return;
      case 'server':
        endAtClose(response);
        response.write(PAGE);
        response.end();
        return;
      case 'abort':
        endAtClose(response);
        response.write(PAGE);
        setTimeout(() => this.socket?.resetAndDestroy(), BEFORE_RESET);
        return;
    }
  }
}

/** No length is said, which `end(page)` would do, and no chunks: the page lasts until the connection ends. */
function endAtClose(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  response.removeHeader('Transfer-Encoding');
}
