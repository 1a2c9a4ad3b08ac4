// The formats of the export dialog, each as what makes its file.

import { runScript } from '../../packetdrill/run.ts';
import { ladderMermaid } from '../../trace/picture/mermaid.ts';
import { ladderSvg } from '../../trace/picture/svg.ts';
import { graphSvg } from '../../trace/picture/time-sequence.ts';
import { beginningOf } from '../model/export/extent.ts';
import { jsonOf } from '../model/export/json.ts';
import { packetdrillOf } from '../model/export/packetdrill.ts';
import { captureOf } from '../model/export/pcapng.ts';
import { textOf } from '../model/export/text.ts';
import { directionsOf, graphOf } from '../model/graph.ts';
import { pictureOf } from '../model/picture.ts';
import { parametersOf } from '../model/run.ts';
import type { Story } from '../model/story.ts';
import { graphWordsOf } from './graph-words.ts';
import type { Lab } from './lab.ts';
import { wordsOf } from './words.ts';

export const FORMATS = ['svg', 'png', 'mermaid', 'text', 'graph', 'pcapng', 'packetdrill', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export interface Exported {
  /** Of the file; empty: there is none. */
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** To be looked at; null: it is no text for people. */
  readonly text: string | null;
  /** What a person should know of it. */
  readonly remark: string;
}

export interface ExportRequest {
  /** Where it is taken. */
  readonly host: string;
  /** How many moments. */
  readonly shown: number;
}

const GRAPH = { width: 860, height: 480 } as const;

export function exported(lab: Lab, format: Format, { host, shown }: ExportRequest): Exported {
  const story = beginningOf(lab.story.value, shown);
  const name = `synfin-${lab.recipe.value.scenario}`;
  switch (format) {
    case 'svg':
      return file(`${name}.svg`, 'image/svg+xml', svgOf(lab, story), false);
    case 'png':
      return file(`${name}.png`, 'image/png', svgOf(lab, story), false);
    case 'mermaid':
      return file(`${name}.mmd`, 'text/plain', mermaidOf(lab, story));
    case 'text':
      return file(`${name}.txt`, 'text/plain', textOf(story, lab.messages.value.trace));
    case 'graph':
      return graphFile(lab, story, host, name);
    case 'pcapng':
      return captureFile(lab, story, host, name);
    case 'packetdrill':
      return scriptFile(lab, story, host, name);
    case 'json': {
      const run = { recipe: lab.recipe.value, version: lab.version };
      return file(`${name}.json`, 'application/json', jsonOf(story, run));
    }
  }
}

const file = (name: string, type: string, content: string, toRead = true): Exported => ({
  name,
  type: `${type};charset=utf-8`,
  content,
  text: toRead ? content : null,
  remark: '',
});

const none = (remark: string): Exported => ({ name: '', type: '', content: '', text: null, remark });

function ladderOf(lab: Lab, story: Story) {
  const messages = lab.messages.value;
  return pictureOf(story, story.moments.length, lab.addresses.value, wordsOf(messages));
}

function titleOf(lab: Lab): string {
  const titles: Readonly<Record<string, { readonly title: string }>> = lab.messages.value.scenarios;
  return `synfin · ${titles[lab.scenario.value.id]?.title ?? ''}`;
}

function svgOf(lab: Lab, story: Story): string {
  const { value: scale } = lab.scale;
  return ladderSvg(ladderOf(lab, story), { scale, title: titleOf(lab), words: lab.messages.value });
}

function mermaidOf(lab: Lab, story: Story): string {
  const words = lab.messages.value;
  const more = (left: number): string => words.panels.share.more({ left });
  return ladderMermaid(ladderOf(lab, story), { words, more, title: titleOf(lab) });
}

function graphFile(lab: Lab, story: Story, host: string, name: string): Exported {
  const messages = lab.messages.value;
  const { sequence } = messages.panels;
  const shown = story.moments.length;
  const direction = directionsOf(story, shown).find((one) => one.host === host);
  if (direction === undefined) return none(sequence.graphNothing);
  const graph = graphOf(story, shown, direction, graphWordsOf(messages));
  const title = `${titleOf(lab)} · ${sequence.graph({ from: host })}`;
  const svg = graphSvg(graph, { ...GRAPH, title, legend: sequence.legend, time: messages.time });
  return file(`${name}-${host}-graph.svg`, 'image/svg+xml', svg, false);
}

function captureFile(lab: Lab, story: Story, host: string, name: string): Exported {
  const { panels, trace: messages } = lab.messages.value;
  const content = captureOf(story, { host, messages, damaged: panels.share.damaged });
  const type = 'application/octet-stream';
  return { name: `${name}-${host}.pcapng`, type, content, text: null, remark: '' };
}

/** The script is replayed before it is handed out: a person knows what it is good for. */
function scriptFile(lab: Lab, story: Story, host: string, name: string): Exported {
  const { share } = lab.messages.value.panels;
  const parameters = parametersOf(lab.scenario.value, lab.recipe.value, host);
  const comment = [share.scriptMade({ host, version: lab.version }), `#${lab.link.value}`];
  const script = packetdrillOf(story, { host, parameters, comment });
  if (typeof script === 'string') return none(share.unsupported({ reason: share.reasons[script] }));
  const path = `${name}-${host}.pkt`;
  const result = runScript(script.text, path, script.options);
  const remark =
    result.result === 'pass'
      ? share.replays
      : share.differs({ line: result.line ?? 0, reason: result.reason });
  return { ...file(path, 'text/plain', script.text), remark };
}
