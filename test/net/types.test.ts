// The types are node:net's, as the compiler sees it: whatever takes that module takes ours.

import type * as nodeNet from 'node:net';
import { expect, test } from 'vitest';
import { createNet } from '../../src/net/net.ts';
import net, * as namespace from '../../src/net.ts';
import { FakeHost } from './fake-host.ts';

type NodeNet = typeof nodeNet;

// Each assignment is a test: it must compile.
const asImported: NodeNet = net;
const asNamespace: NodeNet = namespace;
const ofHost: NodeNet = createNet(new FakeHost());
const SocketOfNode: typeof nodeNet.Socket = net.Socket;
const ServerOfNode: typeof nodeNet.Server = net.Server;
const acceptsSocket = (socket: nodeNet.Socket): string | undefined => socket.remoteAddress;
const acceptsServer = (server: nodeNet.Server): ReturnType<nodeNet.Server['address']> => server.address();

/** A program that knows node:net alone. */
async function echo({ createServer, connect }: NodeNet, text: string): Promise<string> {
  const server: nodeNet.Server = createServer({ allowHalfOpen: true }, (socket: nodeNet.Socket) => {
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 5 }, done));
  const { port } = server.address() as nodeNet.AddressInfo;
  const options: nodeNet.NetConnectOpts = { port, host: '127.0.0.1', noDelay: true };
  const client: nodeNet.Socket = connect(options);
  client.setEncoding('utf8').end(text);
  let answer = '';
  for await (const part of client) answer += part;
  await new Promise((done) => server.close(done));
  return answer;
}

test('a program written for the types of node:net runs over ours', async () => {
  expect(await echo(net, 'typed')).toBe('typed');
});

test('the namespace, the default export and the classes are what the types say', () => {
  expect(asImported.Socket).toBe(asNamespace.Socket);
  expect(ofHost.Socket).not.toBe(net.Socket);
  const socket = new SocketOfNode({ allowHalfOpen: true });
  const server = new ServerOfNode();
  expect([acceptsSocket(socket), acceptsServer(server)]).toEqual([undefined, null]);
});
