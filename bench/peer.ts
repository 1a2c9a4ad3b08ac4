// The kernel's side of a bench, in a process of its own: `peer.js send|receive|ask HOST PORT ...`, on node:net.
// Prints one line of JSON when it is done.

import { connect, type Socket } from 'node:net';

const [mode, host = '', port = '0', amount = '1'] = process.argv.slice(2);
const CHUNK = Buffer.alloc(1 << 16);

function open(): Socket {
  const socket = connect({ host, port: Number(port) });
  socket.on('error', (error) => {
    console.error(`peer: ${error.message}`);
    process.exit(1);
  });
  return socket;
}

/** Send for `amount` seconds. */
function send(): void {
  const socket = open();
  const end = Date.now() + Number(amount) * 1000;
  const pump = (): void => {
    while (Date.now() < end) if (!socket.write(CHUNK)) return;
    socket.end();
  };
  socket
    .on('connect', pump)
    .on('drain', pump)
    .on('close', () => process.exit(0));
  socket.resume();
}

/** Receive until the other end has no more; print how much and how long it took. */
function receive(): void {
  const socket = open();
  let bytes = 0;
  let start = 0n;
  socket.on('data', (data) => {
    if (bytes === 0) start = process.hrtime.bigint();
    bytes += data.length;
  });
  socket.on('end', () => {
    console.log(JSON.stringify({ bytes, ns: Number(process.hrtime.bigint() - start) }));
    socket.end();
  });
}

/** `amount` connections at once, each with one request and its answer; print how many were complete. */
function ask(): void {
  const count = Number(amount);
  let complete = 0;
  let closed = 0;
  for (let i = 0; i < count; i++) {
    const question = `question ${i}\n`;
    let answer = '';
    const socket = connect({ host, port: Number(port) });
    socket.on('connect', () => socket.end(question));
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (answer === question) complete += 1;
      closed += 1;
      if (closed === count) console.log(JSON.stringify({ complete }));
    });
  }
}

if (mode === 'send') send();
else if (mode === 'receive') receive();
else if (mode === 'ask') ask();
else {
  console.error('peer: send, receive or ask');
  process.exit(2);
}
