// `synfin demo` on the in-memory network and with the kernel: who closes decides through which states both go.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConnectionSummary } from '../../src/trace/summary.ts';
import { PcapngReader } from '../../src/wire/pcapng-reader.ts';
import { describeTun } from '../support/tun.ts';
import { Running, run, statesOf } from './support.ts';

interface Scene {
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly closedFirst: ConnectionSummary['closedFirst'];
  readonly ending: ConnectionSummary['ending'];
}

const OPEN = ['SYN-SENT', 'ESTABLISHED'];
const ACCEPT = ['LISTEN', 'SYN-RECEIVED', 'ESTABLISHED'];
const ACTIVE = ['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'];
const PASSIVE = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSED'];
const CROSSED = ['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT'];

const SCENES: Record<string, Scene> = {
  client: {
    client: [...OPEN, ...ACTIVE],
    server: [...ACCEPT, ...PASSIVE],
    closedFirst: 'client',
    ending: 'fin',
  },
  server: {
    client: [...OPEN, ...PASSIVE],
    server: [...ACCEPT, ...ACTIVE],
    closedFirst: 'server',
    ending: 'fin',
  },
  both: {
    client: [...OPEN, ...CROSSED],
    server: [...ACCEPT, ...CROSSED],
    closedFirst: 'both',
    ending: 'fin',
  },
  abort: { client: [...OPEN, 'CLOSED'], server: [...ACCEPT, 'CLOSED'], closedFirst: null, ending: 'reset' },
};

/** `hosts`: the observed ones, and the states that each is to go through. */
function checkJson(stdout: string, hosts: Record<string, readonly string[]>, scene: Scene): void {
  for (const [host, states] of Object.entries(hosts)) expect(statesOf(stdout, host)).toEqual(states);
  const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as ConnectionSummary & { fault: string };
  expect(last).toMatchObject({
    kind: 'summary',
    handshake: true,
    closedFirst: scene.closedFirst,
    ending: scene.ending,
    fault: '',
  });
}

describe('in memory', () => {
  test.each(Object.entries(SCENES))('--close %s: every state of both ends', async (closer, scene) => {
    const { code, stdout } = await run('demo', '--memory', '--json', '--close', closer);
    expect(code).toBe(0);
    checkJson(stdout, { client: scene.client, server: scene.server }, scene);
  });

  test('the ladder and the summary', async () => {
    const { code, stdout, stderr } = await run('demo', '--memory');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/SYN seq=0\(\d+\).*─/);
    expect(stdout).toMatch(/SYN,ACK seq=0\(\d+\) ack=1/);
    expect(stdout).toMatch(/§3\.10\.7\.4/);
    expect(stdout).toMatch(/client {6}TIME-WAIT, for another 2\d\d\.\d s/);
    expect(stdout).toMatch(/exchange {4}complete\n/);
    // What the demo does to end itself is no part of the exchange.
    expect(stdout.indexOf('abort()')).toBe(-1);
  });

  test('--pcapng records what the client saw, with reasons', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-demo-'));
    const file = join(directory, 'demo.pcapng');
    try {
      const { code } = await run('demo', '--memory', '--pcapng', file);
      expect(code).toBe(0);
      const comments = commentsOf(readFileSync(file));
      expect(comments.length).toBeGreaterThanOrEqual(9);
      expect(comments[0]).toContain('§3.5');
      expect(comments.some((comment) => comment.includes('TIME-WAIT'))).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('a file that cannot be written: one line, no exchange', async () => {
    const { code, stdout, stderr } = await run('demo', '--memory', '--pcapng', '/no/such/directory/x');
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'synfin: cannot write /no/such/directory/x: ENOENT\n',
    });
  });

  test('a disk that is full ends the recording, not the exchange', async () => {
    const { code, stderr } = await run('demo', '--memory', '--pcapng', '/dev/full');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'synfin: /dev/full ends here: ENOSPC\n' });
  });

  test('a reader of our output that goes away ends it', async () => {
    const running = new Running(['demo', '--memory']);
    running.child.stdout!.destroy();
    expect(await running.finish()).toMatchObject({ code: 1, stderr: '' });
  });
});

/** Of the packets in a file, in their order. */
function commentsOf(file: Uint8Array): string[] {
  const reader = new PcapngReader();
  reader.push(file);
  const comments: string[] = [];
  for (let block = reader.next(); block !== null; block = reader.next()) {
    if (block.type === 'packet') comments.push(block.comment);
  }
  expect({ fault: reader.fault, pending: reader.pending }).toEqual({ fault: null, pending: 0 });
  return comments;
}

test('where no private namespace can be had, it says so in one line and runs in memory', async () => {
  const { code, stdout } = await new Running(['demo'], { PATH: '/nonexistent' }).finish();
  expect(code).toBe(0);
  const [first, second] = stdout.split('\n');
  expect(first).toMatch(/^No TUN device here \(.*unshare.*\): the same on the in-memory network\.$/);
  expect(second).toMatch(/^Two hosts of synfin/);
  expect(stdout).toMatch(/exchange {4}complete\n/);
});

describeTun('with the kernel', () => {
  test.each(Object.entries(SCENES))(
    '--close %s: our states, and the kernel agrees',
    async (closer, scene) => {
      const { code, stdout, stderr } = await run('demo', '--json', '--close', closer);
      expect({ code, stderr: stderr.match(/No TUN.*/)?.[0] }).toEqual({ code: 0, stderr: undefined });
      checkJson(stdout, { synfin: scene.server }, scene);
    },
  );

  test.each(Object.entries(SCENES))('--close %s: what the kernel says of its end', async (closer, scene) => {
    const { code, stdout } = await run('demo', '--close', closer);
    expect(code).toBe(0);
    const [, states, verdict] = /kernel says (.*): (.*)$/m.exec(stdout) ?? [];
    expect(verdict).toBe('as inferred');
    const said = states!.replace(/ \(.*\)/, '').split(', ');
    // CLOSED is the absence of a socket; CLOSE-WAIT lasts until the client's process runs, the others until we act.
    const expected = scene.client.filter((state) => state !== 'CLOSED');
    expect(expected.filter((state) => said.includes(state))).toEqual(said);
    expect(said).toEqual(expect.arrayContaining(expected.filter((state) => state !== 'CLOSE-WAIT')));
  });

  test('the ladder marks what is inferred of the kernel', async () => {
    const { stdout } = await run('demo');
    expect(stdout).toMatch(/SYN,ACK .*► *│ ~ESTABLISHED/);
    expect(stdout).toMatch(/client {6}TIME-WAIT/);
    expect(stdout).toMatch(/TIME-WAIT \(for another \d+\.\d s\): as inferred/);
  });

  test('without curl, a process with node:http is the client', async () => {
    const path = mkdtempSync(join(tmpdir(), 'synfin-path-'));
    for (const program of ['unshare', 'true']) {
      symlinkSync(execFileSync('which', [program], { encoding: 'utf8' }).trim(), join(path, program));
    }
    const { code, stdout } = await new Running(['demo'], { PATH: path }).finish();
    rmSync(path, { recursive: true });
    expect(code).toBe(0);
    expect(stdout).toMatch(/10\.77\.0\.2:80 on syn0/);
    expect(stdout).toMatch(/exchange {4}complete\n/);
  });
});
