// What a run of the lab follows from, and nothing else: a scenario, a seed, values for its handles, and edits. It is
// what a link shares: plain data, and checked wherever it comes from.

/** What a person does to a run. Times are virtual milliseconds, and `host` names a host of the scenario. */
export type Edit =
  | PacketEdit
  | { readonly kind: 'crash' | 'reboot'; readonly t: number; readonly host: string }
  /** Both directions of every link. */
  | { readonly kind: 'cut' | 'restore'; readonly t: number }
  | CallEdit
  | InjectEdit;

/** A segment in packetdrill's notation, as if `from` had sent it on a connection; numbers count from the ISNs. */
export interface InjectEdit {
  readonly kind: 'inject';
  readonly t: number;
  readonly from: string;
  readonly connection: number;
  readonly segment: string;
}

/** To the packet number `index`, from 0, of those that `from` sends to `to`. */
export interface PacketEdit {
  readonly kind: 'drop' | 'duplicate' | 'corrupt' | 'delay';
  readonly from: string;
  readonly to: string;
  readonly index: number;
  /** Of `delay` alone. */
  readonly ms?: number;
}

export const CALLS = [
  'connect',
  'listen',
  'send',
  'read',
  'pause',
  'resume',
  'shutdown',
  'close',
  'abort',
] as const;
export type Call = (typeof CALLS)[number];

/** A call of the application: on a socket by its name (`client.1`), or one that makes a socket or a listener. */
export interface CallEdit {
  readonly kind: 'call';
  readonly t: number;
  readonly host: string;
  readonly call: Call;
  /** Of the calls on a socket. */
  readonly socket?: string;
  /** Of `send` and `read`. */
  readonly bytes?: number;
  /** Of `connect`: the host at the other end. */
  readonly to?: string;
  /** Of `connect` and `listen`. */
  readonly port?: number;
}

export type Value = number | string | boolean;

export interface Recipe {
  readonly scenario: string;
  readonly seed: number;
  /** Handles that stand elsewhere than at their default. */
  readonly values: Readonly<Record<string, Value>>;
  readonly edits: readonly Edit[];
}

/** More than a person makes. */
export const MAX_EDITS = 200;
/** A day of virtual time, ms. */
const MAX_TIME = 86_400_000;
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_TEXT = 400;

export const recipeOf = (scenario: string): Recipe => ({ scenario, seed: 1, values: {}, edits: [] });

/** `recipe` with one more edit: a branch. */
export const withEdit = (recipe: Recipe, edit: Edit): Recipe => ({
  ...recipe,
  edits: [...recipe.edits, edit],
});

export const withoutLastEdit = (recipe: Recipe): Recipe => ({ ...recipe, edits: recipe.edits.slice(0, -1) });

export const withoutEdit = (recipe: Recipe, index: number): Recipe => ({
  ...recipe,
  edits: recipe.edits.toSpliced(index, 1),
});

export const withValue = (recipe: Recipe, name: string, value: Value): Recipe => ({
  ...recipe,
  values: { ...recipe.values, [name]: value },
});

/** What `value`, from a link or a file, says; null if it is no recipe. Handles are checked against the scenario's. */
export function readRecipe(value: unknown): Recipe | null {
  if (!isRecord(value)) return null;
  const { scenario, seed, values, edits } = value;
  if (!isName(scenario) || !isInteger(seed, 0, 0xffffffff)) return null;
  if (!isRecord(values) || !Object.values(values).every(isValue)) return null;
  if (!Array.isArray(edits) || edits.length > MAX_EDITS) return null;
  const read = edits.map(readEdit);
  if (!read.every((edit) => edit !== null)) return null;
  return { scenario, seed, values: { ...values } as Record<string, Value>, edits: read };
}

function readEdit(value: unknown): Edit | null {
  if (!isRecord(value)) return null;
  switch (value.kind) {
    case 'drop':
    case 'duplicate':
    case 'corrupt':
    case 'delay':
      return readPacketEdit(value.kind, value);
    case 'crash':
    case 'reboot': {
      const { kind, t, host } = value;
      return isTime(t) && isName(host) ? { kind, t, host } : null;
    }
    case 'cut':
    case 'restore': {
      const { kind, t } = value;
      return isTime(t) ? { kind, t } : null;
    }
    case 'call':
      return readCall(value);
    case 'inject': {
      const { kind, t, from, connection, segment } = value;
      const sound = isTime(t) && isName(from) && isInteger(connection, 1, 1e6) && isName(segment);
      return sound ? { kind, t, from, connection, segment } : null;
    }
    default:
      return null;
  }
}

function readPacketEdit(kind: PacketEdit['kind'], value: Record<string, unknown>): PacketEdit | null {
  const { from, to, index, ms } = value;
  if (!isName(from) || !isName(to) || !isInteger(index, 0, 1e9)) return null;
  if (kind !== 'delay') return { kind, from, to, index };
  return isTime(ms) ? { kind, from, to, index, ms } : null;
}

function readCall(value: Record<string, unknown>): CallEdit | null {
  const { t, host, call, socket, bytes, to, port } = value;
  const known = CALLS.find((name) => name === call);
  if (known === undefined || !isTime(t) || !isName(host)) return null;
  if (socket !== undefined && !isName(socket)) return null;
  if (to !== undefined && !isName(to)) return null;
  if (bytes !== undefined && !isInteger(bytes, 0, MAX_BYTES)) return null;
  if (port !== undefined && !isInteger(port, 1, 65_535)) return null;
  return {
    kind: 'call',
    t,
    host,
    call: known,
    ...(socket === undefined ? {} : { socket }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(to === undefined ? {} : { to }),
    ...(port === undefined ? {} : { port }),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
const isInteger = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_TIME;
const isValue = (value: unknown): value is Value =>
  typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) || isName(value);
