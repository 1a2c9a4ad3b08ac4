// Reading and writing: flow, encodings, callbacks, backpressure, onread, and what the stream counts.

import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Net } from '../../../src/net/net.ts';
import type { Socket } from '../../../src/net/socket.ts';
import {
  closed,
  HOST,
  type Log,
  listen,
  not,
  type Pair,
  type Programs,
  pair,
  pause,
  thrown,
  told,
  turn,
  watch,
  watchQuietly,
  without,
} from './support.ts';

const PAUSED = { pauseOnConnect: true };

/** Everything that `socket` receives, until it ends. */
async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const data of socket) text += Buffer.from(data).toString('latin1');
  return text;
}

/** A pair on which `program` acts; then what is left is closed. */
const over =
  (program: (ends: Pair, log: Log) => unknown, serverOptions: object = {}, clientOptions: object = {}) =>
  async (net: Net): Promise<unknown> => {
    const ends = await pair(net, serverOptions, clientOptions);
    const log: Log = [];
    const result = await program(ends, log);
    ends.client.destroy();
    ends.accepted.destroy();
    await ends.over;
    return result === undefined ? log : [log, result];
  };

/** What a server receives of what `write` writes and ends. */
const received = (write: (client: Socket) => unknown) =>
  over(async ({ client, accepted }) => {
    write(client);
    return textOf(accepted);
  });

/** A client with `onread`, which is sent `text`, and then the FIN. */
const reading =
  (options: (log: Log) => object, text: string, program: (client: Socket, log: Log) => unknown = () => {}) =>
  async (net: Net): Promise<unknown> => {
    const server = net.createServer((socket) => socket.end(text));
    const port = await listen(server);
    const log: Log = [];
    const client = net.connect({ port, host: HOST, ...options(log) });
    watch(client, ['data', 'end', 'error', 'close'], log);
    const end = closed(client);
    await program(client, log);
    await end;
    server.close();
    await closed(server);
    return [log, client.bytesRead];
  };

const note =
  (log: Log, answer?: boolean) =>
  (bytes: number, buffer: Uint8Array): boolean => {
    log.push(['onread', bytes, Buffer.from(buffer.subarray(0, bytes)).toString(), buffer.length]);
    return not(answer);
  };

