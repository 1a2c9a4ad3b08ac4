// Bulk, curl and many connections between this machine's kernel and synfin on a TUN device, beside node:net on
// the kernel's loopback, with the same client in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Host } from '../src/host/host.ts';
import { createNet } from '../src/net/net.ts';
import { NodeClock } from '../src/node/clock.ts';
import { raiseLoopback } from '../src/node/interface-config.ts';
import { inPrivateNamespace } from '../src/node/namespace.ts';
import { openTun, type TunDevice } from '../src/node/tun.ts';
import { LINUX } from '../src/tcp/parameters.ts';
import { Prefix } from '../src/wire/address.ts';
import { compare, type Figure, type Settings } from './figure.ts';

const OURS = '10.78.0.2';
const PORT = 5001;

interface Stack {
  readonly host: Host;
  readonly tun: TunDevice;
}

let shared: Stack | null = null;

function stack(): Stack {
  if (shared !== null) return shared;
  if (!inPrivateNamespace())
    throw new Error('bench: the TUN benches need unshare(1), to stay off this network');
  raiseLoopback();
  const tun = openTun({ name: 'bench0', addresses: [Prefix.parse('10.78.0.1/24') as Prefix] });
  const host = new Host({
    name: 'synfin',
    clock: new NodeClock(),
    random: (n) => randomBytes(n),
    parameters: LINUX,
  });
  host.addInterface(tun, [Prefix.parse(`${OURS}/24`) as Prefix]);
  shared = { host, tun };
  return shared;
}

