import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Flow, FlowKey, FlowTable } from '../../src/host/demux.ts';
import { SipHash } from '../../src/lib/siphash.ts';
import { Address, formatEndpoint } from '../../src/wire/address.ts';
import { bytes, ip } from './support.ts';

const flow = (local: string, localPort: number, remote: string, remotePort: number): Flow => ({
  local: { address: ip(local), port: localPort },
  remote: { address: ip(remote), port: remotePort },
  row: -1,
});
const name = (f: Flow): string => `${formatEndpoint(f.local)} ${formatEndpoint(f.remote)}`;
const table = (): FlowTable<Flow> => new FlowTable<Flow>(new SipHash(bytes(16)));
const key = new FlowKey();

describe('the demultiplexing table', () => {
  test('tells flows apart that differ in any one part of the 4-tuple', () => {
    const flows = [
      flow('10.0.0.1', 80, '10.0.0.2', 1024),
      flow('10.0.0.1', 81, '10.0.0.2', 1024),
      flow('10.0.0.1', 80, '10.0.0.2', 1025),
      flow('10.0.0.3', 80, '10.0.0.2', 1024),
      flow('10.0.0.1', 80, '10.0.0.4', 1024),
      flow('fd00::1', 80, 'fd00::2', 1024),
      flow('fd00::1', 80, 'fd01::2', 1024),
      flow('fd00:0:0:1::1', 80, 'fd00::2', 1024),
      flow('fd00::1', 80, 'fd00::1:0:2', 1024),
    ];
    const flowTable = table();
    for (const f of flows) flowTable.add(f);
    for (const f of flows) expect(flowTable.find(key.set(f))).toBe(f);
    expect(flowTable.find(key.set(flow('10.0.0.2', 1024, '10.0.0.1', 80)))).toBeNull();
    expect(flowTable.size).toBe(flows.length);
  });

  test('finds by the words of a header what was added by address', () => {
    const flowTable = table();
    const f = flow('fd00::1', 443, 'fd00::2', 50_000);
    flowTable.add(f);
    const local = new Int32Array(4);
    const remote = new Int32Array(4);
    f.local.address.toWords(local);
    f.remote.address.toWords(remote);
    expect(flowTable.find(key.setWords(local, 443, remote, 50_000))).toBe(f);
    expect(flowTable.find(key.setWords(remote, 443, local, 50_000))).toBeNull();
  });

  test('forgets the flow found last when it is removed', () => {
    const flowTable = table();
    const f = flow('10.0.0.1', 80, '10.0.0.2', 1024);
    flowTable.add(f);
    expect(flowTable.find(key.set(f))).toBe(f);
    expect(flowTable.remove(f)).toBe(true);
    expect(flowTable.find(key.set(f))).toBeNull();
    expect(flowTable.remove(f)).toBe(false);
  });

  test('removes a flow only, not another one of the same name', () => {
    const flowTable = table();
    const f = flow('10.0.0.1', 80, '10.0.0.2', 1024);
    flowTable.add(f);
    expect(flowTable.remove(flow('10.0.0.1', 80, '10.0.0.2', 1024))).toBe(false);
    expect(flowTable.find(key.set(f))).toBe(f);
  });

  test('where a flow stands depends on a key that nobody outside knows (A027)', () => {
    const flows = Array.from({ length: 30 }, (_, i) => flow('10.0.0.1', 80, '10.0.0.2', 1024 + i));
    // Tables tell their flows in the order of their places.
    const orderUnder = (secret: number): number[] => {
      const flowTable = new FlowTable<Flow>(new SipHash(bytes(16, secret)));
      for (const f of flows) flowTable.add(f);
      return [...flowTable].map((f) => f.remote.port);
    };
    expect(orderUnder(1)).toEqual(orderUnder(1));
    expect(orderUnder(1)).not.toEqual(orderUnder(2));
  });

  test('behaves like a map, whatever is added and removed', () => {
    const operation = fc.record({ add: fc.boolean(), port: fc.nat(40), last: fc.nat(5), v6: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const flowTable = table();
        const model = new Map<string, Flow>();
        for (const { add, port, last, v6 } of operations) {
          const f = v6
            ? flow('fd00::1', 80, `fd00::${last}`, port)
            : flow('10.0.0.1', 80, `10.0.1.${last}`, port);
          const known = model.get(name(f));
          expect(flowTable.find(key.set(f))).toBe(known ?? null);
          if (add && known === undefined) {
            flowTable.add(f);
            model.set(name(f), f);
          } else if (!add && known !== undefined) {
            expect(flowTable.remove(known)).toBe(true);
            model.delete(name(f));
          }
        }
        expect(new Set(flowTable)).toEqual(new Set(model.values()));
        for (const f of model.values()) expect(flowTable.find(key.set(f))).toBe(f);
      }),
      { numRuns: 60 },
    );
  });

  test('grows for many flows and gives the room back', () => {
    const flowTable = table();
    const flows = Array.from({ length: 20_000 }, (_, i): Flow => {
      const remote = { address: new Address(4, 0, 0, 0xffff, 0x0a000000 + (i >> 4)), port: 1 + (i & 15) };
      return { local: { address: ip('10.0.0.1'), port: 80 }, remote, row: -1 };
    });
    for (const f of flows) flowTable.add(f);
    expect(flows.every((f) => flowTable.find(key.set(f)) === f)).toBe(true);
    for (const f of flows.slice(1)) flowTable.remove(f);
    expect([...flowTable]).toEqual([flows[0]]);
    expect(flowTable.find(key.set(flows[0]!))).toBe(flows[0]);
    expect(flowTable.find(key.set(flows[1]!))).toBeNull();
  });
});
