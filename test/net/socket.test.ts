// net.Socket over scripted connections: what it asks of the host, and when it tells the program.

import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionOptions } from '../../src/net/net.ts';
import { createNet } from '../../src/net/net.ts';
import type { Socket } from '../../src/net/socket.ts';
import { FakeHost, type FakeTransport } from './fake-host.ts';

interface Pair {
  socket: Socket;
  wire: FakeTransport;
}

async function opening(options: Partial<ConnectionOptions> = {}): Promise<Pair> {
  const host = new FakeHost();
  const socket = createNet(host).connect({ port: 80, host: '10.0.0.1', ...options });
  await turn();
  return { socket, wire: host.connections[0]! };
}

async function connected(options: Partial<ConnectionOptions> = {}): Promise<Pair> {
  const pair = await opening(options);
  pair.wire.connects();
  await turn();
  return pair;
}

/** The events of `names` as they come, with their arguments. */
function watch(socket: Socket, ...names: string[]): string[] {
  const seen: string[] = [];
  for (const name of names) {
    socket.on(name, (...args: unknown[]) => seen.push([name, ...args.map(text)].join(' ')));
  }
  return seen;
}

/** Unlike once(), it does not mind an error before. */
const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));

const text = (value: unknown): string => (value instanceof Error ? value.message : String(value));

describe('events', () => {
  test('none is emitted from inside a notice', async () => {
    const { socket, wire } = await opening();
    const seen = watch(socket, 'connect', 'ready', 'data');
    wire.connects();
    wire.delivers('a');
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual(['connect', 'ready', 'data a']);
  });

  test('text and FIN that come together: data, end, finish, close', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'data', 'end', 'finish', 'close');
    wire.delivers('a', 'b');
    wire.finishes();
    await closed(socket);
    expect(seen).toEqual(['data a', 'data b', 'end', 'finish', 'close false']);
    expect(wire.calls).toEqual(['shutdown', 'close']);
  });

  test('end is emitted although nobody reads, as there is nothing to read', async () => {
    const { socket, wire } = await connected({ allowHalfOpen: true });
    const seen = watch(socket, 'end', 'finish', 'close');
    wire.finishes();
    await turn();
    expect(seen).toEqual(['end']);
    expect(socket.readyState).toBe('writeOnly');
    expect(wire.calls).toEqual([]);
  });

  test('a connection that goes without an error while text is awaited is aborted', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'error', 'close');
    wire.vanishes();
    await closed(socket);
    expect(seen).toEqual(['error read ECONNABORTED', 'close true']);
  });

  test('nothing more is heard from a destroyed socket', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'data', 'end', 'error', 'close');
    wire.delivers('late');
    socket.destroy();
    expect(wire.notify).toBeNull();
    await closed(socket);
    expect(seen).toEqual(['close false']);
    expect(wire.calls).toEqual(['close']);
  });
});

