// Two ends that a recorder hears, and their handshake.

import type { SegmentEvent } from '../../src/trace/events.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { FakeEnd } from './support.ts';

export function record(limit = 1000): { recorder: Recorder; client: FakeEnd; server: FakeEnd } {
  const recorder = new Recorder(limit);
  return {
    recorder,
    client: new FakeEnd(recorder.probeFor('client'), 'client'),
    server: new FakeEnd(recorder.probeFor('server'), 'server'),
  };
}

export const segments = (recorder: Recorder): SegmentEvent[] =>
  recorder.events.filter((event): event is SegmentEvent => event.kind === 'segment');

export function handshake(client: FakeEnd, server: FakeEnd): void {
  client.state('SYN-SENT', '9293-3.10.1-active');
  server.in(client.out('S', 0, 0, { why: '9293-3.5-syn' }));
  server.state('SYN-RECEIVED', '9293-3.10.7.2-third');
  client.in(server.out('S.', 0, 1, { why: '9293-3.5-syn-ack' }));
  client.state('ESTABLISHED', '9293-3.10.7.3-fourth-established');
  client.tcb.snd.scale = 7;
  client.tcb.rcv.scale = 7;
  server.tcb.snd.scale = 7;
  server.in(client.out('.', 1, 1, { why: '9293-3.5-ack' }));
  server.state('ESTABLISHED', '9293-3.10.7.4-fifth-established');
}
