import { describe, expect, test } from 'vitest';
import { Recorder } from '../../src/trace/recorder.ts';
import { type ConnectionSummary, Summary } from '../../src/trace/summary.ts';
import { formatSummary } from '../../src/trace/summary-text.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { CLIENT, endpoint, FakeEnd, packetOf, SERVER } from './support.ts';

/** A conversation with 10 ms each way; `hears` says whose events reach the summary. */
class Talk {
  readonly summary = new Summary();
  readonly client: FakeEnd;
  readonly server: FakeEnd;

  constructor(hears: readonly ('client' | 'server')[] = ['client', 'server']) {
    const recorder = new Recorder();
    recorder.listen((event) => this.summary.event(event));
    const probe = (name: string) =>
      ((hears as readonly string[]).includes(name) ? recorder : new Recorder(0)).probeFor(name);
    this.client = new FakeEnd(probe('client'), 'client');
    this.server = new FakeEnd(probe('server'), 'server');
  }

  get only(): ConnectionSummary {
    const all = this.summary.connections();
    expect(all).toHaveLength(1);
    return all[0]!;
  }

  pass(ms = 10): void {
    this.client.now += ms;
    this.server.now += ms;
  }

  open(): this {
    const { client, server } = this;
    client.state('SYN-SENT', '9293-3.10.1-active');
    const syn = client.out('S', 0, 0);
    this.pass();
    server.state('LISTEN', '9293-3.10.1-passive');
    server.in(syn);
    server.state('SYN-RECEIVED', '9293-3.10.7.2-third');
    const synAck = server.out('S.', 0, 1);
    this.pass();
    client.in(synAck);
    client.state('ESTABLISHED', '9293-3.10.7.3-fourth-established');
    const ack = client.out('.', 1, 1);
    this.pass();
    server.in(ack);
    server.state('ESTABLISHED', '9293-3.10.7.4-fifth-established');
    return this;
  }

  /** The client asks for 100 octets, sends them twice, gets 2,000, and `first` closes first. */
  exchange(first: 'client' | 'server' = 'client'): this {
    const { client, server } = this;
    const ask = client.out('P.', 1, 1, { length: 100 });
    const again = client.out('P.', 1, 1, { length: 100 });
    this.pass();
    server.in(ask);
    server.in(again);
    const one = server.out('.', 1, 101, { length: 1000 });
    const two = server.out('P.', 1001, 101, { length: 1000 });
    this.pass();
    client.in(one);
    client.in(two);
    const [a, b] = first === 'client' ? [client, server] : [server, client];
    const [mine, theirs] = first === 'client' ? [101, 2001] : [2001, 101];
    a.state('FIN-WAIT-1', '9293-3.10.4-close');
    const fin = a.out('F.', mine, theirs);
    this.pass();
    b.in(fin);
    b.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    b.state('LAST-ACK', '9293-3.6-fin');
    const fin2 = b.out('F.', theirs, mine + 1);
    this.pass();
    a.in(fin2);
    a.timer('time-wait', a.now + 240_000);
    a.state('TIME-WAIT', '9293-3.10.7.4-eighth-time-wait');
    const last = a.out('.', mine + 1, theirs + 1);
    this.pass();
    b.in(last);
    b.state('CLOSED', '9293-3.10.7.4-fifth-closed');
    return this;
  }
}