describe('reading', () => {
  test('text is handed over as a view, not copied', async () => {
    const { socket, wire } = await connected();
    const packet = Uint8Array.from([0, 0, 1, 2, 3]);
    const data = once(socket, 'data');
    wire.delivers(packet.subarray(2));
    const [chunk] = (await data) as [Buffer];
    expect(Buffer.isBuffer(chunk)).toBe(true);
    expect([chunk.buffer, chunk.byteOffset, chunk.length]).toEqual([packet.buffer, 2, 3]);
  });

  test('a paused reader leaves text in the connection, beyond the high-water mark', async () => {
    const { socket, wire } = await connected({ highWaterMark: 10 });
    wire.delivers('012345', '6789ab', 'cdefgh');
    await turn();
    expect(socket.readableLength).toBe(12);
    expect(wire.readable).toBe(6);
    expect(socket.bytesRead).toBe(12);
    expect(String(socket.read())).toBe('0123456789ab');
    await turn();
    expect(wire.readable).toBe(0);
    expect(socket.bytesRead).toBe(18);
  });

  test('a socket that was paused before it was connected reads nothing', async () => {
    const { socket, wire } = await opening();
    socket.pause();
    wire.connects();
    wire.delivers('a');
    await turn();
    expect([wire.readable, socket.bytesRead]).toEqual([1, 0]);
  });

  test('destroy() inside data leaves the rest', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'data', 'close');
    socket.on('data', () => socket.destroy());
    wire.delivers('a', 'b');
    await closed(socket);
    expect([seen, wire.readable]).toEqual([['data a', 'close false'], 1]);
  });

  test('pause() inside data stops at once', async () => {
    const { socket, wire } = await connected({ highWaterMark: 1 });
    const seen: string[] = [];
    socket.on('data', (chunk) => {
      seen.push(String(chunk));
      socket.pause();
    });
    wire.delivers('a', 'b', 'c');
    await turn();
    expect(seen).toEqual(['a']);
    socket.resume();
    await turn();
    expect(seen).toEqual(['a', 'b']);
  });

  test('text that came before a reset is delivered before the error', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'data', 'end', 'error', 'close');
    wire.delivers('last words');
    wire.fails('ECONNRESET');
    await closed(socket);
    expect(seen).toEqual(['data last words', 'error read ECONNRESET', 'close true']);
  });

  test('a reset is not heard before the reader asks again', async () => {
    const { socket, wire } = await connected({ highWaterMark: 1 });
    const seen = watch(socket, 'error', 'close');
    wire.delivers('a');
    await turn();
    wire.fails('ECONNRESET');
    await turn();
    expect(seen).toEqual([]);
    socket.resume();
    await closed(socket);
    expect(seen).toEqual(['error read ECONNRESET', 'close true']);
  });
});

