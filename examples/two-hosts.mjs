// Two hosts in memory, 10 ms apart, on a clock that only moves when it is told to: `node examples/two-hosts.mjs`
import { Notice, twoHosts } from 'synfin';

const { client, server, clock } = twoHosts({ delay: 10 });
const text = (bytes) => new TextDecoder().decode(bytes);

const listener = server.listen({ port: 7 });
listener.notify = () => {
  const peer = listener.accept();
  peer.notify = () => {
    for (let bytes = peer.receive(); bytes !== null; bytes = peer.receive()) peer.send(bytes);
    if (peer.ended) peer.shutdown();
  };
};

const socket = client.connect({ address: server.interfaces[0].prefixes[0].address, port: 7 });
socket.notify = (notices) => {
  if (notices & Notice.CONNECTED) socket.send(new TextEncoder().encode('hello'));
  for (let bytes = socket.receive(); bytes !== null; bytes = socket.receive()) {
    console.log(`${clock.now()} ms: ${text(bytes)}`);
    socket.shutdown();
  }
};

clock.runUntil(() => socket.state === 'TIME-WAIT', 10_000);
console.log(`${clock.now()} ms: ${socket.state}`);