describe('Summary', () => {
  test('a whole exchange, both ends observed', () => {
    const talk = new Talk().open().exchange();
    expect(talk.only).toEqual({
      connection: 1,
      client: {
        endpoint: '10.0.0.1:40000',
        host: 'client',
        state: 'TIME-WAIT',
        confidence: 'observed',
        sent: { segments: 6, bytes: 100, retransmissions: 1 },
        fin: 50,
        timeWaitUntil: 240_070,
      },
      server: {
        endpoint: '10.0.0.2:80',
        host: 'server',
        state: 'CLOSED',
        confidence: 'observed',
        sent: { segments: 4, bytes: 2000, retransmissions: 0 },
        fin: 60,
        timeWaitUntil: null,
      },
      handshake: true,
      syn: 0,
      synAck: 10,
      ack: 20,
      roundTrip: 20,
      closedFirst: 'client',
      ending: 'fin',
      resetBy: null,
      complete: true,
    });
  });

  test('only the server observed: the same story, the client inferred', () => {
    const { only } = new Talk(['server']).open().exchange();
    expect(only).toMatchObject({
      client: {
        state: 'TIME-WAIT',
        confidence: 'observed',
        sent: { segments: 6, bytes: 100, retransmissions: 1 },
        timeWaitUntil: null,
      },
      server: { state: 'CLOSED', confidence: 'observed', sent: { segments: 4, bytes: 2000 } },
      handshake: true,
      syn: 10,
      roundTrip: 20,
      closedFirst: 'client',
      ending: 'fin',
      complete: true,
    });
  });

  test('only the client observed, the server closes first: its CLOSED is a guess', () => {
    const { only } = new Talk(['client']).open().exchange('server');
    expect(only).toMatchObject({
      client: { state: 'CLOSED', confidence: 'observed' },
      server: { state: 'TIME-WAIT', confidence: 'observed', timeWaitUntil: null },
      closedFirst: 'server',
      roundTrip: 20,
      complete: true,
    });
  });

  test('a FIN seen in the same millisecond is still the second one', () => {
    const talk = new Talk(['client']).open();
    talk.client.in(talk.server.segment('F.', 1, 1));
    talk.client.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    talk.client.out('F.', 1, 2);
    expect(talk.only.closedFirst).toBe('server');
    expect(talk.only.ending).toBe('open');
    expect(talk.only.complete).toBe(false);
  });

  test('§3.6 fig. 13: both at once', () => {
    const talk = new Talk(['client']).open();
    const { client, server } = talk;
    client.state('FIN-WAIT-1', '9293-3.10.4-close');
    client.out('F.', 1, 1);
    client.in(server.segment('F.', 1, 1));
    client.state('CLOSING', '9293-3.10.7.4-eighth-closing');
    client.out('.', 2, 2);
    client.in(server.segment('.', 2, 2));
    expect(talk.only).toMatchObject({ closedFirst: 'both', ending: 'fin', complete: true });
  });

  test.each([
    ['9293-3.10.5-abort', 'reset', 'client'],
    ['9293-3.6.1-unread', 'reset', 'client'],
    ['9293-3.10.7.4-second', 'reset', 'server'],
    ['9293-3.8.3-r2', 'timeout', null],
    ['9293-3.8.4-dead', 'timeout', null],
    ['9293-3.9.2.2-hard', 'failed', null],
  ] as const)('CLOSED by %s: %s, RST by %s', (why, ending, resetBy) => {
    const talk = new Talk(['client']).open();
    talk.client.state('CLOSED', why);
    expect(talk.only).toMatchObject({ ending, resetBy, complete: false });
  });

  test('a RST in TIME-WAIT does not undo that both had closed', () => {
    const talk = new Talk(['client']).open().exchange();
    talk.client.state('CLOSED', '9293-3.10.7.4-second-closed');
    expect(talk.only).toMatchObject({ ending: 'fin', resetBy: null, complete: true });
    expect(talk.only.client.timeWaitUntil).toBeNull();
  });

  test('refused: no handshake, and the RST counted once', () => {
    const talk = new Talk();
    const { client, server } = talk;
    client.state('SYN-SENT', '9293-3.10.1-active');
    client.out('S', 0, 0);
    const reset = server.segment('R.', 0, 1);
    server.probe.packetSent('server', 'wire', packetOf(reset, SERVER, CLIENT), 10);
    client.in(reset);
    client.state('CLOSED', '9293-3.10.7.3-second');
    expect(talk.only).toMatchObject({
      handshake: false,
      ending: 'reset',
      resetBy: 'server',
      synAck: null,
      roundTrip: null,
      complete: false,
    });
    expect(talk.only.server).toMatchObject({ state: 'CLOSED', sent: { segments: 1 } });
  });

  test('a SYN that was sent again measures no round trip (Karn)', () => {
    const talk = new Talk(['client']);
    const { client, server } = talk;
    client.out('S', 0, 0);
    client.out('S', 0, 0);
    client.in(server.segment('S.', 0, 1));
    expect(talk.only.roundTrip).toBeNull();
  });

  test('closed with text unsent, and only the peer sent a FIN: the peer closed first', () => {
    const talk = new Talk(['client']).open();
    const { client, server } = talk;
    client.state('FIN-WAIT-1', '9293-3.10.4-close');
    client.in(server.segment('F.', 1, 1));
    client.state('CLOSING', '9293-3.10.7.4-eighth-closing');
    expect(talk.only.closedFirst).toBe('server');
    client.out('F.', 101, 2);
    expect(talk.only.closedFirst).toBe('server');
  });

  test.each([
    ['a FIN out of the window', 'F.', 90_000, '9293-3.10.7.4-first'],
    ['a RST in the window, not at its edge', 'R', 50, '5961-3.2-challenge'],
    ['a RST outside', 'R', 90_000, '9293-3.10.7.4-first-rst'],
    ['text that is too old', 'P.', 1, '7323-5.3-paws'],
  ] as const)('%s was refused: it arrived, and nothing follows from it', (_what, letters, at, why) => {
    const talk = new Talk(['client']).open();
    const { client, server } = talk;
    client.out('P.', 1, 1, { length: 5 });
    client.in(server.segment('.', 1, 6));
    const before = talk.only;
    const seg = server.segment(letters, at, 6, { length: letters === 'P.' ? 9 : 0 });
    client.probe.segmentArrives(client.tcb, seg, client.now);
    client.probe.segmentDropped(client.tcb, seg, why, client.now);
    const { sent } = before.server;
    const segments = sent.segments + 1;
    expect(talk.only).toEqual({ ...before, server: { ...before.server, sent: { ...sent, segments } } });
    expect(talk.only.server).toMatchObject({ state: 'ESTABLISHED', confidence: 'observed' });
  });

  test('what comes for a connection that is over here, and a RST answers, tells nothing', () => {
    const talk = new Talk(['client']).open();
    const { client, server } = talk;
    client.state('CLOSED', '9293-3.10.5-abort');
    const before = talk.only;
    const late = packetOf(server.segment('F.', 1, 1, { length: 9 }), SERVER, CLIENT);
    client.probe.packetReceived('client', 'wire', late, client.now);
    client.probe.packetDropped('client', 'wire', late, 'tcp-no-connection', client.now);
    expect(talk.only).toEqual(before);
  });

  test('a segment of which the text alone was dropped has told what it acknowledges', () => {
    const talk = new Talk(['client']).open();
    const { client, server } = talk;
    client.out('F.', 1, 1);
    const seg = server.segment('P.', 9000, 2, { length: 5 });
    client.probe.segmentArrives(client.tcb, seg, 0);
    client.probe.segmentDropped(client.tcb, seg, '9293-3.10.7.4-seventh-no-room', 0);
    client.in(server.segment('F.', 1, 2));
    expect(talk.only.closedFirst).toBe('client');
    client.out('.', 2, 2);
    expect(talk.only.complete).toBe(true);
  });

  test('connections are told apart', () => {
    const talk = new Talk(['client']).open();
    const other = new FakeEnd(talk.client.probe, 'client', 2, endpoint('10.0.0.1', 40_001));
    other.out('S', 0, 0);
    const [, second] = talk.summary.connections();
    expect(second).toMatchObject({ connection: 2, handshake: false, client: { endpoint: '10.0.0.1:40001' } });
  });
});