describe('writing', () => {
  test('the callback runs when the send buffer has taken everything, and copies no more', async () => {
    const { socket, wire } = await connected();
    wire.room = 100_000;
    const data = Buffer.alloc(200_000, 'x');
    let done = false;
    socket.write(data, () => {
      done = true;
    });
    await turn();
    expect(wire.sent.map(({ length }) => length)).toEqual([65_536, 34_464]);
    // Refused: it is the program's own, and nobody keeps it.
    expect(wire.offered.slice(2)).toEqual([100_000]);
    expect(done).toBe(false);
    wire.makesRoom(50_000);
    await turn();
    expect(done).toBe(false);
    wire.makesRoom(50_000);
    await turn();
    expect(done).toBe(true);
    expect(Buffer.concat(wire.sent).equals(data)).toBe(true);
  });

  test('empty chunks among others are nothing', async () => {
    const { socket, wire } = await connected();
    socket.cork();
    for (const chunk of ['', 'a', Buffer.alloc(0), 'b', '']) socket.write(chunk);
    socket.uncork();
    await turn();
    expect([wire.sentText, socket.writableLength]).toEqual(['ab', 0]);
  });

  test('memory is used again when the peer has acknowledged all of it, and not before', async () => {
    const { socket, wire } = await connected();
    const write = (byte: string): Promise<unknown> =>
      new Promise((written) => socket.write(Buffer.alloc(65_536, byte), written));
    const buffers = (): ArrayBufferLike[] => wire.sent.map(({ buffer }) => buffer);
    await write('a');
    await write('b');
    wire.sendQueue = 65_537;
    await write('c');
    expect(new Set(buffers()).size).toBe(3);
    expect(wire.sent.map((sent) => String.fromCharCode(sent[0]!, sent.at(-1)!))).toEqual(['aa', 'bb', 'cc']);
    wire.acknowledges();
    await turn();
    await write('d');
    expect(new Set(buffers()).size).toBe(3);
  });

  test('what little a write has does not hold 64 KiB', async () => {
    const { socket, wire } = await connected();
    await new Promise((written) => socket.write(Buffer.alloc(16_383), written));
    expect(wire.sent[0]!.buffer.byteLength).toBe(16_383);
    expect(wire.calls).toEqual([]);
  });

  test('what a turn brings about leaves at its end, and end() takes the last text along', async () => {
    const { socket, wire } = await connected();
    wire.holds.length = 0;
    socket.on('data', () => Promise.resolve().then(() => wire.holds.push('answered')));
    wire.delivers('a');
    await turn();
    expect([wire.inTurns, wire.holds]).toEqual([true, ['answered', 'release']]);
    wire.holds.length = 0;
    socket.end('b');
    expect(wire.holds).toEqual(['hold', 'release']);
    expect([wire.sentText, wire.calls]).toEqual(['b', ['shutdown']]);
  });

  test('a write that is one of many leaves at the end of the turn that it begins', async () => {
    const { socket, wire } = await connected();
    wire.holds.length = 0;
    socket.write(Buffer.alloc(16_384));
    expect(wire.holds).toEqual(['hold']);
    await turn();
    expect(wire.holds).toEqual(['hold', 'release']);
  });

  test('a socket that is destroyed in its turn does not keep the connection from leaving', async () => {
    const { socket, wire } = await connected();
    socket.on('data', () => socket.destroy());
    wire.holds.length = 0;
    wire.delivers('a');
    await closed(socket);
    expect([wire.calls, wire.holds]).toEqual([['close'], ['release']]);
  });

  test('a buffer may be used again once the callback has run', async () => {
    const { socket, wire } = await connected();
    const buffer = Buffer.from('first');
    await new Promise((written) => socket.write(buffer, written));
    buffer.write('XXXXX');
    expect(wire.sentText).toBe('first');
  });

  test('chunks written while corked leave as one piece, strings and buffers in order', async () => {
    const { socket, wire } = await connected();
    socket.cork();
    socket.write('HTTP/1.1 200 OK\r\n');
    socket.write(Buffer.from('é'));
    socket.write('ÿ', 'latin1');
    socket.write('0a', 'hex');
    socket.uncork();
    expect(wire.offered).toEqual([21]);
    expect(Buffer.concat(wire.sent)).toEqual(
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\né'), Buffer.from([0xff, 0x0a])]),
    );
  });

  test('drain comes when what was above the high-water mark has gone', async () => {
    const { socket, wire } = await connected({ highWaterMark: 8 });
    const seen = watch(socket, 'drain');
    wire.room = 4;
    expect(socket.write('0123456789')).toBe(false);
    await turn();
    expect([seen.length, socket.writableLength, socket.bytesWritten]).toEqual([0, 10, 10]);
    wire.makesRoom(100);
    await turn();
    expect([seen.length, socket.writableLength, socket.bytesWritten]).toEqual([1, 0, 10]);
  });

  test('bytesWritten counts what waits for the connection and behind it', async () => {
    const { socket, wire } = await opening();
    socket.write('é');
    socket.write(Buffer.alloc(10));
    socket.write('ff00', 'hex');
    expect(socket.bytesWritten).toBe(14);
    expect(wire.sent).toEqual([]);
    wire.connects();
    await turn();
    expect(Buffer.concat(wire.sent).length).toBe(14);
    expect(socket.bytesWritten).toBe(14);
    expect(socket.listenerCount('close')).toBe(0);
  });

  test.each([
    ['a reset fails the write that waits', 'ECONNRESET', false, 'write ECONNRESET'],
    ['after the FIN of the peer it is a broken pipe', 'ECONNRESET', true, 'write EPIPE'],
    ['a timeout stays one', 'ETIMEDOUT', true, 'write ETIMEDOUT'],
  ])('%s', async (_name, code, finished, message) => {
    const { socket, wire } = await connected({ allowHalfOpen: true, highWaterMark: 1 });
    const seen = watch(socket, 'error', 'close');
    if (finished) wire.finishes();
    else wire.delivers('so that nothing more is read');
    await turn();
    wire.room = 0;
    const failure = new Promise((written) => socket.write('x', written));
    await turn();
    wire.fails(code);
    await closed(socket);
    expect(seen).toEqual([`error ${message}`, 'close true']);
    expect(await failure).toMatchObject({ message, syscall: 'write', code: message.slice(6) });
  });

  test('the FIN follows the last byte, and finish does not wait for the peer', async () => {
    const { socket, wire } = await connected();
    const seen = watch(socket, 'finish', 'close');
    wire.room = 3;
    socket.end('hello');
    await turn();
    expect(wire.calls).toEqual([]);
    wire.makesRoom(2);
    await turn();
    expect([wire.sentText, wire.calls, seen]).toEqual(['hello', ['shutdown'], ['finish']]);
  });

  test('half open, a write after our own end is our mistake', async () => {
    const { socket, wire } = await connected({ allowHalfOpen: true });
    const errors = watch(socket, 'error');
    wire.finishes();
    await turn();
    socket.end();
    socket.write('x');
    await turn();
    expect(errors).toEqual(['error write after end']);
  });

  test('destroySoon destroys once everything is in the send buffer', async () => {
    const { socket, wire } = await connected();
    wire.room = 3;
    socket.write('hello');
    socket.destroySoon();
    await turn();
    expect(socket.destroyed).toBe(false);
    wire.makesRoom(2);
    await closed(socket);
    expect([wire.sentText, wire.calls]).toEqual(['hello', ['shutdown', 'close']]);
  });

  test('a write under way when the socket is destroyed ends before close', async () => {
    const { socket, wire } = await connected();
    wire.room = 0;
    const seen = watch(socket, 'close');
    socket.write('x', () => seen.push('written'));
    await turn();
    socket.destroy();
    await closed(socket);
    expect(seen).toEqual(['written', 'close false']);
  });
});

