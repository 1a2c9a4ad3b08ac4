// What the notes say about TCP, claim by claim (C01...C32), and what this stack does about each. Where a note is
// wrong, the test shows what happens instead.

import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { twoHosts } from '../../src/sim/network.ts';
import { IsnGenerator } from '../../src/tcp/isn.ts';
import { CONNECTED, END, SOFT_ERROR, TIME_WAIT } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, diff, unsigned } from '../../src/tcp/seq.ts';
import { Address } from '../../src/wire/address.ts';
import { memoryWorld } from '../net/worlds.ts';
import { accepted, established, OUR_ISS, Script } from '../support/script.ts';
import { reach } from '../tcp/states.ts';

const SERVER = Address.parse('10.0.0.2')!;
const info = (t: Script) => t.connection.info(t.now);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

function readAll(socket: TcpSocket): string {
  let all = '';
  for (let part = socket.receive(); part !== null; part = socket.receive())
    all += new TextDecoder().decode(part);
  return all;
}

describe('what TCP is', () => {
  test('C01: nothing is delivered before the handshake is done', () => {
    const t = new Script().listen().in('SP 0:100 <mss 1000>').out('S. 0:0 ack 1').reads(0).untold(CONNECTED);
    t.in('P 1:101').reads(0).state('SYN-RECEIVED').in('P. 1:101 ack 1').told(CONNECTED).reads(100);
    new Script().connect().out('S 0:0').write(10).quiet().in('P. 1:101 ack 1').reads(0).state('SYN-SENT');
  });

  test('C02: text is cut into segments at the effective send MSS, each with a header', () => {
    const t = established().write(2500);
    expect(t.takeSent()).toEqual([
      '. 1:1001 ack 1 win 65535',
      '. 1001:2001 ack 1 win 65535',
      'P. 2001:2501 ack 1 win 65535',
    ]);
  });

  test('C10: a segment’s numbers say where it belongs; old duplicates are answered, never delivered', () => {
    const t = established()
      .in('P. 1:101 ack 1')
      .reads(100)
      .in('P. 1:101 ack 1')
      .out('. 1:1 ack 101')
      .reads(0);
    t.in('P. 4294900000:4294900100 ack 1').out('. 1:1 ack 101').reads(0);
  });

  test('C11: ACK = sequence number + length, and it is cumulative; SYN and FIN count one each', () => {
    const t = new Script().listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1').in('. 1:1 ack 1');
    t.in('. 1:1001 ack 1')
      .in('. 1001:2001 ack 1')
      .out('. 1:1 ack 2001')
      .in('F. 2001:2001 ack 1')
      .out('. 1:1 ack 2002');
  });

  test('C12: flow control, error control, order control', () => {
    const flow = established().in('. 1:1 ack 1 win 1000').write(3000).out('. 1:1001 ack 1').quiet();
    flow
      .in('. 1:1 ack 1001 win 0')
      .quiet()
      .after(1000)
      .out('. 1001:1002 ack 1')
      .followed('9293-3.8.6.1-probe');
    established()
      .write(500)
      .out('P. 1:501 ack 1')
      .after(1000)
      .out('P. 1:501 ack 1')
      .followed('6298-5.4-retransmit');
    established().in('. 1001:2001 ack 1').reads(0).in('. 1:1001 ack 1').reads(2000);
  });

  test('C13: both directions carry text at once, and close each for itself', () => {
    const t = established().write(1000).out('P. 1:1001 ack 1').in('P. 1:501 ack 1001').reads(500);
    t.shutdown().out('F. 1001:1001 ack 501').in('P. 501:1001 ack 1002').reads(500).state('FIN-WAIT-2');
    const u = established()
      .in('F. 1:1 ack 1')
      .out('. 1:1 ack 2')
      .write(1000)
      .out('P. 1:1001 ack 2')
      .state('CLOSE-WAIT');
    u.in('. 2:2 ack 1001').shutdown().out('F. 1001:1001 ack 2');
  });

  test('C14: a path that breaks is noticed: R2, keep-alive; an ICMP soft error alone is no reason', () => {
    established().write(10).after(200_000).state('CLOSED').error('ETIMEDOUT');
    const idle = established({ parameters: { keepAlive: true } })
      .after(7_200_000)
      .out('. 0:0 ack 1');
    idle
      .after(9 * 75_000)
      .state('CLOSED')
      .error('ETIMEDOUT');
    const soft = established().write(10).out('P. 1:11 ack 1');
    soft.do((c, now) => c.icmpError('soft', add(OUR_ISS, 1), 'EHOSTUNREACH', now)).told(SOFT_ERROR);
    soft.state('ESTABLISHED').in('. 1:1 ack 11').state('ESTABLISHED').error(null);
  });
});

