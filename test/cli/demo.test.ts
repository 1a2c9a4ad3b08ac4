// `synfin demo` on the in-memory network and with the kernel: who closes decides through which states both go.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConnectionSummary } from '../../src/trace/summary.ts';
import { PcapngReader } from '../../src/wire/pcapng-reader.ts';
import { describeTun } from '../support/tun.ts';
import { CLI, Running, run, statesOf } from './support.ts';

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

  test('a disk that is full ends the recording, not the exchange; but it is a failure', async () => {
    const { code, stdout, stderr } = await run('demo', '--memory', '--pcapng', '/dev/full');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'synfin: /dev/full ends here: ENOSPC\n' });
    expect(stdout).toMatch(/exchange {4}complete\n/);
  });

  test('a reader of our output that goes away ends it, and that is no failure', async () => {
    const running = new Running(['demo', '--memory']);
    running.child.stdout!.destroy();
    expect(await running.finish()).toMatchObject({ code: 0, stderr: '' });
  });

  test('an output that takes nothing is one', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'demo', '--memory'], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect({ status, stderr: String(stderr) }).toEqual({ status: 1, stderr: 'synfin: stdout: ENOSPC\n' });
  });

  test('what HTTP carried is named', async () => {
    const { stdout } = await run('demo', '--memory');
    expect(stdout).toMatch(/^ {2}request {5}GET \/ HTTP\/1\.1$/m);
    expect(stdout).toMatch(/^ {2}response {4}HTTP\/1\.1 200 OK$/m);
  });

  test('--close abort: the rule is told once, and the summary puts page and reset in order', async () => {
    const { stdout } = await run('demo', '--memory', '--close', 'abort');
    expect(stdout.match(/ABORT: drop everything/g)).toHaveLength(1);
    expect(stdout).toMatch(/exchange {4}the page came whole; then our RST ended the connection\n/);
    expect(stdout).toMatch(/client said read ECONNRESET \(that is how it sees our RST\)\n/);
  });
});

describe('virtual time', () => {
  const LOSSY = ['--memory', '--loss', '20'];

  test('the same options and the same seed give the same bytes, recorded ones too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-seed-'));
    const once = async (name: string, ...more: string[]) => {
      const file = join(directory, name);
      const { stdout } = await run('demo', ...LOSSY, '--json', '--pcapng', file, ...more);
      return { stdout, capture: readFileSync(file).toString('hex') };
    };
    try {
      const first = await once('a', '--seed', '7');
      expect(await once('b', '--seed', '7')).toEqual(first);
      expect((await once('c', '--seed', '8')).stdout).not.toBe(first.stdout);
      expect((await once('d')).stdout).toBe((await once('e', '--seed', '1')).stdout);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('what is lost is drawn lost, and sent again', async () => {
    const { code, stdout } = await run('demo', ...LOSSY, '--seed', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/X lost on wire: loss/);
    expect(stdout).toMatch(/R PSH,ACK/);
    expect(stdout.split('\n')[0]).toContain('20 % of the packets lost, seed 2');
  });

  test('--delay is how long a segment takes', async () => {
    const { stdout } = await run('demo', '--memory', '--delay', '150');
    expect(stdout).toMatch(/^ +150\.000 .*SYN seq=0 ─►│ SYN-RECEIVED$/m);
    expect(stdout).toMatch(/round trip {2}300\.000 ms/);
  });

  test.each(['client', 'server', 'both', 'abort'])('--close %s where packets are lost', async (closer) => {
    const { code, stdout } = await run('demo', ...LOSSY, '--seed', '2', '--json', '--close', closer);
    expect(code).toBe(0);
    expect(stdout).toContain('"kind":"packet-lost"');
  });

  test('where everything is lost, our side gives up in no time', async () => {
    const { code, stdout, stderr } = await run('demo', '--memory', '--loss', '100');
    expect(code).toBe(1);
    expect(stdout).toMatch(/R2: retransmitted for too long/);
    expect(stderr).toBe('synfin: the exchange was not complete: the handshake was not completed\n');
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

  test('--close both: the FIN that is held is drawn as sent before ours, and no state is impossible', async () => {
    const { code, stdout } = await run('demo', '--close', 'both');
    expect(code).toBe(0);
    const states = [...stdout.matchAll(/^ +\d+\.\d+ .*[│┤] (~?)([A-Z][A-Z0-9-]+)$/gm)];
    const shown = states.map(([, , state]) => state);
    expect(shown).toEqual(['SYN-SENT', 'ESTABLISHED', 'ESTABLISHED', 'FIN-WAIT-1', 'CLOSING', 'TIME-WAIT']);
    expect(stdout).toMatch(/FIN,ACK .*─┤ FIN-WAIT-1\n.*held on syn0: our end closes first/);
  });

  test('without curl, a process with node:http is the client', async () => {
    const path = mkdtempSync(join(tmpdir(), 'synfin-path-'));
    for (const program of ['unshare', 'true']) {
      symlinkSync(execFileSync('which', [program], { encoding: 'utf8' }).trim(), join(path, program));
    }
    const { code, stdout } = await new Running(['demo'], { PATH: path }).finish();
    rmSync(path, { recursive: true });
    expect(code).toBe(0);
    expect(stdout).toMatch(/10\.77\.0\.2:80 in a private network/);
    expect(stdout).toMatch(/exchange {4}complete\n/);
  });
});
