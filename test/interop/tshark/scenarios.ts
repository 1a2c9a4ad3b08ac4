// What Linux's TCP does on good and bad lines: one capture for each kind of trouble. They depend on the machine's
// timing; what is compared does not.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelLoop, LoopOptions } from './loop.ts';

type Run = (loop: KernelLoop) => Promise<void>;

export interface Scenario {
  readonly name: string;
  readonly options: Omit<LoopOptions, 'number' | 'seed'>;
  readonly run: Run;
}

const PATIENCE = 8000;

/** Whatever becomes of it. */
async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const timer = setTimeout(() => socket.destroy(), PATIENCE);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearTimeout(timer);
}

/** So many bytes each way. */
const bulk =
  (up: number, down: number): Run =>
  async (loop) => {
    const port = await loop.listen((socket) => {
      socket.resume();
      socket.end(Buffer.alloc(down, 'd'));
    });
    const socket = loop.connect(port);
    socket.resume();
    socket.end(Buffer.alloc(up, 'u'));
    await closed(socket);
    await sleep(150);
  };

/** Question and answer, several times. */
const exchange: Run = async (loop) => {
  const port = await loop.listen((socket) => socket.on('data', (data) => socket.write(data)));
  const socket = loop.connect(port);
  for (let i = 0; i < 20; i++) {
    socket.write(Buffer.alloc(100 + 50 * i));
    for (let got = 0; got < 100 + 50 * i; ) {
      const [data] = (await Promise.race([once(socket, 'data'), sleep(5000, [Buffer.alloc(1e6)])])) as [
        Buffer,
      ];
      got += data.length;
    }
  }
  socket.end();
  await closed(socket);
};

/** A reader that stops for a while, more than once. */
const slowReader: Run = async (loop) => {
  const port = await loop.listen((socket) => {
    let pauses = 0;
    const pause = (): void => {
      socket.pause();
      if (pauses++ < 3) setTimeout(() => socket.resume(), 700).unref();
    };
    socket.on('data', () => {
      if (pauses < 3) {
        pause();
        setTimeout(pause, 705);
      }
    });
    setTimeout(() => socket.resume(), 2500);
    pause();
  });
  const socket = loop.connect(port);
  socket.end(Buffer.alloc(1 << 20));
  await closed(socket);
};

const resets: Run = async (loop) => {
  let count = 0;
  const port = await loop.listen((socket) => {
    const turn = count++;
    if (turn === 0) socket.resetAndDestroy();
    else if (turn === 1) socket.once('data', () => socket.resetAndDestroy());
    else socket.resume();
  });
  for (let i = 0; i < 4; i++) {
    const socket = loop.connect(port);
    await Promise.race([once(socket, 'connect'), sleep(1000)]).catch(() => {});
    socket.write(Buffer.alloc(20_000));
    if (i > 1) setTimeout(() => socket.resetAndDestroy(), 30);
    await closed(socket);
  }
  // Nobody listens there.
  for (let i = 0; i < 3; i++) await closed(loop.connect(2));
};

/** The same ports again, after a reset, at once. */
const reuse: Run = async (loop) => {
  const port = await loop.listen((socket) => socket.resume());
  for (let i = 0; i < 5; i++) {
    const socket = loop.connect(port, { localPort: 40_000 });
    await once(socket, 'connect');
    socket.write(Buffer.alloc(3000));
    await sleep(40);
    socket.resetAndDestroy();
    await closed(socket);
  }
};

const keepAlive: Run = async (loop) => {
  const port = await loop.listen((socket) => {
    socket.setKeepAlive(true, 1000);
    socket.once('data', () => socket.write('hello'));
  });
  const socket = loop.connect(port);
  socket.setKeepAlive(true, 1000);
  socket.write('hello');
  socket.resume();
  await sleep(4500);
  socket.end();
  await sleep(100);
  socket.destroy();
};

const halfClose: Run = async (loop) => {
  const port = await loop.listen(
    (socket) => {
      socket.resume();
      socket.on('end', () => {
        socket.write(Buffer.alloc(20_000));
        setTimeout(() => socket.end(Buffer.alloc(20_000)), 100);
      });
    },
    { allowHalfOpen: true },
  );
  const socket = loop.connect(port, { allowHalfOpen: true });
  socket.resume();
  socket.end(Buffer.alloc(5000));
  await closed(socket);
};

