// Addresses that do not answer, on scripted connections: how long each is given, and what is told of it.

import type { LookupFunction } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNet } from '../../src/net/net.ts';
import type { Socket } from '../../src/net/socket.ts';
import { FakeHost } from './fake-host.ts';

const ANSWERS = [
  { address: 'fd00::1', family: 6 },
  { address: '10.0.0.1', family: 4 },
  { address: '10.0.0.2', family: 4 },
];

const lookup: LookupFunction = (_name, _options, callback) => void setImmediate(callback, null, ANSWERS);

interface Trial {
  readonly socket: Socket;
  readonly host: FakeHost;
  readonly log: unknown[];
}

async function trial(options: object = {}): Promise<Trial> {
  const host = new FakeHost();
  const socket = createNet(host).connect({ port: 80, host: 'name.test', lookup, ...options });
  const log: unknown[] = [];
  for (const event of ['Attempt', 'AttemptFailed', 'AttemptTimeout']) {
    socket.on(`connection${event}`, (address: string) => log.push(`${event} ${address}`));
  }
  for (const event of ['connect', 'close']) socket.on(event, () => log.push(event));
  socket.on('error', ({ name, message, code, errors }: NodeJS.ErrnoException & AggregateError) =>
    log.push([name, message, code, errors?.map((error: Error) => error.message)]),
  );
  await settle();
  return { socket, host, log };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await turn();
};

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

test('each address but the last has its time; the last has as long as it takes', async () => {
  const { host, log, socket } = await trial({ autoSelectFamilyAttemptTimeout: 100 });
  expect(log).toEqual(['Attempt fd00::1']);
  vi.advanceTimersByTime(99);
  expect(log.length).toBe(1);
  vi.advanceTimersByTime(1);
  expect(log.slice(1)).toEqual(['AttemptTimeout fd00::1', 'Attempt 10.0.0.1']);
  vi.advanceTimersByTime(100);
  expect(log.slice(3)).toEqual(['AttemptTimeout 10.0.0.1', 'Attempt 10.0.0.2']);
  vi.advanceTimersByTime(1_000_000);
  expect(host.connections.map(({ calls }) => calls)).toEqual([['close'], ['close'], []]);
  host.connections[2]!.connects();
  await settle();
  expect(log.slice(5)).toEqual(['connect']);
  expect(socket.remoteAddress).toBe('10.0.0.2');
  expect(socket.autoSelectFamilyAttemptedAddresses).toEqual(['fd00::1:80', '10.0.0.1:80', '10.0.0.2:80']);
});

test('times that ran out are among the errors when all have failed', async () => {
  const { host, log } = await trial({ autoSelectFamilyAttemptTimeout: 50 });
  vi.advanceTimersByTime(50);
  host.connections[1]!.fails('ECONNREFUSED');
  await settle();
  host.connections[2]!.fails('EHOSTUNREACH');
  await settle();
  expect(log.at(-2)).toEqual([
    'AggregateError',
    '',
    'ETIMEDOUT',
    ['connect ETIMEDOUT fd00::1:80', 'connect ECONNREFUSED 10.0.0.1:80', 'connect EHOSTUNREACH 10.0.0.2:80'],
  ]);
});

test('no time is shorter than 10 ms', async () => {
  const { log } = await trial({ autoSelectFamilyAttemptTimeout: 1 });
  vi.advanceTimersByTime(9);
  expect(log.length).toBe(1);
  vi.advanceTimersByTime(1);
  expect(log.length).toBe(3);
});

test('an address that answered is not given up when its time would have run out', async () => {
  const { host, log } = await trial({ autoSelectFamilyAttemptTimeout: 50 });
  host.connections[0]!.connects();
  await settle();
  vi.advanceTimersByTime(1_000);
  expect(log).toEqual(['Attempt fd00::1', 'connect']);
  expect(host.connections.length).toBe(1);
});

test('what an address said and nobody heard before it was given up is not heard of the next', async () => {
  const { host, log } = await trial({ autoSelectFamilyAttemptTimeout: 50 });
  const [first] = host.connections;
  first!.connects();
  vi.advanceTimersByTime(50);
  expect(first!.notify).toBeNull();
  await settle();
  expect(log).toEqual(['Attempt fd00::1', 'AttemptTimeout fd00::1', 'Attempt 10.0.0.1']);
});

test('destroyed while it tries: no further address is', async () => {
  const { host, log, socket } = await trial({ autoSelectFamilyAttemptTimeout: 50 });
  socket.destroy();
  vi.advanceTimersByTime(1_000);
  await settle();
  expect(log).toEqual(['Attempt fd00::1', 'close']);
  expect(host.connections.map(({ calls }) => calls)).toEqual([['close']]);
});

test('addresses that cannot be tried at all are passed over at once', async () => {
  const host = new FakeHost();
  host.refuse = 'ENETUNREACH';
  const socket = createNet(host).connect({ port: 80, host: 'name.test', lookup });
  const failed: string[] = [];
  socket.on('connectionAttemptFailed', (address: string) => failed.push(address));
  const error = await new Promise<AggregateError>((done) =>
    socket.once('error', (reason) => done(reason as AggregateError)),
  );
  expect(failed).toEqual(['fd00::1', '10.0.0.1', '10.0.0.2']);
  expect(error.errors.map(({ message }) => message)[0]).toBe('connect ENETUNREACH fd00::1:80 - Local (:::0)');
});