export const STREAMS: Programs = {
  'write(text)': received((client) => client.end('hello')),
  'write(buffer)': received((client) => client.end(Buffer.from('hello'))),
  'write(Uint8Array)': received((client) => client.end(new Uint8Array([104, 105]))),
  'write(text, encoding)': received((client) => {
    client.write('68656c6c6f', 'hex');
    client.write('aGVsbG8=', 'base64');
    client.end('h\u00e9llo', 'latin1');
  }),
  setDefaultEncoding: received((client) => {
    client.setDefaultEncoding('hex');
    client.write('6869');
    client.end();
  }),
  'text of many bytes a character': received((client) => client.end('\u{1f600}\u20ac\u00e9')),
  'empty writes': received((client) => {
    client.write('');
    client.write(Buffer.alloc(0));
    client.end('x');
  }),
  'many small writes': received((client) => {
    for (let i = 0; i < 200; i++) client.write(`${i},`);
    client.end();
  }),
  'corked writes': received((client) => {
    client.cork();
    for (const part of ['a', 'b', 'c']) client.write(part);
    client.uncork();
    client.end();
  }),
  'corked twice': over(({ client }, log) => {
    client.cork();
    client.cork();
    client.write('ab');
    log.push(client.writableCorked, client.writableLength, client.bytesWritten);
    client.uncork();
    log.push(client.writableCorked, client.writableLength, client.bytesWritten);
    client.uncork();
    log.push(client.writableCorked, client.writableLength, client.bytesWritten);
  }),
  'ended while corked': received((client) => {
    client.cork();
    client.write('still ');
    client.end('sent');
  }),
  'a large write arrives whole': over(async ({ client, accepted }) => {
    const data = Buffer.alloc(3 << 20, 'abcdefg');
    client.end(data);
    const text = await textOf(accepted);
    return [text.length, text === data.toString()];
  }),
  'a mixture of texts and buffers in one go': received((client) => {
    client.cork();
    client.write('6162', 'hex');
    client.write(Buffer.from('cd'));
    client.write('ef');
    process.nextTick(() => client.uncork());
    client.end();
  }),

  'callbacks of writes: in order, after the call': over(async ({ client, accepted }, log) => {
    accepted.resume();
    client.write('a', () => log.push('a'));
    client.write('b', () => log.push('b'));
    log.push('sync');
    process.nextTick(() => log.push('tick'));
    await pause(5);
  }),
  'callbacks of writes: their arguments': over(async ({ client, accepted }, log) => {
    accepted.resume();
    client.write('a', (...args: unknown[]) => log.push(args.length, args[0] ?? 'none'));
    client.end('b', (...args: unknown[]) => log.push(args.length));
    await once(client, 'finish');
  }),
  'callbacks of corked writes': over(async ({ client, accepted }, log) => {
    accepted.resume();
    client.cork();
    client.write('a', () => log.push('a'));
    client.write('b', () => log.push('b'));
    await turn();
    log.push('corked');
    client.uncork();
    await pause(5);
  }),
  'a buffer may be used again when its write was called back': over(async ({ client, accepted }) => {
    const buffer = Buffer.from('one');
    const text = textOf(accepted);
    await new Promise<void>((done) => client.write(buffer, () => done()));
    buffer.write('two');
    client.end(buffer);
    return text;
  }),

  'write says when it is enough: above highWaterMark': over(
    ({ client }, log) => {
      client.cork();
      log.push(client.write('123'), client.writableNeedDrain, client.writableLength);
      log.push(client.write('45'), client.writableNeedDrain, client.writableLength);
      client.uncork();
    },
    {},
    { highWaterMark: 5 },
  ),
  'drain follows a write that was enough': over(
    async ({ client, accepted }, log) => {
      accepted.resume();
      watch(client, ['drain'], log);
      log.push(client.write('12345678'));
      await pause(5);
      log.push(client.writableLength, client.writableNeedDrain);
    },
    {},
    { highWaterMark: 5 },
  ),
  'no drain after a write that was not': over(async ({ client, accepted }, log) => {
    accepted.resume();
    watch(client, ['drain'], log);
    log.push(client.write('x'));
    await pause(5);
  }),
  'highWaterMark of both ends': over(
    ({ client, accepted }, log) => {
      log.push(client.readableHighWaterMark, client.writableHighWaterMark);
      log.push(accepted.readableHighWaterMark, accepted.writableHighWaterMark);
    },
    { highWaterMark: 1_000 },
    { highWaterMark: 2_000 },
  ),
  'highWaterMark of each direction': over(
    ({ client }, log) => {
      log.push(client.readableHighWaterMark, client.writableHighWaterMark);
    },
    {},
    { readableHighWaterMark: 3, writableHighWaterMark: 4 },
  ),
  'a reader who pauses stops the writer, and lets it go on': async (net) => {
    const { client, accepted, over: end } = await pair(net, PAUSED);
    const total = 24 << 20;
    const data = Buffer.alloc(1 << 16, 'x');
    let written = 0;
    const fill = (): void => {
      while (written < total) {
        written += data.length;
        if (!client.write(data)) return;
      }
      client.end();
    };
    client.on('drain', fill);
    fill();
    await pause(60);
    const stopped = [written < total, client.writableNeedDrain, accepted.bytesRead];
    accepted.resume();
    client.resume();
    await end;
    return [stopped, client.bytesWritten, accepted.bytesRead];
  },

  'bytesRead and bytesWritten, at every moment': async (net) => {
    const log: Log = [];
    const { client, accepted, over: end } = await pair(net);
    const count = (): void =>
      void log.push([client.bytesRead, client.bytesWritten, accepted.bytesRead, accepted.bytesWritten]);
    count();
    client.write('12345');
    count();
    accepted.once('data', () => accepted.end('678'));
    client.resume();
    await once(accepted, 'end');
    count();
    await end;
    count();
    return log;
  },
  bufferSize: over(({ client }, log) => {
    client.cork();
    client.write('abc');
    log.push(client.bufferSize, client.writableLength);
    client.uncork();
    client.destroy();
    log.push(client.bufferSize);
  }),

  'pauseOnConnect: nothing is read before resume': async (net) => {
    const { client, accepted, over: end } = await pair(net, PAUSED);
    const log = watch(accepted, ['data', 'end', 'pause', 'resume']);
    client.end('hello');
    client.resume();
    await pause();
    log.push([accepted.isPaused(), accepted.bytesRead, accepted.readableFlowing, accepted.readableLength]);
    accepted.resume();
    await end;
    return log;
  },
  'pause and resume': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    const log = watch(accepted, ['data', 'end', 'pause', 'resume']);
    client.write('one');
    await once(accepted, 'data');
    log.push(accepted.pause() === accepted, accepted.isPaused());
    client.write('two');
    await pause();
    log.push('still paused');
    accepted.resume();
    await once(accepted, 'data');
    client.end();
    client.resume();
    await end;
    return log;
  },
  'paused before it connects': async (net) => {
    const server = net.createServer((socket) => socket.end('hello'));
    const port = await listen(server);
    const client = net.connect(port, HOST);
    client.pause();
    const log = watch(client, ['connect', 'data', 'end', 'close']);
    await pause();
    log.push([client.bytesRead, client.readableLength, client.isPaused()]);
    client.resume();
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'read(), piece by piece': over(async ({ client, accepted }, log) => {
    client.write('abcdefgh');
    await once(accepted, 'readable');
    log.push(told(accepted.read(3)), accepted.readableLength, told(accepted.read(100)));
    log.push(told(accepted.read()), told(accepted.read()));
  }),
  'unshift puts back what was read': over(async ({ client, accepted }, log) => {
    client.write('abc');
    const [data] = (await once(accepted, 'data')) as [Buffer];
    accepted.pause();
    accepted.unshift(data.subarray(1));
    accepted.resume();
    log.push(told((await once(accepted, 'data'))[0]));
  }),
  'setEncoding: texts, characters whole': over(async ({ client, accepted }, log) => {
    log.push(accepted.setEncoding('utf8') === accepted);
    const euro = Buffer.from('\u20ac');
    accepted.on('data', (data) => log.push(typeof data, data));
    client.setNoDelay(true);
    client.write(euro.subarray(0, 1));
    await pause(10);
    client.write(euro.subarray(1));
    await pause(10);
  }),
  'setEncoding hex': over(async ({ client, accepted }, log) => {
    accepted.setEncoding('hex').on('data', (data) => log.push(data));
    client.write('hi');
    await once(accepted, 'data');
  }),
  'for await, to the end': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    client.end('to the end');
    client.resume();
    const text = await textOf(accepted);
    await end;
    return text;
  },
  'for await, left early': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    client.on('error', () => {});
    client.resume();
    client.write('something');
    for await (const data of accepted) {
      if (data.length > 0) break;
    }
    const destroyed = accepted.destroyed;
    await end;
    return destroyed;
  },
  'pipe to oneself': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    accepted.pipe(accepted);
    const log = watch(client);
    client.end('there and back');
    await end;
    return without('data', log);
  },
  'pipeline from one end to the other': async (net) => {
    const { client, accepted, over: end } = await pair(net, { allowHalfOpen: true });
    const echo = pipeline(accepted, accepted);
    client.end('there and back');
    const text = await textOf(client);
    await echo;
    await end;
    return text;
  },
  'a destroyed reader unpipes': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    const log = watchQuietly(accepted);
    client.on('error', () => {});
    accepted.pipe(accepted);
    accepted.destroy(new Error('stop'));
    await end;
    return log;
  },

  'write of what is no text': async (net) => {
    const socket = new net.Socket();
    return [null, 5, {}, [], true, undefined].map((value) => thrown(() => socket.write(not(value))));
  },
  'write with an encoding that there is not': async (net) => {
    const socket = new net.Socket();
    return thrown(() => socket.write('x', not('klingon')));
  },
  'writes before connect are refused by nobody': async (net) => {
    const socket = new net.Socket();
    const log = watch(socket, ['error', 'close']);
    log.push(socket.write('x', (error) => log.push(told(error))));
    await closed(socket);
    return log;
  },

  'onread: into a buffer': reading(
    (log) => ({ onread: { buffer: Buffer.alloc(100), callback: note(log) } }),
    'hello',
  ),
  'onread: into a Uint8Array': reading(
    (log) => ({ onread: { buffer: new Uint8Array(100), callback: note(log) } }),
    'hello',
  ),
  'onread: a buffer that is too small is filled again and again': reading(
    (log) => ({ onread: { buffer: Buffer.alloc(2), callback: note(log) } }),
    'hello',
  ),
  'onread: a buffer for each piece': reading(
    (log) => ({
      onread: {
        buffer: () => {
          log.push('buffer');
          return Buffer.alloc(3);
        },
        callback: note(log),
      },
    }),
    'hello',
  ),
  'onread: false stops, resume goes on': reading(
    (log) => ({ onread: { buffer: Buffer.alloc(3), callback: note(log, false) } }),
    'hello',
    async (client, log) => {
      for (let i = 0; i < 4 && !client.destroyed; i++) {
        await pause();
        log.push('resume');
        client.resume();
      }
    },
  ),
  'onread: paused, and resumed': reading(
    (log) => ({ onread: { buffer: Buffer.alloc(10), callback: note(log) } }),
    'hello',
    async (client, log) => {
      client.on('connect', () => client.pause());
      await pause();
      log.push('resume');
      client.resume();
    },
  ),
  'onread without a callback, or without a buffer, is none': async (net) => {
    const log: Log = [];
    for (const onread of [{ buffer: Buffer.alloc(5) }, { callback: () => {} }, {}, null, 5]) {
      log.push(await reading(() => ({ onread }), 'hello')(net));
    }
    return log;
  },
};