/** Silence in the midst of it. */
const outage: Run = async (loop) => {
  setTimeout(() => loop.line.cut(), 150);
  setTimeout(() => loop.line.restore(), 1400);
  await bulk(600_000, 600_000)(loop);
};

/** Many small connections, some of which lose their SYN or FIN. */
const many: Run = async (loop) => {
  const port = await loop.listen((socket) => socket.on('data', () => socket.end('bye')));
  await Promise.all(
    Array.from({ length: 25 }, async (_, i) => {
      await sleep(20 * i);
      const socket = loop.connect(port);
      socket.resume();
      socket.write('hello');
      await closed(socket);
    }),
  );
};

const KIB = 1 << 10;
const reorder = { probability: 0.02, extraDelay: 4 };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'bulk', options: {}, run: bulk(800 * KIB, 2400 * KIB) },
  { name: 'bulk, 10 ms away', options: { faults: { delay: 5, rate: 5e7 } }, run: bulk(300 * KIB, 300 * KIB) },
  { name: 'bulk, super-segments', options: { vnet: true }, run: bulk(1000 * KIB, 1000 * KIB) },
  { name: 'bulk, IPv6', options: { family: 6, at: 'server' }, run: bulk(300 * KIB, 300 * KIB) },
  { name: 'question and answer', options: { faults: { delay: 2 } }, run: exchange },
  { name: 'loss', options: { faults: { loss: 0.02, delay: 10 } }, run: bulk(400 * KIB, 400 * KIB) },
  {
    name: 'loss, at the server',
    options: { at: 'server', faults: { loss: 0.03, delay: 10 } },
    run: bulk(300 * KIB, 100 * KIB),
  },
  {
    name: 'bursts of loss',
    options: { faults: { burstLoss: { enter: 0.004, leave: 0.2 }, delay: 5 } },
    run: bulk(400 * KIB, 400 * KIB),
  },
  {
    name: 'a full queue',
    options: { faults: { rate: 1e7, queuePackets: 20, delay: 10 } },
    run: bulk(600 * KIB, 0),
  },
  { name: 'reordering', options: { faults: { reorder, delay: 5 } }, run: bulk(300 * KIB, 300 * KIB) },
  {
    name: 'reordering, at the server',
    options: { at: 'server', faults: { reorder, delay: 5 } },
    run: bulk(300 * KIB, 300 * KIB),
  },
  { name: 'duplicates', options: { faults: { duplicate: 0.02, delay: 5 } }, run: bulk(300 * KIB, 300 * KIB) },
  {
    name: 'all of it',
    options: { faults: { loss: 0.01, reorder, duplicate: 0.01, jitter: 2, delay: 5 } },
    run: bulk(300 * KIB, 300 * KIB),
  },
  { name: 'a slow reader', options: {}, run: slowReader },
  { name: 'a slow reader, loss', options: { faults: { loss: 0.01, delay: 2 } }, run: slowReader },
  { name: 'resets', options: { faults: { delay: 3 } }, run: resets },
  { name: 'ports used again', options: { faults: { delay: 3 } }, run: reuse },
  { name: 'keep-alive', options: { faults: { delay: 3 } }, run: keepAlive },
  { name: 'keep-alive, loss', options: { faults: { delay: 3, loss: 0.2 } }, run: keepAlive },
  { name: 'half-close', options: { faults: { delay: 3 } }, run: halfClose },
  { name: 'an outage', options: { faults: { delay: 10, rate: 3e7 } }, run: outage },
  {
    name: 'loss, without SACK',
    options: { noSack: true, faults: { loss: 0.02, delay: 10 } },
    run: bulk(300 * KIB, 300 * KIB),
  },
  {
    name: 'reordering, without SACK',
    options: { noSack: true, faults: { reorder, delay: 5 } },
    run: bulk(300 * KIB, 300 * KIB),
  },
  {
    name: 'from the midst',
    options: { faults: { delay: 5 }, misses: (index) => index < 60 },
    run: bulk(200 * KIB, 200 * KIB),
  },
  {
    name: 'frames missed',
    options: { faults: { delay: 2 }, misses: (index) => index % 37 === 20 },
    run: bulk(300 * KIB, 300 * KIB),
  },
  {
    name: 'one direction',
    options: { misses: (_, direction) => direction === 'in' },
    run: bulk(200 * KIB, 200 * KIB),
  },
  { name: 'many connections, loss', options: { faults: { delay: 5, loss: 0.08 } }, run: many },
];
