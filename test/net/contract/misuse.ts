// Arguments that cannot be meant: what is thrown, to the letter.

import type { LookupFunction } from 'node:net';
import type { Net } from '../../../src/net/net.ts';
import { HOST, not, type Programs, thrown } from './support.ts';

/** Each call with what it throws, as a program of its own. */
const throwing = (calls: Readonly<Record<string, (net: Net) => unknown>>): Programs =>
  Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, (net: Net) => thrown(() => call(net))]),
  );

const AT = { port: 1, host: HOST };

export const MISUSE: Programs = throwing({
  'connect()': (net) => net.connect(not(undefined)),
  'connect with no arguments': (net) => (net.connect as () => unknown)(),
  'connect({})': (net) => net.connect(not({})),
  'connect(null)': (net) => net.connect(not(null)),
  'connect(true)': (net) => net.connect(not(true)),
  'connect of a function': (net) => net.connect(not(() => {})),
  'connect to port 70000': (net) => net.connect(70_000, HOST),
  'connect to port -1': (net) => net.connect(-1, HOST),
  'connect to port 1.5': (net) => net.connect(1.5, HOST),
  'connect to port NaN': (net) => net.connect(Number.NaN, HOST),
  'connect to port Infinity': (net) => net.connect(Number.POSITIVE_INFINITY, HOST),
  'connect to port {}': (net) => net.connect(not({ port: {} })),
  'connect to port null': (net) => net.connect(not({ port: null })),
  'connect to port true': (net) => net.connect(not({ port: true })),
  'connect to port []': (net) => net.connect(not({ port: [] })),
  'connect to an empty port': (net) => net.connect({ port: '' }),
  'connect to a blank port': (net) => net.connect({ port: '  ' }),
  'connect to a port that is a word': (net) => net.connect({ port: 'http' }),
  'connect to a bigint': (net) => net.connect(not({ port: 80n })),
  'connect to a symbol': (net) => net.connect(not({ port: Symbol('x') })),
  'connect from a local address that is none': (net) => net.connect({ ...AT, localAddress: 'nowhere' }),
  'connect from a local port that is text': (net) => net.connect(not({ ...AT, localPort: 'x' })),
  'connect with a lookup that is none': (net) => net.connect(not({ port: 1, host: 'name.test', lookup: 5 })),
  'connect with a lookup that is text': (net) =>
    net.connect({ port: 1, host: 'name.test', lookup: not<LookupFunction>('x') }),
  'connect with autoSelectFamily as text': (net) => net.connect(not({ ...AT, autoSelectFamily: 'x' })),
  'connect with autoSelectFamily as a number': (net) => net.connect(not({ ...AT, autoSelectFamily: 1 })),
  'connect with no time for an attempt': (net) => net.connect({ ...AT, autoSelectFamilyAttemptTimeout: 0 }),
  'connect with negative time for an attempt': (net) =>
    net.connect({ ...AT, autoSelectFamilyAttemptTimeout: -5 }),
  'connect with a fraction of time for an attempt': (net) =>
    net.connect({ ...AT, autoSelectFamilyAttemptTimeout: 1.5 }),
  'connect with too much time for an attempt': (net) =>
    net.connect({ ...AT, autoSelectFamilyAttemptTimeout: 2 ** 40 }),
  'connect with time for an attempt as text': (net) =>
    net.connect(not({ ...AT, autoSelectFamilyAttemptTimeout: 'x' })),
  'connect with a timeout as text': (net) => net.connect(not({ ...AT, timeout: 'x' })),
  'connect with a negative timeout': (net) => net.connect({ ...AT, timeout: -1 }),
  'connect with a path that is none': (net) => net.connect(not({ path: 5 })),
  'connect with a path that is an object': (net) => new net.Socket().connect(not({ path: {} })),
  'Socket.connect()': (net) => (new net.Socket().connect as () => unknown)(),
  'Socket in object mode': (net) => new net.Socket(not({ objectMode: true })),
  'Socket readable in object mode': (net) => new net.Socket(not({ readableObjectMode: true })),
  'Socket writable in object mode': (net) => new net.Socket(not({ writableObjectMode: 1 })),
  'Socket with keepAliveInitialDelay as text': (net) => new net.Socket(not({ keepAliveInitialDelay: 'x' })),
  'Socket with keepAliveInitialDelay null': (net) => new net.Socket(not({ keepAliveInitialDelay: null })),
  'Socket with highWaterMark as text': (net) => new net.Socket(not({ highWaterMark: 'x' })),
  'Socket with a negative highWaterMark': (net) => new net.Socket({ highWaterMark: -1 }),
  'Socket with a signal that is none': (net) => new net.Socket(not({ signal: {} })),
  'Socket with a signal that is text': (net) => new net.Socket(not({ signal: 'x' })),
  'Socket of a descriptor that is text': (net) => new net.Socket(not({ fd: 'x' })),
  'Socket of a negative descriptor': (net) => new net.Socket({ fd: -1 }),
  'setTimeout of text': (net) => new net.Socket().setTimeout(not('x')),
  'setTimeout of nothing': (net) => new net.Socket().setTimeout(not(undefined)),
  'setTimeout of -1': (net) => new net.Socket().setTimeout(-1),
  'setTimeout of NaN': (net) => new net.Socket().setTimeout(Number.NaN),
  'setTimeout of Infinity': (net) => new net.Socket().setTimeout(Number.POSITIVE_INFINITY),
  'setTimeout with a callback that is none': (net) => new net.Socket().setTimeout(1, not('x')),
  'setTimeout(0) with a callback that is none': (net) => new net.Socket().setTimeout(0, not({})),
  'setEncoding of what is none': (net) => new net.Socket().setEncoding(not('klingon')),
  'createServer(5)': (net) => net.createServer(not(5)),
  "createServer('x')": (net) => net.createServer(not('x')),
  'createServer with highWaterMark as text': (net) => net.createServer(not({ highWaterMark: 'x' })),
  'createServer with keepAliveInitialDelay as text': (net) =>
    net.createServer(not({ keepAliveInitialDelay: 'x' })),
  'listen({})': (net) => net.createServer().listen(not({})),
  'listen(-1)': (net) => net.createServer().listen(-1),
  'listen(70000)': (net) => net.createServer().listen(70_000),
  'listen(1.5)': (net) => net.createServer().listen(1.5),
  'listen(NaN)': (net) => net.createServer().listen(Number.NaN),
  'listen(true)': (net) => net.createServer().listen(not(true)),
  'listen(false)': (net) => net.createServer().listen(not(false)),
  'listen({ port: false })': (net) => net.createServer().listen(not({ port: false })),
  "listen({ port: 'abc' })": (net) => net.createServer().listen({ port: 'abc' }),
  "listen({ port: '' })": (net) => net.createServer().listen({ port: '' }),
  'listen({ port: {} })': (net) => net.createServer().listen(not({ port: {} })),
  'listen({ host })': (net) => net.createServer().listen(not({ host: HOST })),
  'listen({ path: 5 })': (net) => net.createServer().listen(not({ path: 5 })),
  'listen with a signal that is none': (net) => net.createServer().listen(not({ port: 0, signal: 'x' })),
  'listen({ fd: -1 })': (net) => net.createServer().listen(not({ fd: -1 })),
  'getConnections without a callback': (net) => net.createServer().getConnections(not(5)),
  'end of what is no text': (net) => new net.Socket().end(not(5)),
});