describe('connecting', () => {
  test.each([
    [{}, 'ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:80', -111],
    [{}, 'ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:80', -110],
    [
      { localAddress: '10.0.0.2', localPort: 7 },
      'EHOSTUNREACH',
      'connect EHOSTUNREACH 10.0.0.1:80 - Local (10.0.0.2:7)',
      -113,
    ],
  ])('%o fails with %s', async (options, code, message, errno) => {
    const { socket, wire } = await opening(options);
    const seen = watch(socket, 'connectionAttemptFailed', 'error', 'close');
    const failure = once(socket, 'error');
    wire.fails(code);
    await closed(socket);
    expect(seen).toEqual([
      `connectionAttemptFailed 10.0.0.1 80 4 ${message}`,
      `error ${message}`,
      'close true',
    ]);
    const [error] = (await failure) as [Error];
    expect(error).toMatchObject({ code, errno, syscall: 'connect', address: '10.0.0.1', port: 80 });
  });

  test.each([
    [{}, 'ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:80 - Local (0.0.0.0:0)'],
    [{ host: '2001:db8::1' }, 'ENETUNREACH', 'connect ENETUNREACH 2001:db8::1:80 - Local (:::0)'],
    [{ localAddress: '9.9.9.9' }, 'EADDRNOTAVAIL', 'bind EADDRNOTAVAIL 9.9.9.9'],
    [{ localPort: 7 }, 'EADDRINUSE', 'bind EADDRINUSE 0.0.0.0:7'],
  ])('%o cannot be tried: %s', async (options, code, message) => {
    const host = new FakeHost();
    host.refuse = code;
    const socket = createNet(host).connect({ port: 80, host: '10.0.0.1', ...options });
    const seen = watch(socket, 'error', 'close');
    await closed(socket);
    expect(seen).toEqual([`error ${message}`, 'close true']);
  });

  test('two connects at once: the second is refused as the kernel does', async () => {
    const { socket } = await opening();
    const seen = watch(socket, 'error');
    socket.connect(80, '10.0.0.1');
    await closed(socket);
    expect(seen).toEqual(['error connect EALREADY 10.0.0.1:80 - Local (10.0.0.2:49152)']);
  });

  test('localhost needs no lookup; the program hears of it', async () => {
    const host = new FakeHost();
    const net = createNet(host);
    const seen = watch(net.connect(80), 'lookup');
    net.connect({ port: 81, host: 'LOCALHOST', family: 6 });
    await turn();
    expect(seen).toEqual(['lookup null 127.0.0.1 4 localhost', 'lookup null ::1 6 localhost']);
    expect(host.requests.map((request) => String(request.address))).toEqual(['127.0.0.1', '::1']);
  });

  test('the lookup that the program gave is asked even for localhost', async () => {
    const host = new FakeHost();
    createNet(host).connect({
      port: 80,
      family: 4,
      lookup: (_name, _options, callback) => callback(null, '10.0.0.9', 4),
    });
    await turn();
    expect(String(host.requests[0]?.address)).toBe('10.0.0.9');
  });

  test('the answer to an older lookup is not that to the present one', async () => {
    const host = new FakeHost();
    const answers: ((address: string) => void)[] = [];
    const options: ConnectionOptions = {
      port: 80,
      host: 'example.test',
      family: 4,
      lookup: (_name, _options, callback) => answers.push((address) => callback(null, address, 4)),
    };
    const socket = createNet(host).connect(options);
    socket.destroy();
    await closed(socket);
    socket.connect(options);
    answers[0]!('10.0.0.8');
    answers[1]!('10.0.0.9');
    expect(host.requests.map(({ address }) => String(address))).toEqual(['10.0.0.9']);
  });

  test('destroyed at the attempt: what was opened is closed', async () => {
    const host = new FakeHost();
    const socket = createNet(host).connect(80, '10.0.0.1');
    socket.on('connectionAttempt', () => socket.destroy());
    await closed(socket);
    expect(host.connections.map(({ calls }) => calls)).toEqual([['close']]);
  });

  test('a name is asked of the lookup that the program gave', async () => {
    const host = new FakeHost();
    const socket = createNet(host).connect({
      port: 80,
      host: 'example.test',
      family: 6,
      lookup: (_name, _options, callback) => callback(null, '2001:db8::7', 6),
    });
    await turn();
    expect(String(host.requests[0]?.address)).toBe('2001:db8::7');
    expect(socket.connecting).toBe(true);
  });

  test.each([
    [null, 'not an address', 4, 'Invalid IP address: not an address'],
    [null, '10.0.0.1', 5, 'Invalid address family: 5 example.test:80'],
    [Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 0, 'no such name'],
  ])('a lookup that gives %o, %s, %s fails the connect', async (error, address, family, message) => {
    const host = new FakeHost();
    const socket = createNet(host).connect({
      port: 80,
      host: 'example.test',
      autoSelectFamily: false,
      lookup: (_name, _options, callback) => callback(error, address, family),
    });
    const seen = watch(socket, 'error', 'close');
    await closed(socket);
    expect(seen).toEqual([`error ${message}`, 'close true']);
    expect(host.requests).toEqual([]);
  });

  test('destroyed before the answer to a lookup: nothing is opened', async () => {
    const host = new FakeHost();
    let answer: () => void = () => {};
    const socket = createNet(host).connect({
      port: 80,
      host: 'example.test',
      lookup: (_name, _options, callback) => {
        answer = () => callback(null, '10.0.0.1', 4);
      },
    });
    socket.destroy();
    answer();
    await closed(socket);
    expect(host.requests).toEqual([]);
  });

  test('an IPv4-mapped address is reached by IPv4 and told as it was given', async () => {
    const host = new FakeHost();
    const socket = createNet(host).connect({
      port: 80,
      host: '::ffff:10.0.0.1',
      localAddress: '::ffff:10.0.0.2',
    });
    await turn();
    expect(host.requests).toMatchObject([{ address: { family: 4 }, localAddress: { family: 4 } }]);
    host.connections[0]!.connects();
    await turn();
    expect([socket.remoteAddress, socket.remoteFamily]).toEqual(['::ffff:10.0.0.1', 'IPv6']);
    expect([socket.localAddress, socket.localFamily]).toEqual(['::ffff:10.0.0.2', 'IPv6']);
  });

  test.each([
    ['closed', (wire: FakeTransport) => wire.finishes()],
    ['reset', (wire: FakeTransport) => wire.fails('ECONNRESET')],
  ])('a socket that was %s connects anew, from zero', async (_how, end) => {
    const host = new FakeHost();
    const socket = createNet(host).connect(80, '10.0.0.1');
    socket.on('error', () => {});
    await turn();
    const [first] = host.connections as [FakeTransport];
    first.connects();
    first.delivers('abc');
    await turn();
    expect([socket.remoteAddress, String(socket.read())]).toEqual(['10.0.0.1', 'abc']);
    end(first);
    await closed(socket);
    const seen = watch(socket, 'connect', 'data', 'end', 'close');
    socket.connect(80, '10.0.0.9');
    expect(socket.remoteAddress).toBeUndefined();
    await turn();
    const second = host.connections[1]!;
    second.connects();
    second.delivers('d');
    await turn();
    expect([seen, socket.bytesRead, socket.readyState]).toEqual([['connect', 'data d'], 1, 'open']);
    socket.write('e');
    expect([second.sentText, socket.bytesWritten, socket.remoteAddress]).toEqual(['e', 1, '10.0.0.9']);
  });

  test('what waited for a connection that never came does not count for the next', async () => {
    const { socket } = await opening();
    socket.write('abc');
    socket.destroy();
    await closed(socket);
    socket.connect(80, '10.0.0.1');
    expect(socket.bytesWritten).toBe(0);
  });

  test('a socket that the peer ended is no longer so when it connects anew', async () => {
    const host = new FakeHost();
    const socket = createNet(host).connect(80, '10.0.0.1').resume();
    await turn();
    host.connections[0]!.connects();
    host.connections[0]!.finishes();
    await closed(socket);
    socket.connect(80, '10.0.0.1');
    await turn();
    host.connections[1]!.connects();
    const errors = watch(socket, 'error');
    socket.end();
    socket.write('x');
    await turn();
    expect(errors).toEqual(['error write after end']);
  });

  test('connecting anew before close: a write of the old connection does not end one of the new', async () => {
    const { socket, wire } = await connected();
    socket.on('error', () => socket.connect(80, '10.0.0.1'));
    const done: string[] = [];
    wire.room = 0;
    socket.write('old', () => done.push('old'));
    socket.destroy(new Error('once more'));
    process.nextTick(() => process.nextTick(() => socket.write('new', () => done.push('new'))));
    await closed(socket);
    await turn();
    expect([done, socket.connecting]).toEqual([[], true]);
  });
});

