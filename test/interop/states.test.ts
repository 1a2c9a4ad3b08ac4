// RFC 9293 §3.3.2: the states of both ends of a connection with the kernel, at each step of each kind of opening
// and closing, as our host and /proc/net/tcp tell them. In `see`, ours comes first.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { GatedLink } from '../support/gated-link.ts';
import { FAMILIES, type Family, type Interop, openInterop } from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { eventually } from '../support/wait.ts';
import { Conversation, type Opener } from './conversation.ts';

/** Our timers retransmit nothing while a test lasts: what we owe, we send at once. */
const PATIENT: Parameters = { ...LINUX, rtoInitial: 60_000, rtoMin: 60_000 };

const OPENERS: readonly Opener[] = ['we', 'the kernel'];

let interop: Interop;
let gate: GatedLink;
const conversations: Conversation[] = [];

function conversation(family: Family, parameters: Parameters | null = null): Conversation {
  const made = new Conversation(interop, gate, family, parameters);
  conversations.push(made);
  return made;
}

describeTun('states of both ends', () => {
  beforeEach(() => {
    const between = (device: Interop['device']): GatedLink => {
      gate = new GatedLink(device);
      return gate;
    };
    interop = openInterop({ number: 1, between, parameters: PATIENT });
  });
  afterEach(() => {
    for (const made of conversations.splice(0)) made.dispose();
    interop.close();
  });

  describe.each(FAMILIES)('%s', (_, family) => {
    opening(family);
    describe.each(OPENERS)('%s opened', (opener) => {
      closing(family, opener);
      aborting(family, opener);
    });
    withoutOpening(family);
  });
});

function opening(family: Family): void {
  test('§3.5 fig. 6: the kernel opens', async () => {
    const t = conversation(family);
    t.listen();
    t.gate.shut();
    await t.see('LISTEN', 'CLOSED');
    t.kernelConnects();
    await t.see('LISTEN', 'SYN-SENT');
    await gate.toUs('S');
    await t.see('SYN-RECEIVED', 'SYN-SENT');
    await gate.toKernel('S.');
    await t.see('SYN-RECEIVED', 'ESTABLISHED');
    await gate.toUs('.');
    await t.see('ESTABLISHED', 'ESTABLISHED');
  });

  test('§3.5 fig. 6: we open', async () => {
    const t = conversation(family);
    await t.kernelListens();
    gate.shut();
    t.connect();
    await t.see('SYN-SENT', 'LISTEN');
    await gate.toKernel('S');
    await t.see('SYN-SENT', 'SYN-RECEIVED');
    await gate.toUs('S.');
    await t.see('ESTABLISHED', 'SYN-RECEIVED');
    await gate.toKernel('.');
    await t.see('ESTABLISHED', 'ESTABLISHED');
  });

  test('§3.5 fig. 7: both open at once (MUST-10)', async () => {
    const t = conversation(family);
    gate.shut();
    t.kernelConnects();
    await t.see('CLOSED', 'SYN-SENT');
    t.connect();
    await t.see('SYN-SENT', 'SYN-SENT');
    await gate.toKernel('S');
    await t.see('SYN-SENT', 'SYN-RECEIVED');
    await gate.toUs('S');
    await t.see('SYN-RECEIVED', 'SYN-RECEIVED');
    await gate.toKernel('S.');
    await t.see('SYN-RECEIVED', 'ESTABLISHED');
    await gate.toUs('S.');
    await t.see('ESTABLISHED', 'ESTABLISHED');
    await t.adopted();
    gate.open();
    t.kernel.write('from the kernel');
    t.write('from us');
    await eventually(
      () => t.us.readable > 0 && t.received !== '',
      () => 'data both ways',
    );
    expect([t.read(), t.received]).toEqual(['from the kernel', 'from us']);
  });

  test('§3.10.7.4 second: the kernel resets in our SYN-RECEIVED, and we are back in LISTEN', async () => {
    const t = conversation(family);
    t.listen();
    gate.shut();
    t.kernelConnects();
    await gate.toUs('S');
    await gate.toKernel('S.');
    await t.see('SYN-RECEIVED', 'ESTABLISHED');
    await t.adopted();
    t.kernel.resetAndDestroy();
    await t.see('SYN-RECEIVED', 'CLOSED');
    gate.open();
    await t.see('LISTEN', 'CLOSED');
  });
}