function peer(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'peer.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function output(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data) => {
      text += data;
    });
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit code ${code}`))));
  });
}

type NetServer = { listen(options: object, ready: () => void): unknown; close(): unknown };
type Listen = (onSocket: (socket: Socket) => void) => NetServer;

const overTun: Listen = (onSocket) =>
  createNet(stack().host).createServer((socket) =>
    onSocket(socket as unknown as Socket),
  ) as unknown as NetServer;
const overLoopback: Listen = (onSocket) => createServer(onSocket);

/** Serve one connection with `onSocket` while the peer runs; what the peer printed. */
async function serve(
  listen: Listen,
  host: string,
  onSocket: (socket: Socket) => void,
  ...args: string[]
): Promise<string> {
  const server = listen(onSocket);
  await new Promise<void>((ready) => server.listen({ host, port: PORT }, ready));
  const printed = await output(peer(args[0] as string, host, String(PORT), ...args.slice(1)));
  server.close();
  return printed;
}

/** Gbit/s that arrive at a consumer of this process. */
async function receiving(listen: Listen, host: string, seconds: number): Promise<number> {
  let bytes = 0;
  let start = 0n;
  let end = 0n;
  const sink = (socket: Socket): void => {
    socket.on('data', (data) => {
      if (bytes === 0) start = process.hrtime.bigint();
      bytes += data.length;
      end = process.hrtime.bigint();
    });
    socket.on('end', () => socket.end());
  };
  await serve(listen, host, sink, 'send', String(seconds));
  return (bytes * 8) / Number(end - start);
}

/** Gbit/s that arrive at the peer. */
async function sending(listen: Listen, host: string, seconds: number): Promise<number> {
  const chunk = Buffer.alloc(1 << 16);
  const source = (socket: Socket): void => {
    const end = Date.now() + seconds * 1000;
    const pump = (): void => {
      while (Date.now() < end) if (!socket.write(chunk)) return;
      socket.end();
    };
    socket.on('drain', pump);
    socket.resume();
    pump();
  };
  const { bytes, ns } = JSON.parse(await serve(listen, host, source, 'receive'));
  return (bytes * 8) / ns;
}

export async function bulkReceive(settings: Settings): Promise<Figure[]> {
  const { seconds } = settings;
  stack();
  return [
    await compare(
      'bulk-receive',
      'Gbit/s',
      'one stream, kernel -> synfin over TUN; peer: node:net over loopback',
      settings,
      () => receiving(overTun, OURS, seconds),
      () => receiving(overLoopback, '127.0.0.1', seconds),
    ),
  ];
}

export async function bulkSend(settings: Settings): Promise<Figure[]> {
  const { seconds } = settings;
  stack();
  return [
    await compare(
      'bulk-send',
      'Gbit/s',
      'one stream, synfin -> kernel over TUN; peer: node:net over loopback',
      settings,
      () => sending(overTun, OURS, seconds),
      () => sending(overLoopback, '127.0.0.1', seconds),
    ),
  ];
}

const FILE_BYTES = 256 << 20;

/** 256 MiB to and from curl; the hashes must be equal or there is no figure. */
export async function curlTransfers(settings: Settings): Promise<Figure[]> {
  const { host } = stack();
  const dir = mkdtempSync(join(tmpdir(), 'synfin-bench-'));
  const file = join(dir, 'random');
  const chunk = randomBytes(1 << 20);
  const hash = createHash('sha256');
  const fd = openSync(file, 'w');
  for (let i = 0; i < FILE_BYTES / chunk.length; i++) {
    chunk.writeUInt32LE(i);
    writeSync(fd, chunk);
    hash.update(chunk);
  }
  closeSync(fd);
  const expected = hash.digest('hex');
  let uploaded = '';
  const http = createHttpServer((request, response) => {
    if (request.method === 'GET') {
      for (let i = 0; i < FILE_BYTES / chunk.length; i++) {
        const copy = Buffer.from(chunk);
        copy.writeUInt32LE(i);
        response.write(copy);
      }
      response.end();
      return;
    }
    const received = createHash('sha256');
    request.on('data', (data) => received.update(data));
    request.on('end', () => {
      uploaded = received.digest('hex');
      response.end('done');
    });
  });
  const server = createNet(host).createServer((socket) => http.emit('connection', socket));
  await new Promise<void>((ready) => server.listen({ host: OURS, port: 80 }, ready));
  const curl = async (...args: string[]): Promise<number> => {
    const start = process.hrtime.bigint();
    await output(
      spawn('curl', ['-sS', '--fail', ...args, `http://${OURS}/`], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    return (FILE_BYTES * 8) / Number(process.hrtime.bigint() - start);
  };
  const download = async (): Promise<number> => {
    const target = join(dir, 'down');
    const rate = await curl('-o', target);
    const sum = (await output(spawn('sha256sum', [target]))).split(' ')[0];
    if (sum !== expected) throw new Error(`curl downloaded ${sum}, not ${expected}`);
    return rate;
  };
  const upload = async (): Promise<number> => {
    const rate = await curl('-T', file);
    if (uploaded !== expected) throw new Error(`curl uploaded ${uploaded}, not ${expected}`);
    return rate;
  };
  try {
    return [
      await compare('curl-download', 'Gbit/s', '256 MiB, SHA-256 equal', settings, download, null),
      await compare('curl-upload', 'Gbit/s', '256 MiB, SHA-256 equal', settings, upload, null),
    ];
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
}

const CONNECTIONS = 1000;

/** 1,000 kernel clients at once, each with a question that is echoed; all must be complete. */
export async function manyConnections(settings: Settings): Promise<Figure[]> {
  stack();
  const echo = (socket: Socket): void => void socket.pipe(socket);
  const run = async (listen: Listen, host: string): Promise<number> => {
    const start = process.hrtime.bigint();
    const { complete } = JSON.parse(await serve(listen, host, echo, 'ask', String(CONNECTIONS)));
    if (complete !== CONNECTIONS) throw new Error(`${complete} of ${CONNECTIONS} connections were complete`);
    return CONNECTIONS / (Number(process.hrtime.bigint() - start) / 1e9);
  };
  return [
    await compare(
      'connections-1000',
      'connections/s',
      'at once, kernel clients, all complete; with the client process’s start',
      settings,
      () => run(overTun, OURS),
      () => run(overLoopback, '127.0.0.1'),
    ),
  ];
}
