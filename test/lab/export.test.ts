import { describe, expect, test } from 'vitest';
import { beginningOf } from '../../src/lab/model/export/extent.ts';
import { jsonOf } from '../../src/lab/model/export/json.ts';
import { packetdrillOf } from '../../src/lab/model/export/packetdrill.ts';
import { captureOf } from '../../src/lab/model/export/pcapng.ts';
import { textOf } from '../../src/lab/model/export/text.ts';
import { type Edit, type Recipe, recipeOf, withEdit, withValue } from '../../src/lab/model/recipe.ts';
import { parametersOf, run } from '../../src/lab/model/run.ts';
import { SCENARIOS, scenarioOf } from '../../src/lab/scenarios/all.ts';
import { runScript } from '../../src/packetdrill/run.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { KOREAN } from '../../src/trace/text/korean.ts';
import { CaptureReader } from '../../src/wire/capture.ts';
import { CaptureFrame } from '../../src/wire/capture-frame.ts';

const told = (recipe: Recipe) => run(scenarioOf(recipe.scenario)!, recipe);
const LOST_ACK: Edit = { kind: 'drop', from: 'client', to: 'server', index: 1 };

function script(recipe: Recipe, host: string) {
  const parameters = parametersOf(scenarioOf(recipe.scenario)!, recipe, host);
  return packetdrillOf(told(recipe), { host, parameters, comment: ['A run.'] });
}

/** What the runner says of the script of a run. */
function replay(recipe: Recipe, host: string) {
  const made = script(recipe, host);
  return typeof made === 'string' ? made : runScript(made.text, 'run.pkt', made.options);
}

describe('a run as a packetdrill script', () => {
  test('replays: both ends of the handshake, the close and their losses, in the manners of each preset', () => {
    for (const preset of ['RFC 9293', 'Linux', 'FreeBSD'])
      for (const id of ['s1', 's2', 's3', 's8', 's9', 's10'])
        for (const host of ['client', 'server']) {
          const recipe = withValue(recipeOf(id), 'preset', preset);
          expect(replay(recipe, host), `${preset} ${id} ${host}`).toEqual({ result: 'pass' });
        }
  });

  test('replays with what a person did: a loss, and what the timer makes of it', () => {
    const recipe = withEdit(recipeOf('s1'), LOST_ACK);
    expect(replay(recipe, 'server')).toEqual({ result: 'pass' });
    expect(replay(recipe, 'client')).toEqual({ result: 'pass' });
  });

  test('says the calls, what came and what left, and how it is to be run', () => {
    const made = script(withValue(recipeOf('s2'), 'preset', 'Linux'), 'client');
    expect(typeof made === 'string' ? made : made.text.split('\n').slice(0, 10)).toEqual([
      '// A run.',
      '// synfin packetdrill --profile linux --options strict',
      '',
      expect.stringMatching(/^`sysctl -q net\.ipv4\.tcp_rmem="4096 131072 33554432" .*`$/),
      '',
      '0.000000 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3',
      '0.000000 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)',
      expect.stringMatching(
        /^0\.000000 > S 0:0\(0\) win 64240 <mss 1460,sackOK,TS val \d+ ecr 0,nop,wscale 10>$/,
      ),
      expect.stringMatching(/^0\.200000 < S\. 0:0\(0\) ack 1 win 65160 </),
      expect.stringMatching(/^0\.200000 > \. 1:1\(0\) ack 1 win 63 </),
    ]);
  });

  test('fails where the stack does something else: it is no script that passes whatever happens', () => {
    const made = script(recipeOf('s2'), 'client');
    if (typeof made === 'string') throw new Error(made);
    const wrong = made.text.replace('> F. 1:1(0) ack 1', '> F. 1:1(0) ack 2');
    expect(wrong).not.toBe(made.text);
    expect(runScript(wrong, 'run.pkt', made.options)).toMatchObject({ result: 'fail' });
  });

  test('is none where a script cannot say it', () => {
    expect(script(recipeOf('s5'), 'server')).toBe('connections');
    expect(script(recipeOf('s6'), 'client')).toBe('early');
    expect(script(recipeOf('s17'), 'server')).toBe('crashes');
    expect(script(recipeOf('s18'), 'client')).toBe('nothing');
  });

  test('of every scenario can be read by the runner', () => {
    for (const { id } of SCENARIOS) {
      const recipe = recipeOf(id);
      for (const host of told(recipe).hosts) {
        const result = replay(recipe, host);
        if (typeof result === 'string') continue;
        expect(result.result, `${id} ${host}: ${JSON.stringify(result)}`).not.toBe('skip');
      }
    }
  });
});

