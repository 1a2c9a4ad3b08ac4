// The network that the environment asks for: bad, recorded, drawn, or on a device.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Segment } from '../../src/tcp/segment.ts';
import { readSegment } from '../../src/trace/segment-record.ts';
import { FIN, SYN } from '../../src/wire/tcp.ts';
import { describeTun } from '../support/tun.ts';
import { type Finished, Running, run, sealObstacle } from './support.ts';

const sealed = sealObstacle === null;
const directory = mkdtempSync(join(tmpdir(), 'synfin-register-'));
afterAll(() => rmSync(directory, { recursive: true }));

const transfer = (environment: Readonly<Record<string, string>>): Promise<Finished> =>
  run('transfer.mjs', { environment, sealed });

/** What the link has lost, in order: packets as the ladder shows them. */
const lossesOf = ({ stderr }: Finished): string[] =>
  [...stderr.matchAll(/X lost on (?<loss>\S+ \w+: .*?) *│/g)].map(({ groups }) => groups!.loss!);

describe('SYNFIN_FAULTS', () => {
  test('a delay is each way', async () => {
    const environment = { SYNFIN_FAULTS: 'delay=10ms' };
    const { stdout } = await run('transfer.mjs', { environment, args: ['time'] });
    const [whole, milliseconds] = stdout.split('\n');
    expect(whole).toBe('300000 true');
    expect(Number(milliseconds)).toBeGreaterThanOrEqual(20);
  });

  test('what is lost is sent again, and the same is lost under the same seed', async () => {
    const lossy = (seed: number) =>
      transfer({ SYNFIN_FAULTS: `loss=3%,delay=10ms,seed=${seed}`, SYNFIN_TRACE: 'ladder' });
    const [first, again, other] = [await lossy(7), await lossy(7), await lossy(8)];
    for (const { code, stdout } of [first, again, other]) {
      expect({ code, stdout }).toEqual({ code: 0, stdout: '300000 true\n' });
    }
    // Later ones depend on what the machine's own timing made of the first.
    expect(lossesOf(first).length).toBeGreaterThan(2);
    expect(lossesOf(again)[0]).toBe(lossesOf(first)[0]);
    expect(lossesOf(other)[0]).not.toBe(lossesOf(first)[0]);
    const ports = ({ stderr }: Finished) => /client ╷.*server/.exec(stderr)?.[0];
    expect(ports(first)).toBeDefined();
    expect(ports(again)).toBe(ports(first));
  });
});

/** The segments of a capture: enhanced packet blocks (type 6) hold raw IP packets. */
function segmentsOf(file: string): { flags: number; comment: boolean }[] {
  const bytes = readFileSync(file);
  const found: { flags: number; comment: boolean }[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) !== 6) continue;
    const length = bytes.readUInt32LE(at + 20);
    const packet = {
      bytes,
      start: at + 28,
      end: at + 28 + length,
      checksum: 'full' as const,
      segmentSize: 0,
    };
    const segment = new Segment();
    expect(readSegment(packet, segment)).not.toBeNull();
    found.push({ flags: segment.flags, comment: bytes.readUInt32LE(at + 4) > 28 + length + 3 + 4 });
  }
  return found;
}

