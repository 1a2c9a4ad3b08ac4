// The program under test, as its calls see it: descriptors, the world, and how a script's values are read.

import type { TcpSocket } from '../host/socket.ts';
import { CallFailure, type Operation, type Returned, type Surroundings } from './calls.ts';
import { constantsOf } from './constants.ts';
import { FileTable, type OpenFile } from './files.ts';
import type { CallAction, Value } from './script.ts';
import type { Settings } from './settings.ts';
import type { SocketFile } from './sockets.ts';
import { UnsupportedError } from './unsupported.ts';
import { Reader } from './values.ts';

export class Program {
  readonly world: Surroundings;
  readonly settings: Settings;
  readonly files = new FileTable();
  readonly reader: Reader;
  /** The last connection that a call of the program made or accepted. */
  latest: TcpSocket | null = null;
  /** The last one that connect() made. */
  connected: TcpSocket | null = null;

  constructor(world: Surroundings) {
    this.world = world;
    this.settings = world.settings;
    this.reader = new Reader(constantsOf(world.settings.profile), world.settings.symbols);
  }

  get now(): number {
    return this.world.clock.now();
  }

  /** @throws CallFailure EBADF */
  file(fd: number): OpenFile {
    const file = this.files.get(fd);
    if (file === null) throw new CallFailure('EBADF');
    return file;
  }

  /** @throws CallFailure EBADF, ENOTSOCK */
  socket(fd: number): SocketFile {
    const file = this.file(fd);
    if (file.kind !== 'socket') throw new CallFailure('ENOTSOCK');
    return file;
  }

  /**
   * An operation with a time limit: `attempt` is told whether `deadline`, ms by the host's clock, has come. An
   * alarm makes sure that time does not run past it unnoticed.
   */
  until(deadline: number, attempt: (late: boolean) => Returned | null): Operation {
    const { clock } = this.world;
    const wake = (): void => {};
    let armed = false;
    return () => {
      const result = attempt(clock.now() >= deadline);
      if (result === null && !armed) clock.alarm(wake, deadline);
      if (result !== null && armed) clock.alarm(wake, Number.POSITIVE_INFINITY);
      armed = result === null;
      return result;
    };
  }

  /** Sockets that are open, in no order that matters. */
  *sockets(): IterableIterator<SocketFile> {
    for (const file of this.files) if (file.kind === 'socket') yield file;
  }
}

/** The arguments of one call. */
export class Arguments {
  readonly call: CallAction;
  private readonly program: Program;

  constructor(call: CallAction, program: Program) {
    this.call = call;
    this.program = program;
  }

  get count(): number {
    return this.call.args.length;
  }

  /** @throws UnsupportedError for a call with fewer arguments than we know it to have */
  value(index: number): Value {
    const value = this.call.args[index];
    if (value === undefined) {
      throw new UnsupportedError(`no mapping for ${this.call.name}() with ${this.count} arguments`);
    }
    return value;
  }

  number(index: number): number {
    return this.program.reader.number(this.value(index));
  }

  socket(index: number): SocketFile {
    return this.program.socket(this.number(index));
  }

  /** Whether `flags` has the bit that this constant names; without such a constant it hasn't. */
  has(flags: number, name: string): boolean {
    const bit = this.program.reader.constant(name);
    return bit !== undefined && (flags & bit) !== 0;
  }

  /** Refuse flags that are none of these. */
  allow(flags: number, names: readonly string[]): void {
    const known = names.reduce((sum, name) => sum | (this.program.reader.constant(name) ?? 0), 0);
    const rest = (flags & ~known) >>> 0;
    if (rest === 0) return;
    throw new UnsupportedError(`no mapping for the flags 0x${rest.toString(16)} of ${this.call.name}()`);
  }
}

export type Call = (program: Program, args: Arguments) => Operation;