describe('a run as a capture', () => {
  const framesOf = (file: Uint8Array): { readonly time: number; readonly bytes: Uint8Array }[] => {
    const reader = new CaptureReader();
    reader.push(file);
    const frames = [];
    const frame = new CaptureFrame();
    while (reader.next(frame)) {
      const { seconds, nanoseconds, bytes, start, end } = frame;
      frames.push({ time: seconds * 1000 + nanoseconds / 1e6, bytes: bytes.slice(start, end) });
    }
    reader.finish();
    expect(reader.fault).toBeNull();
    return frames;
  };

  test('has what one host saw: what is lost leaves, and does not arrive', () => {
    const story = told(withEdit(recipeOf('s1'), LOST_ACK));
    const at = (host: string) =>
      framesOf(captureOf(story, { host, messages: ENGLISH, damaged: 'damaged' })).map(({ time }) => time);
    expect(at('client')).toEqual([0, 200, 200, 1200, 1200]);
    expect(at('server')).toEqual([100, 100, 1100, 1300]);
  });

  test('has our reasons as comments, in the language asked for', () => {
    const story = told(recipeOf('s1'));
    const text = (messages: typeof ENGLISH) =>
      new TextDecoder().decode(captureOf(story, { host: 'client', messages, damaged: '' }));
    expect(text(ENGLISH)).toContain(
      `SYN-SENT → ESTABLISHED: ${ENGLISH.rules['9293-3.10.7.3-fourth-established']}`,
    );
    expect(text(KOREAN)).toContain(KOREAN.rules['9293-3.10.7.3-fourth-established']);
  });

  test('has a packet that was damaged as it arrived, and says so', () => {
    const story = told(withEdit(recipeOf('s1'), { ...LOST_ACK, kind: 'corrupt', index: 0 }));
    const bytes = captureOf(story, { host: 'server', messages: ENGLISH, damaged: 'damaged on the way' });
    expect(new TextDecoder().decode(bytes)).toContain('damaged on the way');
    expect(framesOf(bytes)[0]!.bytes).not.toEqual(story.flights[0]!.bytes);
  });
});

test('a run as JSON has the recipe and every event, and no number that JSON lacks', () => {
  const recipe = withEdit(recipeOf('s1'), LOST_ACK);
  const story = told(recipe);
  const read = JSON.parse(jsonOf(story, { recipe, version: '1.2.3' }));
  expect(read).toMatchObject({ synfin: '1.2.3', format: 1, recipe });
  expect(read.story.moments).toHaveLength(story.moments.length);
  expect(read.story.moments[0].events.map(({ kind }: { kind: string }) => kind)).toContain('segment');
  expect(read.story.flights[0].bytes).toMatch(/^45[0-9a-f]+$/);
  expect(read.story.flights[0].bytes).toHaveLength(2 * story.flights[0]!.bytes.length);
});

test('a run as text is the ladder of the command line, with what is lost', () => {
  const text = textOf(told(withEdit(recipeOf('s1'), LOST_ACK)), ENGLISH);
  expect(text).toContain('10.0.0.2:80 ╷ server');
  expect(text).toMatch(/ESTABLISHED │◄─ SYN,ACK/);
  expect(text).toMatch(/ACK seq=1.*✗|lost/);
  expect(textOf(told(recipeOf('s1')), KOREAN)).not.toContain('handshake');
});

test('the beginning of a run has what was shown of it', () => {
  const story = told(recipeOf('s1'));
  const begun = beginningOf(story, 2);
  expect(begun.moments).toHaveLength(2);
  expect(begun.flights.map(({ arrivals }) => arrivals.length)).toEqual([1, 0]);
  expect(begun.lifelines.map(({ states }) => states.at(-1)!.state)).toEqual(['SYN-SENT', 'SYN-RECEIVED']);
  expect(begun.end).toBe(100);
  expect(beginningOf(story, 99)).toBe(story);
});
