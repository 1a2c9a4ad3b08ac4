// Node's own HTTP server on our TCP, reachable from this machine's kernel. Without root:
//   unshare -rn sh -c 'node examples/http-on-tun.mjs & sleep 1; curl http://10.77.0.2/; kill $!'
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Host } from 'synfin';
import { createNet } from 'synfin/net';
import { NodeClock, openTun } from 'synfin/tun';

const device = openTun({ name: 'syn0', addresses: ['10.77.0.1/24'] });
const host = new Host({ name: 'synfin', clock: new NodeClock(), random: randomBytes });
host.addInterface(device, ['10.77.0.2/24']);

const http = createServer((request, response) => {
  response.end(`${request.method} ${request.url} from ${request.socket.remoteAddress}\n`);
});
const server = createNet(host).createServer({ allowHalfOpen: true }, (socket) => {
  http.emit('connection', socket);
});
server.listen(80, () => console.log('listening on 10.77.0.2:80'));
