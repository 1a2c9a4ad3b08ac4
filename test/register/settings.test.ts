// What the environment may ask for, and what is said of the rest: one line, exit code 2.
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/register/settings.ts';
import { run } from './support.ts';

describe('SYNFIN_FAULTS', () => {
  const read = (text: string) => readSettings({ SYNFIN_FAULTS: text }).faults;

  test.each([
    ['loss=1%,delay=30ms,seed=7', { loss: 0.01, delay: 30 }, 7],
    [' loss = 0.5% , jitter=1.5s', { loss: 0.005, jitter: 1500 }, 0],
    ['delay=250us', { delay: 0.25 }, 0],
    ['rate=10mbit,queue=64kB', { rate: 10_000_000, queueBytes: 64_000 }, 0],
    ['burst=1%/25%', { burstLoss: { enter: 0.01, leave: 0.25 } }, 0],
    ['reorder=2%/20ms', { reorder: { probability: 0.02, extraDelay: 20 } }, 0],
    ['duplicate=100%,corrupt=0%', { duplicate: 1, corrupt: 0 }, 0],
    ['seed=4294967295', {}, 4_294_967_295],
  ])('%s', (text, impairments, seed) => {
    expect(read(text)).toEqual({ impairments, seed });
  });

  test.each([
    ['loss=1', "loss must be a percentage, like 1%, not '1'"],
    ['loss=101%', "loss must be a percentage, like 1%, not '101%'"],
    ['loss=-1%', "loss must be a percentage, like 1%, not '-1%'"],
    ['loss', "loss must be a percentage, like 1%, not ''"],
    ['delay=30', "delay must be like 30ms, not '30'"],
    ['delay=30min', "delay must be like 30ms, not '30min'"],
    ['delay=1constructor', "delay must be like 30ms, not '1constructor'"],
    ['rate=0mbit', "rate must be like 10mbit, not '0mbit'"],
    ['burst=1%', "burst must be like 1%/25%, not '1%'"],
    ['reorder=1%/1%', "reorder must be like 30ms, not '1%/1%'"],
    ['seed=-1', "seed must be a whole number from 0 to 4294967295, not '-1'"],
    ['seed=4294967296', "seed must be a whole number from 0 to 4294967295, not '4294967296'"],
    ['loss=1%,loss=2%', 'loss is given twice'],
    ['toString=1', "there is no 'toString'; there are loss, burst, delay,"],
    ['loss=1%,', "there is no ''; there are loss, burst, delay,"],
  ])('%s', (text, why) => {
    expect(() => read(text)).toThrow(`SYNFIN_FAULTS="${text}": ${why}`);
  });
});

describe('SYNFIN_TUN', () => {
  const read = (text: string) => {
    const { device, addresses, kernel } = readSettings({ SYNFIN_TUN: text }).tun!;
    return [device, addresses.map(String), kernel.map(String)];
  };

  test.each([
    ['syn0', ['syn0', ['10.77.0.2/24'], ['10.77.0.1/24']]],
    ['a.b-c,10.1.0.2/30,10.1.0.1/30', ['a.b-c', ['10.1.0.2/30'], ['10.1.0.1/30']]],
    [
      't,10.1.0.2/24,10.1.0.1/24,fd77::2/64, fd77::1/64',
      ['t', ['10.1.0.2/24', 'fd77::2/64'], ['10.1.0.1/24', 'fd77::1/64']],
    ],
  ])('%s', (text, settings) => expect(read(text)).toEqual(settings));

  test.each([
    ['a-very-long-name-1', 'a device name is 1 to 15 letters, digits, dots, hyphens'],
    ['..', 'a device name is 1 to 15 letters, digits, dots, hyphens'],
    ['/dev', 'a device name is 1 to 15 letters, digits, dots, hyphens'],
    ['t,10.1.0.2/24', "after the device come pairs of addresses: ours, the kernel's"],
    ['t,10.1.0.2,10.1.0.1', "'10.1.0.2' does not look like 10.77.0.2/24 or fd77::2/64"],
    ['t,127.0.0.2/8,127.0.0.1/8', "'127.0.0.2/8': a loopback address is no address of a host"],
    ['t,10.1.0.2/24,10.2.0.1/24', "ours 10.1.0.2/24 and the kernel's 10.2.0.1/24 are not on one network"],
    ['t,10.1.0.2/24,10.1.0.2/24', "ours and the kernel's are both 10.1.0.2"],
  ])('%s', (text, why) => {
    expect(() => read(text)).toThrow(`SYNFIN_TUN="${text}": ${why}`);
  });
});

describe('SYNFIN_TRACE', () => {
  const read = (text: string) => readSettings({ SYNFIN_TRACE: text }).trace;

  test.each([
    ['ladder', { ladder: true, file: null }],
    ['/tmp/x.pcapng', { ladder: false, file: '/tmp/x.pcapng' }],
    ['x.pcapng,ladder', { ladder: true, file: 'x.pcapng' }],
    ['', { ladder: false, file: null }],
  ])('%s', (text, trace) => expect(read(text)).toEqual(trace));

  test.each(['lader', 'x.pcap', 'ladder,ladder', 'a.pcapng,b.pcapng', 'ladder,'])('%s', (text) => {
    expect(() => read(text)).toThrow(
      `SYNFIN_TRACE="${text}": it is 'ladder', a file whose name ends in .pcapng, or both with a comma between`,
    );
  });
});

test('none of them: a perfect network in the process, and no trace', () => {
  const none = { tun: null, faults: null, trace: { ladder: false, file: null } };
  expect(readSettings({})).toEqual(none);
  expect(readSettings({ SYNFIN_TUN: '', SYNFIN_FAULTS: '', SYNFIN_TRACE: '' })).toEqual(none);
});

describe('a program that is asked for what cannot be meant does not begin', () => {
  test.each([
    [{ SYNFIN_FAULTS: 'loss=2' }, `SYNFIN_FAULTS="loss=2": loss must be a percentage, like 1%, not '2'`],
    [{ SYNFIN_TUN: 'a/b' }, `SYNFIN_TUN="a/b": a device name is 1 to 15 letters, digits, dots, hyphens`],
    [
      { SYNFIN_TRACE: '/nowhere/x.pcapng' },
      'SYNFIN_TRACE="/nowhere/x.pcapng": cannot write /nowhere/x.pcapng: ENOENT',
    ],
  ])('%o', async (environment, why) => {
    for (const door of ['import', 'require'] as const) {
      expect(await run('transfer.mjs', { door, environment })).toEqual({
        code: 2,
        signal: null,
        stdout: '',
        stderr: `synfin: ${why}\n`,
      });
    }
  });

  test('a device that cannot be had is no misuse: 69', async () => {
    const { code, stdout, stderr } = await run('transfer.mjs', { environment: { SYNFIN_TUN: 'lo' } });
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toMatch(/^synfin: cannot open TUN lo: [^\n]+\n$/);
  });
});
