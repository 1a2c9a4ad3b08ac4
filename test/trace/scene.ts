// Two ends, a recorder that hears both, and a ladder that shows what it hears.

import { Ladder, type LadderOptions } from '../../src/trace/ladder.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { FakeEnd } from './support.ts';

export class Scene {
  readonly lines: string[] = [];
  readonly recorder = new Recorder();
  readonly ladder: Ladder;
  readonly client: FakeEnd;
  readonly server: FakeEnd;

  constructor(options: Partial<LadderOptions> = {}) {
    this.ladder = new Ladder({
      left: 'client',
      right: 'server',
      width: 100,
      color: false,
      messages: ENGLISH,
      write: (line) => this.lines.push(line),
      ...options,
    });
    this.recorder.listen((event) => this.ladder.event(event));
    this.client = new FakeEnd(this.recorder.probeFor('client'), 'client');
    this.server = new FakeEnd(this.recorder.probeFor('server'), 'server');
  }

  at(t: number): this {
    this.client.now = t;
    this.server.now = t;
    return this;
  }

  /** The rows that were written since the last call. */
  take(): string[] {
    return this.takeAll().filter((line) => /[│┤╷┊]/.test(line));
  }

  /** The legend, too, and what is said between the rows. */
  takeAll(): string[] {
    this.ladder.flush();
    return this.lines.splice(0);
  }

  open(delay: number): void {
    const { client, server } = this;
    client.call('connect');
    client.state('SYN-SENT', '9293-3.10.1-active');
    const syn = client.out('S', 0, 0, { why: '9293-3.5-syn' });
    this.at(client.now + delay);
    server.state('LISTEN', '9293-3.10.1-passive');
    server.in(syn);
    server.state('SYN-RECEIVED', '9293-3.10.7.2-third');
    const synAck = server.out('S.', 0, 1, { why: '9293-3.5-syn-ack' });
    this.at(client.now + delay);
    client.in(synAck);
    client.state('ESTABLISHED', '9293-3.10.7.3-fourth-established');
    const ack = client.out('.', 1, 1, { why: '9293-3.5-ack' });
    this.at(client.now + delay);
    server.in(ack);
    server.state('ESTABLISHED', '9293-3.10.7.4-fifth-established');
  }
}
