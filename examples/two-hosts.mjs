// Two hosts in memory, 10 ms apart, on a clock that only moves when it is told to: `node examples/two-hosts.mjs`
import { Notice, twoHosts } from 'synfin';

const { client, server, clock } = twoHosts({ delay: 10 }); // at 10.0.0.1 and 10.0.0.2

const listener = server.listen({ port: 7 });
listener.notify = () => {
  const peer = listener.accept();
  if (peer === null) return;
  peer.notify = () => {
    for (let bytes = peer.receive(); bytes !== null; bytes = peer.receive()) peer.send(bytes);
    if (peer.ended) peer.shutdown();
  };
};

const socket = client.connect({ address: '10.0.0.2', port: 7 });
socket.notify = (notices) => {
  if (notices & Notice.CONNECTED) socket.send(new TextEncoder().encode('hello'));
  for (let bytes = socket.receive(); bytes !== null; bytes = socket.receive()) {
    console.log(`${clock.now()} ms: ${new TextDecoder().decode(bytes)}`);
    socket.shutdown();
  }
};

clock.runUntil(() => socket.state === 'TIME-WAIT', 10_000);
console.log(`${clock.now()} ms: ${socket.state}`);
