// What the values of a script's call mean: numbers, addresses, buffers. A word is looked up in the script's
// symbols first, then among the constants of the system that the profile names.

import { Address } from '../wire/address.ts';
import type { Constants } from './constants.ts';
import type { StructField, Value } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

/** What a script names as one end of a connection; null: left to the runner. */
export interface SocketName {
  readonly address: Address | null;
  readonly port: number;
}

export class Reader {
  private readonly constants: Constants;
  private readonly symbols: ReadonlyMap<string, string>;

  constructor(constants: Constants, symbols: ReadonlyMap<string, string>) {
    this.constants = constants;
    this.symbols = symbols;
  }

  /** The number that a constant's name stands for; undefined: there is none of that name. */
  constant(name: string): number | undefined {
    return Object.hasOwn(this.constants, name) ? this.constants[name] : undefined;
  }

  /** A constant that is known to be there. */
  known(name: string): number {
    const value = this.constant(name);
    if (value === undefined) throw new UnsupportedError(`no constant called ${name} in this profile`);
    return value;
  }

  /** @throws UnsupportedError for what is no number */
  number(value: Value): number {
    switch (value.kind) {
      case 'number':
        return value.value;
      case 'word':
        return this.word(value.name, value);
      case 'or':
        return value.parts.reduce((sum, part) => (sum | this.number(part)) >>> 0, 0);
      case 'function':
        return this.call(value.name, value.args, value);
      case 'list':
        if (value.items.length === 1) return this.number(value.items[0]!);
        break;
      case 'any':
      case 'string':
      case 'struct':
        break;
    }
    throw new UnsupportedError(`no mapping for a ${value.kind} where a number belongs`, value.at);
  }

  /** A text, as options that are named have: `"cubic"`, `[cubic]`. */
  text(value: Value): string | null {
    if (value.kind === 'string') return value.value;
    if (value.kind === 'word') return this.symbols.get(value.name) ?? value.name;
    return value.kind === 'list' && value.items.length === 1 ? this.text(value.items[0]!) : null;
  }

  /** `{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}`; null: `...`. */
  socketName(value: Value): SocketName | null {
    if (value.kind === 'any') return null;
    if (value.kind !== 'struct') {
      throw new UnsupportedError(`no mapping for a ${value.kind} where an address belongs`, value.at);
    }
    let address: Address | null = null;
    let port = 0;
    for (const { name, value: part } of value.fields) {
      if (name === 'sin_port' || name === 'sin6_port') port = this.number(part);
      else if (name === 'sin_addr' || name === 'sin6_addr') address = this.address(part);
      else if (!/^(sa|sin|sin6)_(family|flowinfo|scope_id|len)$/.test(name ?? '')) {
        throw new UnsupportedError(`no mapping for the address field ${name ?? 'without a name'}`, part.at);
      }
    }
    return { address, port };
  }

  private address(value: Value): Address | null {
    const [first] = value.kind === 'function' ? value.args.slice(-1) : [value];
    const text = first === undefined || first.kind === 'list' ? null : this.text(first);
    const address = text === null || text === 'INADDR_ANY' ? null : Address.parse(text);
    if (address === null && text !== 'INADDR_ANY') {
      throw new UnsupportedError('an address is written inet_addr("192.0.2.1")', value.at);
    }
    return address === null || address.isUnspecified ? null : address;
  }

  private word(name: string, value: Value): number {
    const symbol = this.symbols.get(name) ?? name;
    if (/^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(symbol)) {
      return symbol.startsWith('-') ? -Number(symbol.slice(1)) : Number(symbol);
    }
    const constant = this.constant(symbol);
    if (constant === undefined) throw new UnsupportedError(`no constant called ${symbol}`, value.at);
    return constant;
  }

  private call(name: string, args: readonly Value[], value: Value): number {
    const [first] = args;
    if (/^(htons|htonl|ntohs|ntohl)$/.test(name) && first !== undefined) return this.number(first);
    if (name === 'sizeof') return 4;
    throw new UnsupportedError(`no mapping for ${name}()`, value.at);
  }
}

/** The field of a struct that has this name; null: it was left out. */
export function field(value: Value, name: string): StructField | null {
  if (value.kind !== 'struct') return null;
  return value.fields.find((part) => part.name === name) ?? null;
}
