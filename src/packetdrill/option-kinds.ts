// The kinds of socket option that the tables are made of.

import type { Option } from './options.ts';
import { UnsupportedError } from './unsupported.ts';

/** A number that is kept and given back, without effect on what a script can see. */
export const kept = (initial: number): Option => ({
  set: ({ file, name }, value) => {
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? initial,
});

/** The same, on or off. */
export const keptFlag = (initial = 0): Option => ({
  ...kept(initial),
  set: ({ file, name }, value) => {
    file.values.set(name, value === 0 ? 0 : 1);
    return null;
  },
});

/** What cannot be set: it is a fact. */
export const fact = (get: Option['get']): Option => ({ set: () => 'ENOPROTOOPT', get });

/** The stack behaves as `value` says, and can't otherwise. */
export const fixedAt = (value: number): Option => ({
  set: ({ name }, asked) => {
    if (asked === value) return null;
    throw new UnsupportedError(`the stack has no ${name} but ${value}`);
  },
  get: () => value,
});

/** Nothing here does what it asks for. */
export const refused: Option = {
  set: ({ name }) => {
    throw new UnsupportedError(`no mapping for ${name}`);
  },
  get: ({ name }) => {
    throw new UnsupportedError(`no mapping for ${name}`);
  },
};