describe('handshake', () => {
  test('C03: without a listener the SYN is answered by RST,ACK: ECONNREFUSED; with one it connects', () => {
    const { clock, client, server } = twoHosts();
    const refused = client.connect({ address: SERVER, port: 81 });
    server.listen({ port: 80 });
    const taken = client.connect({ address: SERVER, port: 80 });
    clock.advance(10);
    expect([refused.state, refused.error]).toEqual(['CLOSED', 'ECONNREFUSED']);
    expect([taken.state, taken.error]).toEqual(['ESTABLISHED', null]);
  });

  test('C04: SYN with a number nobody can guess; CLOSED to SYN-SENT', () => {
    new Script().connect().out('S 0:0').state('SYN-SENT');
    const local = { address: Address.parse('10.0.0.1')!, port: 4000 };
    const remote = { address: SERVER, port: 80 };
    const [ours, other] = [
      new IsnGenerator(new Uint8Array(16)),
      new IsnGenerator(new Uint8Array(16).fill(1)),
    ];
    // By another secret or for another connection it is another; for the next incarnation it has moved on.
    expect(ours.next(local, remote, 0)).not.toBe(other.next(local, remote, 0));
    const isns = Array.from({ length: 1000 }, (_, i) =>
      unsigned(ours.next({ ...local, port: i + 1 }, remote, 0)),
    );
    expect(new Set(isns).size).toBe(1000);
    expect(Math.max(...isns) - Math.min(...isns)).toBeGreaterThan(2 ** 31);
    expect(diff(ours.next(local, remote, 1000), ours.next(local, remote, 0))).toBe(250_000);
  });

  test('C05: SYN,ACK with ack = x + 1; LISTEN to SYN-RECEIVED', () => {
    new Script().listen().in('S 0:0').out('S. 0:0 ack 1').state('SYN-RECEIVED');
  });

  test('C06: until the SYN,ACK comes the client is in SYN-SENT, not CLOSED', () => {
    const t = new Script().connect().out('S 0:0').state('SYN-SENT').after(999).state('SYN-SENT');
    t.in('S. 0:0 ack 1').state('ESTABLISHED');
  });

  test('C07: the ACK; ESTABLISHED at the client first, at the server when it arrives', () => {
    const { clock, client, server } = twoHosts({ delay: 50 });
    server.listen({ port: 80 });
    const socket = client.connect({ address: SERVER, port: 80 });
    const peer = (): string => [...server.sockets()][0]?.state ?? 'LISTEN';
    const seen: string[][] = [];
    for (const ms of [25, 50, 50, 50]) {
      clock.advance(ms);
      seen.push([socket.state, peer()]);
    }
    expect(seen).toEqual([
      ['SYN-SENT', 'LISTEN'],
      ['SYN-SENT', 'SYN-RECEIVED'],
      ['ESTABLISHED', 'SYN-RECEIVED'],
      ['ESTABLISHED', 'ESTABLISHED'],
    ]);
  });

  test('C08: the third segment may carry text, which is delivered once', () => {
    const t = new Script()
      .listen()
      .in('S 0:0')
      .out('S. 0:0 ack 1')
      .in('P. 1:101 ack 1')
      .state('ESTABLISHED')
      .reads(100);
    t.in('P. 1:101 ack 1').out('. 1:1 ack 101').reads(0);
  });

  test('C09: the bare ACK establishes the server, no text is needed', () => {
    const t = new Script()
      .listen()
      .in('S 0:0')
      .out('S. 0:0 ack 1')
      .in('. 1:1 ack 1')
      .quiet()
      .state('ESTABLISHED');
    t.told(CONNECTED).reads(0);
  });
});

