// The kernel's side of a bench, in a process of its own, on node:net: `peer.js MODE HOST PORT ...`. Prints one line
// of JSON when it is done.

import { connect, createServer, type Socket } from 'node:net';

const [mode = '', host = '', port = '0', ...rest] = process.argv.slice(2);
const [first = 1, second = 1, third = 1] = rest.map(Number);
const CHUNK = Buffer.alloc(1 << 16);
/** What is left of a bench when its time is over may still take so long, ms. */
const GRACE = 10_000;

const print = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`);
const elapsed = (since: bigint): number => Number(process.hrtime.bigint() - since);

function open(): Socket {
  const socket = connect({ host, port: Number(port) });
  socket.on('error', (error) => {
    console.error(`peer: ${error.message}`);
    process.exit(1);
  });
  return socket;
}

/** Write to `socket` as fast as it takes it, until `end` (Date.now). */
function pump(socket: Socket, end: number): void {
  const more = (): void => {
    while (Date.now() < end) if (!socket.write(CHUNK)) return;
    socket.end();
  };
  socket.on('drain', more);
  more();
}

/** `send SECONDS STREAMS` */
function send(): void {
  let left = second;
  for (let i = 0; i < second; i++) {
    const socket = open();
    socket.on('connect', () => pump(socket, Date.now() + first * 1000));
    socket.on('close', () => {
      left -= 1;
      if (left === 0) process.exit(0);
    });
    socket.resume();
  }
}

/** `receive STREAMS`, until the other end has no more: how much, and how long it took. */
function receive(): void {
  let bytes = 0;
  let start = 0n;
  let left = first;
  for (let i = 0; i < first; i++) {
    const socket = open();
    socket.on('data', (data) => {
      if (bytes === 0) start = process.hrtime.bigint();
      bytes += data.length;
    });
    socket.on('end', () => {
      left -= 1;
      if (left === 0) print({ bytes, ns: elapsed(start) });
      socket.end();
    });
  }
}

/** `drain SECONDS`: what comes in that time, from the connection on. */
function drain(): void {
  const socket = open();
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
  });
  socket.on('connect', () => {
    const start = process.hrtime.bigint();
    setTimeout(() => {
      print({ bytes, ns: elapsed(start) });
      process.exit(0);
    }, first * 1000);
  });
}

/** `source`: whoever connects gets all it takes, until this process is killed. Prints a line when it listens. */
function source(): void {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    pump(socket, Number.POSITIVE_INFINITY);
  });
  server.listen({ host, port: Number(port) }, () => print({ listening: true }));
}

/** `churn SECONDS CONCURRENT`: open, ask one byte, get one, see the other end close. */
function churn(): void {
  const start = process.hrtime.bigint();
  const end = Date.now() + first * 1000;
  let under = 0;
  let complete = 0;
  let failed = 0;
  let last = 0;
  const begin = (): void => {
    under += 1;
    let answered = 0;
    let ended = false;
    const socket = connect({ host, port: Number(port) });
    socket.on('connect', () => socket.write('q'));
    socket.on('data', (data) => {
      answered += data.length;
    });
    socket.on('end', () => {
      ended = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (answered === 1 && ended) complete += 1;
      else failed += 1;
      last = elapsed(start);
      under -= 1;
      if (Date.now() < end) begin();
      else if (under === 0) finish();
    });
  };
  const finish = (): void => {
    print({ complete, failed: failed + under, ns: last });
    process.exit(0);
  };
  setTimeout(finish, first * 1000 + GRACE);
  for (let i = 0; i < second; i++) begin();
}

/**
 * `http SECONDS CONCURRENT KEEP`: GET, and GET again when the answer is there: on the same connection, or, with KEEP 0,
 * on one of its own. Written by hand: http's own client would be what is measured.
 */
function http(): void {
  const keep = third === 1;
  const head = Buffer.from(
    `GET / HTTP/1.1\r\nHost: bench\r\nConnection: ${keep ? 'keep-alive' : 'close'}\r\n\r\n`,
  );
  const start = process.hrtime.bigint();
  const end = Date.now() + first * 1000;
  let open = 0;
  let complete = 0;
  let failed = 0;
  let last = 0;
  const begin = (): void => {
    open += 1;
    let asked = false;
    let answer = '';
    const socket = connect({ host, port: Number(port) });
    const ask = (): void => {
      answer = '';
      asked = true;
      socket.write(head);
    };
    const answered = (): boolean => answer.startsWith('HTTP/1.1 200 OK') && answer.endsWith('\r\n\r\nhello');
    const count = (): void => {
      asked = false;
      complete += 1;
      last = elapsed(start);
    };
    socket.setEncoding('latin1');
    socket.on('connect', ask);
    socket.on('data', (data) => {
      answer += data;
      if (!keep || !answered()) return;
      count();
      if (Date.now() < end) ask();
      else socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!keep && answered()) count();
      if (asked) failed += 1;
      open -= 1;
      if (Date.now() < end) begin();
      else if (open === 0) finish();
    });
  };
  const finish = (): void => {
    print({ complete, failed: failed + open, ns: last });
    process.exit(0);
  };
  setTimeout(finish, first * 1000 + GRACE);
  for (let i = 0; i < second; i++) begin();
}

/** `ping SECONDS BYTES`: questions one after another; microseconds until the whole answer was there. */
function ping(): void {
  const socket = open();
  const question = Buffer.alloc(second);
  const times: number[] = [];
  let start = 0n;
  let missing = second;
  let end = 0;
  const ask = (): void => {
    missing = second;
    start = process.hrtime.bigint();
    socket.write(question);
  };
  socket.setNoDelay(true);
  socket.on('connect', () => {
    end = Date.now() + first * 1000;
    ask();
  });
  socket.on('data', (data) => {
    missing -= data.length;
    if (missing > 0) return;
    times.push(elapsed(start) / 1000);
    if (Date.now() < end) return ask();
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor(share * (times.length - 1))] as number;
    print({ p50: at(0.5), p99: at(0.99), count: times.length });
    socket.end();
  });
}

const MODES: Record<string, () => void> = { send, receive, drain, source, churn, http, ping };
const run = MODES[mode];
if (run === undefined) {
  console.error(`peer: one of ${Object.keys(MODES).join(', ')}`);
  process.exit(2);
}
run();
