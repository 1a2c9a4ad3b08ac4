// The lab's live connections: trace events as they happen, as server-sent events (HTML, "Server-sent events"), to pages
// on this machine. What a page does not take in time is not kept for it: it is dropped.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TraceEvent } from '../trace/events.ts';

/** Told to a page that comes late, events. */
const HISTORY = 2_000;
/** Bytes that a page may be behind. */
const PATIENCE = 8 << 20;
const MOST_PAGES = 8;
const PATH = '/live';

export class LiveStream {
  private readonly pages = new Set<ServerResponse>();
  /** The latest events, as lines; up to twice as many are in memory. */
  private readonly history: string[] = [];
  private forgotten = 0;
  private pending: string[] = [];

  /** How many pages are told. */
  get watchers(): number {
    return this.pages.size;
  }

  /** The next event of a recorder. */
  readonly event = (event: TraceEvent): void => {
    const line = `data: ${JSON.stringify(event)}\n\n`;
    if (this.history.push(line) >= 2 * HISTORY) {
      this.history.splice(0, HISTORY);
      this.forgotten += HISTORY;
    }
    if (this.pages.size === 0) return;
    // All of one turn is one write.
    if (this.pending.push(line) === 1) setImmediate(() => this.flush());
  };

  /** False: it is another's path. */
  readonly answer = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url !== PATH) return false;
    if (request.method !== 'GET') response.writeHead(405, { Allow: 'GET' }).end();
    else if (this.pages.size >= MOST_PAGES) response.writeHead(503).end();
    else this.open(response);
    return true;
  };

  /** What has happened so far is told to its end, and nothing follows. */
  close(): void {
    this.flush();
    for (const page of this.pages) page.end();
    this.pages.clear();
  }

  private open(response: ServerResponse): void {
    this.flush();
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(`event: missed\ndata: ${this.forgotten}\n\n${this.history.join('')}`);
    this.pages.add(response);
    response.once('close', () => this.pages.delete(response));
  }

  private flush(): void {
    if (this.pending.length === 0) return;
    const lines = this.pending.join('');
    this.pending = [];
    for (const page of this.pages) {
      page.write(lines);
      if (page.writableLength > PATIENCE) page.destroy();
    }
  }
}