describe('options', () => {
  test('before the connection they wait for it, afterwards they are passed on', async () => {
    const { socket, wire } = await opening();
    socket.setNoDelay().setKeepAlive(true, 2_900);
    expect(wire.calls).toEqual([]);
    wire.connects();
    await turn();
    expect(wire.calls).toEqual(['noDelay true', 'keepAlive true 2000']);
    socket.setNoDelay(true).setNoDelay(false).setKeepAlive(false);
    expect(wire.calls.slice(2)).toEqual(['noDelay false', 'keepAlive false 0']);
  });

  test('those of the constructor are the same', async () => {
    const { wire } = await connected({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1_000 });
    expect(wire.calls).toEqual(['noDelay true', 'keepAlive true 1000']);
  });

  test('keep-alive is passed on when something of it changes, with all that was said', async () => {
    const { socket, wire } = await connected();
    socket.setKeepAlive(true, 3_000, 2_500, 4);
    socket.setKeepAlive({ enable: true, initialDelay: 3_999, interval: 2_000, count: 4 });
    expect(wire.calls).toEqual(['keepAlive true 3000 2000 4']);
    socket.setKeepAlive({ enable: true, initialDelay: 3_000, interval: 2_000, count: 5 });
    socket.setKeepAlive(false).setKeepAlive(false, 9_000);
    expect(wire.calls.slice(1)).toEqual(['keepAlive true 3000 2000 5', 'keepAlive false 0']);
  });

  test('the type of service without the bits of ECN, before and after', async () => {
    const { socket, wire } = await opening({ typeOfService: 0x23 });
    expect([socket.getTypeOfService(), wire.calls]).toEqual([0x23, []]);
    wire.connects();
    await turn();
    socket.setTypeOfService(0x48);
    expect([socket.getTypeOfService(), wire.calls]).toEqual([0x48, ['diffserv 8', 'diffserv 18']]);
  });

  test('resetAndDestroy aborts, while connecting only once connected', async () => {
    const { socket, wire } = await opening();
    socket.resetAndDestroy();
    expect(wire.calls).toEqual([]);
    wire.connects();
    await closed(socket);
    expect(wire.calls).toEqual(['abort']);
  });

  test('an abort signal destroys the socket', async () => {
    const control = new AbortController();
    const { socket, wire } = await connected({ signal: control.signal });
    const failure = once(socket, 'error');
    control.abort();
    expect((await failure)[0]).toMatchObject({ name: 'AbortError' });
    expect(wire.calls).toEqual(['close']);
  });
});