function closing(family: Family, opener: Opener): void {
  test('§3.6 fig. 12: we close first', async () => {
    const t = await conversation(family).establish(opener);
    t.us.shutdown();
    await t.see('FIN-WAIT-1', 'ESTABLISHED');
    await gate.toKernel('F.');
    await t.see('FIN-WAIT-1', 'CLOSE-WAIT');
    await gate.toUs('.');
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    t.kernel.end();
    await t.see('FIN-WAIT-2', 'LAST-ACK');
    await gate.toUs('F.');
    await t.see('TIME-WAIT', 'LAST-ACK');
    await gate.toKernel('.');
    await t.see('TIME-WAIT', 'CLOSED');
    expect([t.us.ended, t.kernelEnded, t.us.error, t.kernelError]).toEqual([true, true, null, null]);
  });

  test('§3.6 fig. 12: the kernel closes first', async () => {
    const t = await conversation(family).establish(opener);
    t.kernel.end();
    await t.see('ESTABLISHED', 'FIN-WAIT-1');
    await gate.toUs('F.');
    await t.see('CLOSE-WAIT', 'FIN-WAIT-1');
    await gate.toKernel('.');
    await t.see('CLOSE-WAIT', 'FIN-WAIT-2');
    t.us.shutdown();
    await t.see('LAST-ACK', 'FIN-WAIT-2');
    await gate.toKernel('F.');
    await t.see('LAST-ACK', 'TIME-WAIT');
    await gate.toUs('.');
    await t.see('CLOSED', 'TIME-WAIT');
    expect([t.us.ended, t.kernelEnded, t.us.error, t.kernelError]).toEqual([true, true, null, null]);
  });

  test('three segments: our FIN acknowledges the kernel’s', async () => {
    const t = await conversation(family).establish(opener);
    t.us.notify = () => {
      if (t.us.ended) t.us.shutdown();
    };
    t.kernel.end();
    await gate.toUs('F.');
    await gate.toKernel('.');
    await gate.toKernel('F.');
    await t.see('LAST-ACK', 'TIME-WAIT');
    await gate.toUs('.');
    await t.see('CLOSED', 'TIME-WAIT');
  });

  test('§3.6 fig. 13: both close at once', async () => {
    const t = await conversation(family).establish(opener);
    t.us.shutdown();
    t.kernel.end();
    await t.see('FIN-WAIT-1', 'FIN-WAIT-1');
    await gate.toKernel('F.');
    await t.see('FIN-WAIT-1', 'CLOSING');
    await gate.toUs('F.');
    await t.see('CLOSING', 'CLOSING');
    await gate.toUs('.');
    await t.see('TIME-WAIT', 'CLOSING');
    await gate.toKernel('.');
    await t.see('TIME-WAIT', 'TIME-WAIT');
    expect([t.us.ended, t.us.error, t.kernelError]).toEqual([true, null, null]);
  });

  test('half-close by us: the kernel’s data still comes', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.write('question');
    t.us.shutdown();
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    t.kernel.write('answer');
    await eventually(
      () => t.us.readable > 0,
      () => 'data in FIN-WAIT-2',
    );
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    expect([t.received, t.read()]).toEqual(['question', 'answer']);
    t.kernel.end();
    await t.see('TIME-WAIT', 'CLOSED');
  });

  test('half-close by the kernel: our data still goes', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.kernel.end('question');
    await t.see('CLOSE-WAIT', 'FIN-WAIT-2');
    expect(t.read()).toBe('question');
    expect(t.us.ended).toBe(true);
    t.write('answer');
    await eventually(
      () => t.received !== '',
      () => 'the kernel receives data in FIN-WAIT-2',
    );
    await t.see('CLOSE-WAIT', 'FIN-WAIT-2');
    expect(t.received).toBe('answer');
    t.us.shutdown();
    await t.see('CLOSED', 'TIME-WAIT');
  });

  test('MUST-13: our TIME-WAIT ends after two MSL', async () => {
    const t = await conversation(family, { ...PATIENT, msl: 100 }).establish(opener);
    gate.open();
    t.us.shutdown();
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    const states = new Set<string>();
    t.us.notify = () => states.add(t.us.state);
    t.kernel.end();
    await t.see('CLOSED', 'CLOSED');
    expect([...states].slice(-2)).toEqual(['TIME-WAIT', 'CLOSED']);
    expect(t.us.error).toBeNull();
  });

  test('a FIN that the kernel sends again in our TIME-WAIT is acknowledged again', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.us.shutdown();
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    gate.shut();
    t.kernel.end();
    await gate.toUs('F.');
    await t.see('TIME-WAIT', 'LAST-ACK');
    gate.lose();
    await gate.toUs('F.');
    await t.see('TIME-WAIT', 'LAST-ACK');
    await gate.toKernel('.');
    await t.see('TIME-WAIT', 'CLOSED');
  });
}

