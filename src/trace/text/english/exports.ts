// The words of what the reader exports, and of what can go wrong with that.

import { grouped } from '../numbers.ts';
import { count, groupedCount } from './units.ts';

export const EXPORTS = {
  /** In a picture, where it ends early. */
  omitted: ({ omitted }: { omitted: number }): string => `+ ${groupedCount(omitted, 'packet')}`,
  /** Of a picture and of a page: what it shows. */
  title: ({ client, server }: { client: string; server: string }): string => `${client} to ${server}`,
  report: {
    title: 'TCP connections of a capture',
    connection: ({ number }: { number: number }): string => `Connection ${number}`,
    summary: ({ connections, packets }: { connections: number; packets: number }): string =>
      `${groupedCount(connections, 'connection')}, ${groupedCount(packets, 'packet')}`,
    left: ({ connections }: { connections: number }): string =>
      `Of ${groupedCount(connections, 'more connection')} there is no ladder here.`,
    redacted: 'Addresses are mapped, and text was removed.',
    packets: 'The packets in words',
  },
  /** Comments of a packetdrill script. */
  script: {
    made: ({ client, server, packets }: { client: string; server: string; packets: number }): string =>
      `The connection ${client} > ${server}, ${count(packets, 'packet')}, seen from its`,
    ours: { client: 'client', server: 'server' } as Readonly<Record<'client' | 'server', string>>,
    calls: 'Calls are inferred: a capture shows when segments left, not when they were written.',
    omitted: ({ omitted }: { omitted: number }): string => `${grouped(omitted)} more packets are left out.`,
    midStream: 'The capture began after the handshake: the one here is made up.',
  },
  exists: ({ file }: { file: string }): string => `${file} exists; --force replaces it`,
  unwritable: ({ file, code }: { file: string; code: string }): string => `cannot write ${file}: ${code}`,
  twice: ({ file }: { file: string }): string => `${file} is named for two exports`,
  needsOne: ({ option, connections }: { option: string; connections: number }): string =>
    `${option} shows one connection, and there are ${grouped(connections)}: name it by its number or by --conn`,
  noRenderer: ({ programs }: { programs: readonly string[] }): string =>
    `--png needs one of ${programs.join(', ')} on the PATH; --svg needs none`,
  rendererFailed: ({ program, reason }: { program: string; reason: string }): string =>
    `${program} made no PNG: ${reason}`,
};
