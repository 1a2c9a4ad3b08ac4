// A recipe as the fragment of a link, which never leaves the browser, and back. Short, and legible: `s=s1&seed=7&
// h.rtt=40&e=drop,client,server,1`.

import { type CallEdit, type Edit, type Recipe, readRecipe, type Value } from './recipe.ts';

/** What a link says. */
export interface Shared {
  readonly recipe: Recipe;
  /** Of the engine that the run was watched with; empty: the link does not say. */
  readonly version: string;
  /** Of the page's texts; empty: as the browser has it. */
  readonly language: string;
  /** How many moments have been stepped through; null: the link does not say. */
  readonly position: number | null;
}

export function formatShared({ recipe, version, language, position }: Shared): string {
  const { scenario, seed, values, edits } = recipe;
  const parts = new URLSearchParams({ s: scenario, seed: String(seed) });
  for (const [name, value] of Object.entries(values)) parts.append(`h.${name}`, String(value));
  for (const edit of edits) parts.append('e', fieldsOf(edit).map(String).join(','));
  if (language !== '') parts.set('lang', language);
  if (position !== null) parts.set('at', String(position));
  if (version !== '') parts.set('v', version);
  return parts.toString().replaceAll('%2C', ',');
}

/** Null: it is no link of ours, or was damaged. */
export function parseShared(fragment: string): Shared | null {
  const parts = new URLSearchParams(fragment);
  const values: Record<string, Value> = {};
  for (const [name, value] of parts) if (name.startsWith('h.')) values[name.slice(2)] = readValue(value);
  const recipe = readRecipe({
    scenario: parts.get('s'),
    seed: Number(parts.get('seed') ?? 1),
    values,
    edits: parts.getAll('e').map(editOf),
  });
  if (recipe === null) return null;
  const at = Number(parts.get('at') ?? Number.NaN);
  return {
    recipe,
    version: parts.get('v') ?? '',
    language: parts.get('lang') ?? '',
    position: Number.isInteger(at) && at >= 0 ? at : null,
  };
}

type Field = string | number;

function fieldsOf(edit: Edit): readonly Field[] {
  switch (edit.kind) {
    case 'drop':
    case 'duplicate':
    case 'corrupt':
      return [edit.kind, edit.from, edit.to, edit.index];
    case 'delay':
      return [edit.kind, edit.from, edit.to, edit.index, edit.ms ?? 0];
    case 'crash':
    case 'reboot':
      return [edit.kind, edit.t, edit.host];
    case 'cut':
    case 'restore':
      return [edit.kind, edit.t];
    case 'call':
      return callFields(edit);
    case 'inject':
      return [edit.kind, edit.t, edit.from, edit.connection, edit.segment];
  }
}

/** What a call does not have is an empty field. */
const callFields = ({ t, host, call, socket, bytes, to, port }: CallEdit): readonly Field[] => [
  'call',
  t,
  host,
  call,
  socket ?? '',
  bytes ?? '',
  to ?? '',
  port ?? '',
];

/** An object for `readRecipe` to judge. */
function editOf(text: string): unknown {
  const [kind, ...rest] = text.split(',');
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = '', seventh = ''] = rest;
  switch (kind) {
    case 'drop':
    case 'duplicate':
    case 'corrupt':
    case 'delay':
      return { kind, from: first, to: second, index: numberOr(third), ms: numberOr(fourth) };
    case 'crash':
    case 'reboot':
      return { kind, t: numberOr(first), host: second };
    case 'cut':
    case 'restore':
      return { kind, t: numberOr(first) };
    case 'call':
      return {
        kind,
        t: numberOr(first),
        host: second,
        call: third,
        socket: fourth || undefined,
        bytes: numberOr(fifth),
        to: sixth || undefined,
        port: numberOr(seventh),
      };
    case 'inject':
      // The notation itself has commas.
      return {
        kind,
        t: numberOr(first),
        from: second,
        connection: numberOr(third),
        segment: rest.slice(3).join(','),
      };
    default:
      return null;
  }
}

const numberOr = (text: string): number | undefined => (text === '' ? undefined : Number(text));

function readValue(text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : text;
}
