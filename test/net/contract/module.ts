// The module itself: what it is made of, and the parts that have nothing to do with a network.

import { EventEmitter } from 'node:events';
import type { Net } from '../../../src/net/net.ts';
import { closed, HOST, listen, type Programs, thrown, watch, watchQuietly } from './support.ts';

const ADDRESSES = [
  '127.0.0.1',
  '::1',
  '1.2.3',
  '1.2.3.4.5',
  '::',
  'fe80::1%eth0',
  '01.2.3.4',
  'localhost',
  '',
];

const typesOf = (object: object, names: readonly string[]): unknown =>
  [...names].sort().map((name) => [name, typeof Reflect.get(object, name)]);

const isPublic = (name: string): boolean => !name.startsWith('_');

export const MODULE: Programs = {
  // BoundSocket is of the latest 24 only, and not here: a host binds when it connects or listens.
  'its names': (net) =>
    typesOf(
      net,
      Object.keys(net)
        .filter(isPublic)
        .filter((name) => name !== 'default' && name !== 'BoundSocket'),
    ),
  'connect and createConnection are one': (net) => net.connect === net.createConnection,
  'Stream is Socket': (net) => net.Stream === net.Socket,
  'isIP, isIPv4, isIPv6': (net) =>
    ADDRESSES.map((text) => [text, net.isIP(text), net.isIPv4(text), net.isIPv6(text)]),
  BlockList: (net) => {
    const list = new net.BlockList();
    list.addAddress('10.0.0.1');
    list.addRange('10.0.1.0', '10.0.1.9');
    list.addSubnet('fd00::', 16, 'ipv6');
    return [
      list.rules,
      list.check('10.0.0.1'),
      list.check('10.0.1.5'),
      list.check('10.0.2.1'),
      list.check('fd00::7', 'ipv6'),
      list.check('::ffff:10.0.0.1', 'ipv6'),
    ];
  },
  SocketAddress: (net) => {
    const { address, port, family, flowlabel } = new net.SocketAddress({
      address: '::1',
      family: 'ipv6',
      port: 7,
    });
    return [address, port, family, flowlabel, thrown(() => new net.SocketAddress({ port: 70_000 }))];
  },
  'captureRejections: an async listener that fails': async (net) => {
    EventEmitter.captureRejections = true;
    const server = net.createServer(async () => Promise.reject(new Error('no')));
    EventEmitter.captureRejections = false;
    const log = watch(server);
    const port = await listen(server);
    server.on('connection', (socket) => watchQuietly(socket, log));
    const client = net.connect(port, HOST).resume();
    client.on('error', () => {});
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'methods of Socket': (net) => methodsOf(net, 'Socket'),
  'methods of Server': (net) => methodsOf(net, 'Server'),
};

/** Those that Node documents, and has in the version that runs. */
function methodsOf(net: Net, name: 'Socket' | 'Server'): unknown {
  const documented = {
    Socket:
      'address connect destroy destroySoon end pause read ref resetAndDestroy resume setEncoding setKeepAlive setNoDelay setTimeout unref write',
    Server: 'address close getConnections listen ref unref',
  };
  const { prototype } = net[name];
  return documented[name].split(' ').map((method) => [method, typeof Reflect.get(prototype, method)]);
}