describe('setTimeout', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('silence is told and the socket stays open', async () => {
    const { socket } = await connected();
    await new Promise<void>((silent) => socket.setTimeout(1, silent));
    expect([socket.destroyed, socket.timeout]).toEqual([false, 1]);
  });

  test('text that arrives, a write and progress of a write are activity', async () => {
    const { socket, wire } = await connected();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const seen = watch(socket, 'timeout');
    socket.setTimeout(100);
    const silence = async (ms: number): Promise<number> => {
      await turn();
      vi.advanceTimersByTime(ms);
      return seen.length;
    };
    wire.room = 2;
    expect(await silence(60)).toBe(0);
    wire.delivers('a');
    expect(await silence(60)).toBe(0);
    socket.write('bcd');
    expect(await silence(60)).toBe(0);
    wire.makesRoom(0);
    expect(await silence(30)).toBe(0);
    wire.makesRoom(1);
    expect(await silence(60)).toBe(0);
    expect(await silence(40)).toBe(1);
    expect(await silence(100)).toBe(1);
  });

  test('0 takes it and the listener back; a destroyed socket has none', async () => {
    const { socket } = await connected();
    const listener = () => expect.unreachable();
    socket.setTimeout(1, listener).setTimeout(0, listener);
    expect(socket.listenerCount('timeout')).toBe(0);
    socket.setTimeout(1, listener).destroy();
    await new Promise((later) => setTimeout(later, 5));
  });
});

