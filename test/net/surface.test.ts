// The whole surface of node:net is there: what the running Node has, by reflection, and what the documentation of
// Node 24 has beyond an older one.

import nodeNet from 'node:net';
import { describe, expect, test } from 'vitest';
import ours, * as namespace from '../../src/net.ts';

/** Node's own insides, which no documentation names; `BoundSocket` is of the latest 24 only (docs/guide). */
const isPublic = (key: string | symbol): boolean =>
  typeof key === 'symbol'
    ? String(key).startsWith('Symbol(nodejs.') || key === Symbol.asyncIterator
    : !key.startsWith('_') && key !== 'default' && key !== 'BoundSocket';

const publicKeys = (object: object): (string | symbol)[] => Reflect.ownKeys(object).filter(isPublic);

const missing = (keys: readonly (string | symbol)[], object: object): string[] =>
  keys.filter((key) => !(key in object)).map(String);

const PROTOTYPES = ['Socket', 'Server'] as const;

describe('what this Node has', () => {
  test('the module', () => {
    expect(missing(publicKeys(nodeNet), namespace)).toEqual([]);
    expect(missing(publicKeys(nodeNet), ours)).toEqual([]);
  });

  test.each(PROTOTYPES)('%s: members, and those that are methods', (name) => {
    const prototype: object = nodeNet[name].prototype;
    const mine = new ours[name]();
    expect(missing(publicKeys(prototype), mine)).toEqual([]);
    const methods = publicKeys(prototype).filter(
      (key) => typeof Object.getOwnPropertyDescriptor(prototype, key)!.value === 'function',
    );
    expect(methods.filter((key) => typeof Reflect.get(mine, key) !== 'function')).toEqual([]);
  });

  test.each(PROTOTYPES)('%s: what each one has of its own', (name) => {
    const keys = Object.keys(new nodeNet[name]()).filter(isPublic);
    expect(keys.length).toBeGreaterThan(0);
    expect(missing(keys, new ours[name]())).toEqual([]);
  });
});

/** By class, what nodejs.org documents of Node 24, with the events that a program may listen to left out. */
const DOCUMENTED = {
  Socket: `address autoSelectFamilyAttemptedAddresses bufferSize bytesRead bytesWritten connect connecting destroy
    destroyed destroySoon end getTypeOfService localAddress localPort localFamily pause pending ref remoteAddress
    remoteFamily remotePort resetAndDestroy resume setEncoding setKeepAlive setNoDelay setTimeout setTypeOfService
    timeout unref write readyState`,
  Server: 'address close getConnections listen listening maxConnections dropMaxConnection ref unref',
} as const;
/** There once they have a value, as in Node. */
const LATE = ['autoSelectFamilyAttemptedAddresses', 'timeout', 'maxConnections', 'dropMaxConnection'];

describe('what Node 24 documents', () => {
  test.each(PROTOTYPES)('%s', (name) => {
    const names = DOCUMENTED[name].split(/\s+/).filter((key) => !LATE.includes(key));
    expect(missing(names, new ours[name]())).toEqual([]);
  });

  test('Server can be disposed of, and awaited', async () => {
    const server = ours.createServer().listen(0);
    await server[Symbol.asyncDispose]();
    expect(server.listening).toBe(false);
  });
});
