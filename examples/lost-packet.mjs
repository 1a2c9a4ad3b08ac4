// One packet is lost, and the ladder tells how TCP finds out and what it does: `node examples/lost-packet.mjs [FILE]`
// With FILE, what the client sent and received is recorded there for Wireshark, each packet with its reason.
import { openSync, writeSync } from 'node:fs';
import { ENGLISH, Ladder, Notice, PcapngExport, Recorder, tee, twoHosts } from 'synfin';

const file = process.argv[2] === undefined ? null : openSync(process.argv[2], 'w');
const pcapng = new PcapngExport((bytes) => {
  if (file !== null) writeSync(file, bytes);
}, ENGLISH);
const recorder = new Recorder();
const ladder = new Ladder({
  left: 'client',
  right: 'server',
  width: process.stdout.columns ?? 110,
  color: process.stdout.isTTY ?? false,
  messages: ENGLISH,
  write: (line) => console.log(line),
});
recorder.listen((event) => ladder.event(event));

const { client, server, clock, link } = twoHosts({
  delay: 20,
  // The sixth packet from the client is lost: the fourth with text.
  filter: (_packet, direction, index) => (direction === 'a->b' && index === 5 ? 'drop' : 'pass'),
  client: { probe: tee(recorder.probeFor('client'), pcapng) },
  server: { probe: recorder.probeFor('server') },
});
recorder.watch(link, { a: 'client', b: 'server' });

const listener = server.listen({ port: 9 });
listener.notify = () => {
  const peer = listener.accept();
  if (peer === null) return;
  peer.notify = () => {
    while (peer.receive() !== null);
    if (peer.ended) peer.close();
  };
};
const socket = client.connect({ address: '10.0.0.2', port: 9 });
socket.notify = (notices) => {
  if ((notices & Notice.CONNECTED) === 0) return;
  socket.send(new Uint8Array(12_000));
  socket.shutdown();
};

clock.runUntil(() => socket.state === 'TIME-WAIT', 10_000);
ladder.flush();
pcapng.flush();