describe('formatSummary', () => {
  test('says it in nine lines', () => {
    const talk = new Talk().open().exchange();
    expect(formatSummary(talk.only, 0, 1070, ENGLISH)).toEqual([
      'client 10.0.0.1:40000 → server 10.0.0.2:80',
      '  handshake   complete: SYN 0.000, SYN,ACK 10.000, ACK 20.000 ms',
      '  round trip  20.000 ms',
      '  client sent 100 bytes in 6 segments, 1 sent again',
      '  server sent 2,000 bytes in 4 segments',
      '  close       client first; each FIN acknowledged',
      '  client      TIME-WAIT, for another 239.0 s',
      '  server      CLOSED',
      '  exchange    complete',
    ]);
  });

  test.each([
    ['9293-3.10.5-abort', 'RST by the client'],
    ['9293-3.8.3-r2', 'given up: no answer for too long'],
    ['9293-3.9.2.2-hard', 'ended without FIN or RST'],
  ] as const)('%s: %s', (why, text) => {
    const talk = new Talk(['client']).open();
    expect(formatSummary(talk.only, 0, 0, ENGLISH)[5]).toBe('  close       not yet');
    talk.client.state('CLOSED', why);
    expect(formatSummary(talk.only, 0, 0, ENGLISH)[5]).toBe(`  close       ${text}`);
    expect(formatSummary(talk.only, 0, 0, ENGLISH).at(-1)).toBe('  exchange    not complete');
  });

  test('names the hosts behind the roles, and the end that is not observed as it is told to', () => {
    const recorder = new Recorder(0);
    const summary = new Summary();
    recorder.listen((event) => summary.event(event));
    new FakeEnd(recorder.probeFor('synfin'), 'server').state('SYN-RECEIVED', '9293-3.10.7.2-third');
    const only = summary.connections()[0]!;
    expect([only.client.host, only.server.host]).toEqual([null, 'synfin']);
    const first = (other?: string) => formatSummary(only, 0, 0, ENGLISH, other)[0];
    expect(first('kernel')).toBe('client (kernel) 10.0.0.1:40000 → server (synfin) 10.0.0.2:80');
    expect(first()).toBe('client 10.0.0.1:40000 → server (synfin) 10.0.0.2:80');
  });

  test('of a peer that has not answered nothing is known', () => {
    const talk = new Talk(['client']);
    talk.client.out('S', 0, 0);
    expect(talk.only.server.confidence).toBe('unknown');
    expect(formatSummary(talk.only, 0, 0, ENGLISH)[7]).toBe('  server      not known');
  });

  test('a state that is only presumed is marked', () => {
    const talk = new Talk(['client']).open();
    expect(formatSummary(talk.only, 0, 0, ENGLISH)[7]).toBe('  server      ESTABLISHED (inferred)');
  });
});