function aborting(family: Family, opener: Opener): void {
  test('§3.10.5: we abort', async () => {
    const t = await conversation(family).establish(opener);
    t.us.abort();
    await t.see('CLOSED', 'ESTABLISHED');
    await gate.toKernel('R.');
    await t.see('CLOSED', 'CLOSED');
    await eventually(
      () => t.kernelError !== null,
      () => 'the kernel tells its program of the reset',
    );
    expect(t.kernelError).toBe('ECONNRESET');
  });

  test('§3.10.7.4 second: the kernel aborts', async () => {
    const t = await conversation(family).establish(opener);
    t.kernel.resetAndDestroy();
    await t.see('ESTABLISHED', 'CLOSED');
    await gate.toUs('R.');
    await t.see('CLOSED', 'CLOSED');
    expect(t.us.error).toBe('ECONNRESET');
  });

  test('the kernel aborts in its CLOSE-WAIT, our FIN-WAIT-2', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.us.shutdown();
    await t.see('FIN-WAIT-2', 'CLOSE-WAIT');
    t.kernel.resetAndDestroy();
    await t.see('CLOSED', 'CLOSED');
    expect(t.us.error).toBe('ECONNRESET');
  });

  test('SHLD-3: we close, and nobody here has read what came', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.kernel.write('unread');
    await eventually(
      () => t.us.readable > 0,
      () => 'data to be left unread',
    );
    t.us.close();
    await t.see('CLOSED', 'CLOSED');
    await eventually(
      () => t.kernelError !== null,
      () => 'the kernel tells its program of the reset',
    );
    expect(t.kernelError).toBe('ECONNRESET');
  });

  test('the kernel closed both ways: what we send then is answered with a reset', async () => {
    const t = await conversation(family).establish(opener);
    gate.open();
    t.kernel.destroy();
    await t.see('CLOSE-WAIT', 'FIN-WAIT-2');
    t.write('for nobody');
    await t.see('CLOSED', 'CLOSED');
    expect(t.us.error).toBe('ECONNRESET');
  });
}

function withoutOpening(family: Family): void {
  test('nobody listens at the kernel: refused', async () => {
    const t = conversation(family);
    gate.shut();
    t.connect();
    await t.see('SYN-SENT', 'CLOSED');
    await gate.toKernel('S');
    await gate.toUs('R.');
    await t.see('CLOSED', 'CLOSED');
    expect(t.us.error).toBe('ECONNREFUSED');
  });

  test('nobody listens here: the kernel is refused', async () => {
    const t = conversation(family);
    gate.shut();
    t.kernelConnects();
    await t.see('CLOSED', 'SYN-SENT');
    await gate.toUs('S');
    await gate.toKernel('R.');
    await t.see('CLOSED', 'CLOSED');
    await eventually(
      () => t.kernelError !== null,
      () => 'the kernel tells its program',
    );
    expect([t.kernelError, interop.host.counters.resets]).toEqual(['ECONNREFUSED', 1]);
  });
}
