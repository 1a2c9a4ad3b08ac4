// One megabyte over a link that loses, doubles, reorders and damages packets; the same seed, the same run:
// `node examples/lossy-network.mjs [seed]`
import { Notice, Recorder, Summary, twoHosts } from 'synfin';

const seed = Number(process.argv[2] ?? 1);
const recorder = new Recorder();
const summary = new Summary();
recorder.listen((event) => summary.event(event));

const { client, server, clock } = twoHosts({
  seed,
  delay: 20,
  rate: 20_000_000,
  loss: 0.02,
  duplicate: 0.01,
  corrupt: 0.005,
  reorder: { probability: 0.02, extraDelay: 15 },
  client: { probe: recorder.probeFor('client') },
  server: { probe: recorder.probeFor('server') },
});

const data = new Uint8Array(1 << 20).map((_, i) => (i * 31 + (i >> 8)) & 0xff);
let received = 0;
let damaged = 0;

const listener = server.listen({ port: 9 });
listener.notify = () => {
  const peer = listener.accept();
  if (peer === null) return;
  peer.notify = () => {
    for (let bytes = peer.receive(); bytes !== null; bytes = peer.receive()) {
      for (const byte of bytes) if (byte !== data[received++]) damaged++;
    }
    if (peer.ended) peer.shutdown();
  };
};

let sent = 0;
const socket = client.connect({ address: '10.0.0.2', port: 9 });
socket.notify = (notices) => {
  if ((notices & (Notice.CONNECTED | Notice.WRITABLE)) === 0) return;
  while (sent < data.length) {
    const taken = socket.send(data.subarray(sent, sent + 65_536));
    sent += taken;
    if (taken === 0) return;
  }
  socket.shutdown();
};

clock.runUntil(() => socket.state === 'TIME-WAIT' || socket.state === 'CLOSED', 600_000);
const [connection] = summary.connections();
console.log(`seed ${seed}: ${received} of ${data.length} bytes, ${damaged} damaged, ${socket.state}`);
console.log(
  `${(clock.now() / 1000).toFixed(3)} s, ${connection?.client.sent.retransmissions} segments sent again`,
);
process.exitCode = received === data.length && damaged === 0 ? 0 : 1;