describe('SYNFIN_TRACE', () => {
  test('a ladder on stderr, from SYN to FIN, of both ends', async () => {
    const { stdout, stderr } = await transfer({ SYNFIN_TRACE: 'ladder' });
    expect(stdout).toBe('300000 true\n');
    expect(stderr).toMatch(/client ╷ 127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ ╷ server/);
    for (const sign of ['├─ SYN', 'SYN,ACK', 'ESTABLISHED', 'FIN,ACK', 'TIME-WAIT'])
      expect(stderr).toContain(sign);
  });

  test('a capture of every segment, with reasons', async () => {
    const file = join(directory, 'transfer.pcapng');
    const { code, stderr } = await transfer({ SYNFIN_TRACE: file });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const segments = segmentsOf(file);
    expect(segments.filter(({ flags }) => flags & SYN).length).toBe(2);
    expect(segments.filter(({ flags }) => flags & FIN).length).toBe(2);
    expect(segments[0]).toEqual({ flags: SYN, comment: true });
  });

  test('a capture for each process and each thread', async () => {
    const environment = { SYNFIN_TRACE: join(directory, 'threads-%p.pcapng') };
    const program = new Running('threads.mjs', { environment, sealed });
    const { stdout } = await program.finished;
    const [pid, ...said] = stdout.trim().split('\n');
    expect(said).toEqual(['main thread', 'another thread']);
    for (const name of [`threads-${pid}.pcapng`, `threads-${pid}.thread1.pcapng`]) {
      const flags = segmentsOf(join(directory, name)).map((segment) => segment.flags);
      expect(flags.filter((bits) => bits & SYN).length).toBe(2);
    }
  });

  test('a program that a signal ends leaves its capture whole, and is ended by the signal', async () => {
    const file = join(directory, 'service.pcapng');
    const environment = { SYNFIN_TRACE: file };
    const service = new Running('service.mjs', { environment });
    await service.says('ready');
    service.child.kill('SIGTERM');
    expect((await service.finished).signal).toBe('SIGTERM');
    // A section header and nothing else: nobody came.
    expect(readFileSync(file).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });
});

describeTun('SYNFIN_TUN', () => {
  const DEVICE = 'reg0,10.86.0.2/24,10.86.0.1/24,fd86::2/64,fd86::1/64';
  const onDevice = { SYNFIN_TUN: DEVICE };

  /** Ports that the kernel listens on, of both families. */
  const kernelListens = (port: number): boolean =>
    ['/proc/net/tcp', '/proc/net/tcp6'].some((table) =>
      readFileSync(table, 'utf8').includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 0`),
    );

  test('a service is reached by the kernel, which does not listen', async () => {
    const service = new Running('service.mjs', { environment: onDevice });
    await service.says('ready');
    expect(kernelListens(8080)).toBe(false);
    const get = async (url: string): Promise<string> => (await fetch(url)).text();
    expect(await get('http://10.86.0.2:8080/four')).toBe('/four for ::ffff:10.86.0.1\n');
    expect(await get('http://[fd86::2]:8080/six')).toBe('/six for fd86::1\n');
    service.child.kill('SIGTERM');
    expect((await service.finished).signal).toBe('SIGTERM');
  });

  test('a program reaches the kernel, itself under its address and under 127.0.0.1, and ends in order', async () => {
    const kernel = createServer((request, response) => {
      response.end(`the kernel says ${request.url} to ${request.socket.remoteAddress}`);
    });
    let heard = 0;
    const listener = createTcpServer((socket) => {
      socket.on('data', (bytes) => {
        heard += bytes.length;
      });
    });
    await once(kernel.listen(0), 'listening');
    await once(listener.listen(0), 'listening');
    const { port } = kernel.address() as AddressInfo;
    const ended = once(listener, 'connection').then(([socket]) => once(socket, 'end'));
    const args = ['10.86.0.1', String((listener.address() as AddressInfo).port)];
    const { code, stdout, stderr } = await run('visitor.mjs', {
      // With a delay, the program is done long before the kernel has heard all of it.
      environment: { ...onDevice, SYNFIN_TRACE: 'ladder', SYNFIN_FAULTS: 'delay=20ms' },
      args: [
        ...args,
        `http://10.86.0.1:${port}/a`,
        `http://[fd86::1]:${port}/b`,
        'http://10.86.0.2:8080',
        'http://127.0.0.1:8080',
      ],
    });
    await ended;
    expect(stdout).toBe(
      [
        'the kernel says /a to ::ffff:10.86.0.2',
        'the kernel says /b to fd86::2',
        'fetch failed ECONNREFUSED',
        'fetch failed ECONNREFUSED',
        '',
      ].join('\n'),
    );
    expect({ code, heard }).toEqual({ code: 0, heard: 200_000 });
    expect(stderr).toMatch(/synfin ╷ 10\.86\.0\.2:\d+ +10\.86\.0\.1:\d+ ╷ kernel/);
    kernel.close();
    listener.close();
  });

  test('a connection that is open when the program ends is ended, not reset', async () => {
    const kernel = createServer((_, response) => response.end('kept')).listen(0);
    kernel.keepAliveTimeout = 0;
    await once(kernel, 'listening');
    const seen: string[] = [];
    const ended = once(kernel, 'connection').then(async ([socket]) => {
      for (const name of ['end', 'error']) socket.on(name, () => seen.push(name));
      await once(socket, 'close');
    });
    const url = `http://10.86.0.1:${(kernel.address() as AddressInfo).port}`;
    const { code, stdout } = await run('asking.mjs', { environment: onDevice, args: [url] });
    await ended;
    expect({ code, stdout, seen }).toEqual({ code: 0, stdout: 'kept\n', seen: ['end'] });
    kernel.close();
  });

  test('the device can be a bad line', async () => {
    const service = new Running('service.mjs', {
      environment: { ...onDevice, SYNFIN_FAULTS: 'delay=30ms', SYNFIN_TRACE: 'ladder' },
    });
    await service.says('ready');
    const began = performance.now();
    expect(await (await fetch('http://10.86.0.2:8080/slow')).text()).toBe('/slow for ::ffff:10.86.0.1\n');
    // Three crossings at least: SYN, SYN,ACK, and the request behind the ACK; then the answer.
    expect(performance.now() - began).toBeGreaterThanOrEqual(120);
    service.child.kill('SIGTERM');
    await service.finished;
  });
});