describe('the event loop', () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  test('the last one that closes lets it go', async () => {
    const before = timers();
    const net = createNet(new FakeHost());
    const sockets = [net.connect(80, '10.0.0.1'), net.connect(80, '10.0.0.1')];
    for (const [i, socket] of sockets.entries()) {
      expect(timers()).toBe(before + 1);
      socket.destroy();
      await closed(socket);
      expect(timers()).toBe(before + 1 - i);
    }
  });

  test('a socket that connects anew before close still keeps it running', async () => {
    const before = timers();
    const socket = createNet(new FakeHost()).connect(80, '10.0.0.1');
    socket.on('error', () => socket.connect(80, '10.0.0.1'));
    socket.destroy(new Error('once more'));
    await closed(socket);
    expect([socket.connecting, timers()]).toEqual([true, before + 1]);
    socket.removeAllListeners('error').destroy();
    await closed(socket);
    expect(timers()).toBe(before);
  });

  test('an open socket keeps it running, unless unref', async () => {
    const before = timers();
    const { socket } = await connected();
    expect(timers()).toBe(before + 1);
    socket.unref();
    expect(timers()).toBe(before);
    socket.ref();
    expect(timers()).toBe(before + 1);
    socket.destroy();
    await closed(socket);
    expect(timers()).toBe(before);
  });
});
