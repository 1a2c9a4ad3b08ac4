// S18: two hosts, and every handle.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { twoHosts } from './two-hosts.ts';

export const sandbox = {
  id: 's18',
  sections: [],
  handles: {
    loss: { kind: 'number', least: 0, most: 100, step: 0.1, default: 0, unit: '%' },
    jitter: { kind: 'number', least: 0, most: 1000, step: 1, default: 0, unit: 'ms' },
    rate: { kind: 'number', least: 0, most: 1000, step: 1, default: 0, unit: 'Mbit/s' },
    mss: { kind: 'number', least: 0, most: 1460, step: 1, default: 0, unit: 'bytes' },
    receiveBuffer: { kind: 'number', least: 256, most: 1_048_576, step: 256, default: 65_536, unit: 'bytes' },
    sendBuffer: { kind: 'number', least: 256, most: 1_048_576, step: 256, default: 65_536, unit: 'bytes' },
    msl: { kind: 'number', least: 10, most: 120_000, step: 10, default: 120_000, unit: 'ms' },
    congestionControl: { kind: 'choice', choices: ['cubic', 'reno'], default: 'cubic' },
    delayedAck: { kind: 'number', least: 0, most: 490, step: 10, default: 200, unit: 'ms' },
    nagle: { kind: 'switch', default: true },
    sack: { kind: 'switch', default: true },
    timestamps: { kind: 'switch', default: true },
    windowScaling: { kind: 'switch', default: true },
  },
  experiments: {},
  limit: 900_000,
  build(world, values) {
    const on = (name: string): boolean => values[name] === true;
    const rate = numberOf(values, 'rate');
    twoHosts(world, values, {
      parameters: {
        mssClamp: numberOf(values, 'mss'),
        receiveBuffer: numberOf(values, 'receiveBuffer'),
        receiveBufferMax: 0,
        sendBuffer: numberOf(values, 'sendBuffer'),
        sendBufferMax: 0,
        msl: numberOf(values, 'msl'),
        congestionControl: values.congestionControl === 'reno' ? 'reno' : 'cubic',
        delayedAck: numberOf(values, 'delayedAck'),
        delayedAckMax: numberOf(values, 'delayedAck'),
        nagle: on('nagle'),
        sack: on('sack'),
        dsack: on('sack'),
        timestamps: on('timestamps'),
        windowScaling: on('windowScaling'),
      },
      path: {
        loss: numberOf(values, 'loss') / 100,
        jitter: numberOf(values, 'jitter'),
        rate: rate === 0 ? Number.POSITIVE_INFINITY : rate * 1e6,
      },
    });
  },
} as const satisfies Scenario;