describe('applications', () => {
  test('C15: an unmodified HTTP client and server', async () => {
    const world = memoryWorld();
    const web = http.createServer((request, response) => response.end(`you asked for ${request.url}`));
    const server = world.server.createServer((socket) => web.emit('connection', socket));
    server.listen(80, world.serverAddress);
    await once(server, 'listening');
    expect(await world.run(get(world, '/notes', {}))).toMatchObject({
      status: 200,
      body: 'you asked for /notes',
    });
  });

  test('C16: address and port find the program; many connections share one listening port', () => {
    const { clock, client, server } = twoHosts();
    const [web, mail] = [server.listen({ port: 80 }), server.listen({ port: 25 })];
    const sockets = [80, 80, 25].map((port) => client.connect({ address: SERVER, port }));
    clock.advance(10);
    for (const [i, socket] of sockets.entries()) socket.send(text(`to ${socket.remote.port}, number ${i}`));
    clock.advance(1000);
    const children = [web.accept()!, web.accept()!, mail.accept()!];
    expect([web.accept(), mail.accept()]).toEqual([null, null]);
    expect(children.map(readAll).sort()).toEqual(['to 25, number 2', 'to 80, number 0', 'to 80, number 1']);
    expect(children.map(({ local }) => local.port)).toEqual([80, 80, 25]);
    expect(new Set(children.map(({ remote }) => remote.port)).size).toBe(3);
    // An answer goes back to the one that asked.
    for (const child of children) child.send(text(`you are ${child.remote.port}`));
    clock.advance(1000);
    expect(sockets.map(readAll)).toEqual(sockets.map(({ local }) => `you are ${local.port}`));
  });

  test('C17: one session, known by its cookie, spans several connections', async () => {
    const world = memoryWorld();
    const visits = new Map<string, number>();
    const web = http.createServer((request, response) => {
      const session = request.headers.cookie ?? `session=${visits.size + 1}`;
      visits.set(session, (visits.get(session) ?? 0) + 1);
      response.setHeader('set-cookie', session);
      response.end(`${session}, visit ${visits.get(session)}, from port ${request.socket.remotePort}`);
    });
    const server = world.server.createServer((socket) => web.emit('connection', socket));
    server.listen(80, world.serverAddress);
    await once(server, 'listening');
    const first = await world.run(get(world, '/', {}));
    const second = await world.run(get(world, '/', { cookie: first.cookie }));
    const stranger = await world.run(get(world, '/', {}));
    expect([first, second, stranger].map(({ body }) => body.split(', from')[0])).toEqual([
      'session=1, visit 1',
      'session=1, visit 2',
      'session=2, visit 1',
    ]);
    expect(new Set([first, second, stranger].map(({ body }) => body.split('port ')[1])).size).toBe(3);
  });
});

interface Page {
  readonly status: number;
  readonly body: string;
  readonly cookie: string;
}

/** GET on a connection of its own. */
async function get(
  world: ReturnType<typeof memoryWorld>,
  path: string,
  headers: http.OutgoingHttpHeaders,
): Promise<Page> {
  const createConnection = () => world.client.connect(80, world.serverAddress);
  const request = http.request({ host: world.serverAddress, path, headers, createConnection }).end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let body = '';
  for await (const part of response) body += part;
  return { status: response.statusCode ?? 0, body, cookie: response.headers['set-cookie']?.[0] ?? '' };
}

describe('release', () => {
  test('C18: step 1: the FIN carries an ACK; ESTABLISHED to FIN-WAIT-1', () => {
    established().shutdown().out('F. 1:1 ack 1').state('FIN-WAIT-1');
  });

  test('C19: step 2: the ACK; CLOSE-WAIT there, FIN-WAIT-2 here', () => {
    accepted().in('F. 1:1 ack 1').out('. 1:1 ack 2').state('CLOSE-WAIT').told(END);
    established().shutdown().out('F. 1:1 ack 1').in('. 1:1 ack 2').quiet().state('FIN-WAIT-2');
  });

  test('C20: TIME-WAIT follows the peer’s FIN only, and only for who closed first', () => {
    const first = reach['FIN-WAIT-2']().untold(TIME_WAIT).after(1_000_000).state('FIN-WAIT-2');
    first.in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT').told(TIME_WAIT);
    reach['LAST-ACK']().in('. 2:2 ack 2').state('CLOSED').untold(TIME_WAIT);
  });

  test('C21: in CLOSE-WAIT what is left is still sent (half-close)', () => {
    const t = reach['CLOSE-WAIT']()
      .write(1500)
      .out('. 1:1001 ack 2', 'P. 1001:1501 ack 2')
      .state('CLOSE-WAIT');
    t.in('. 2:2 ack 1501').shutdown().out('F. 1501:1501 ack 2').state('LAST-ACK');
    const other = reach['FIN-WAIT-2']().in('. 1:1001 ack 2').in('P. 1001:1501 ack 2').reads(1500);
    other.state('FIN-WAIT-2');
  });

  test('C22: what was missed is sent again, in CLOSE-WAIT and in LAST-ACK', () => {
    const t = reach['CLOSE-WAIT']()
      .write(500)
      .out('P. 1:501 ack 2')
      .after(1000)
      .out('P. 1:501 ack 2')
      .state('CLOSE-WAIT');
    t.shutdown().out('F. 501:501 ack 2').state('LAST-ACK').after(2000).out('FP. 1:501 ack 2');
    t.in('. 2:2 ack 502').state('CLOSED').error(null);
  });

  test('C23: step 3: the FIN, LAST-ACK; it goes again until it is acknowledged', () => {
    const t = reach['LAST-ACK']()
      .after(1000)
      .out('F. 1:1 ack 2')
      .after(2000)
      .out('F. 1:1 ack 2')
      .state('LAST-ACK');
    t.in('. 2:2 ack 2').state('CLOSED').after(1_000_000).quiet();
  });

  test('C24: LAST-ACK is not entered before the last queued byte has been sent', () => {
    const t = reach['CLOSE-WAIT']()
      .in('. 2:2 ack 1 win 1000')
      .write(2500)
      .shutdown()
      .out('. 1:1001 ack 2')
      .state('CLOSE-WAIT');
    t.in('. 2:2 ack 1001 win 1000').out('. 1001:2001 ack 2').state('CLOSE-WAIT');
    t.in('. 2:2 ack 2001 win 1000').out('FP. 2001:2501 ack 2').state('LAST-ACK');
  });

  test('C25: step 4: the ACK; TIME-WAIT here, CLOSED there at once', () => {
    reach['FIN-WAIT-2']().in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT');
    reach['LAST-ACK']().in('. 2:2 ack 2').quiet().state('CLOSED').error(null);
  });

  test('C26: the FIN is acknowledged at once; the waiting comes after', () => {
    const t = reach['FIN-WAIT-2']().in('F. 1:1 ack 2');
    expect(t.connection.deadline).toBe(t.now + 240_000);
    t.out('. 2:2 ack 2').state('TIME-WAIT').after(239_999).quiet().state('TIME-WAIT');
  });

  test('C27: 2 MSL are 240 s by the RFC, 60 s in Linux', () => {
    for (const [{ msl }, total] of [[RFC9293, 240_000] as const, [LINUX, 60_000] as const]) {
      const t = reach['TIME-WAIT']({ parameters: { msl } });
      expect(info(t).timeWaitLeft).toBe(total);
      t.after(total - 1)
        .state('TIME-WAIT')
        .after(1)
        .state('CLOSED');
    }
  });

  test('C28: in TIME-WAIT late segments are answered and dropped, and the names are not used again too early', () => {
    const t = reach['FIN-WAIT-2']()
      .in('P. 1:101 ack 2')
      .reads(100)
      .in('F. 101:101 ack 2')
      .out('. 2:2 ack 102');
    t.in('P. 1:101 ack 2')
      .out('. 2:2 ack 102')
      .reads(0)
      .state('TIME-WAIT')
      .in('R 102:102')
      .quiet()
      .state('TIME-WAIT');

    const { clock, client, server } = twoHosts();
    server.listen({ port: 80 });
    const open = () => client.connect({ address: SERVER, port: 80, localPort: 5000 });
    const socket = open();
    clock.advance(10);
    socket.close();
    [...server.sockets()][0]?.close();
    clock.advance(1000);
    expect(socket.state).toBe('TIME-WAIT');
    expect(open).toThrowError(expect.objectContaining({ code: 'EADDRINUSE' }));
    clock.advance(240_000);
    expect(open().state).toBe('SYN-SENT');
  });

  test('C29: the last ACK is lost: the FIN comes again, is acknowledged again, and 2 MSL begin anew', () => {
    const t = reach['TIME-WAIT']().after(239_000).in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT');
    expect(info(t).timeWaitLeft).toBe(240_000);
    reach['LAST-ACK']().after(1000).out('F. 1:1 ack 2').in('. 2:2 ack 2').state('CLOSED');
  });

  test('C30: graceful by close, abrupt by abort; a RST must have exactly the right number', () => {
    established().close().out('F. 1:1 ack 1').state('FIN-WAIT-1');
    established().write(10).out('P. 1:11 ack 1').abort().out('R 11:11').state('CLOSED');
    established().in('R 1:1').quiet().state('CLOSED').error('ECONNRESET');
    established().in('R 2:2').out('. 1:1 ack 1').state('ESTABLISHED').followed('5961-3.2-challenge');
  });

  test('C31: four segments, or three, or both ends at once', () => {
    const four = established().shutdown().out('F. 1:1 ack 1').in('. 1:1 ack 2').in('F. 1:1 ack 2');
    four.out('. 2:2 ack 2').state('TIME-WAIT');
    established().shutdown().out('F. 1:1 ack 1').in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT');
    const both = established()
      .shutdown()
      .out('F. 1:1 ack 1')
      .in('F. 1:1 ack 1')
      .out('. 2:2 ack 2')
      .state('CLOSING');
    both.in('. 2:2 ack 2').quiet().state('TIME-WAIT');
  });

  test.each([
    'SYN-SENT',
    'SYN-RECEIVED',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'CLOSE-WAIT',
    'CLOSING',
    'LAST-ACK',
    'TIME-WAIT',
  ] as const)('C32: closed in %s, with a silent peer: CLOSED all the same', (state) => {
    const t = reach[state]().close();
    if (state !== 'SYN-SENT') t.state(state === 'CLOSE-WAIT' ? 'LAST-ACK' : state);
    t.after(300_000).state('CLOSED');
    expect(t.connection.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});
