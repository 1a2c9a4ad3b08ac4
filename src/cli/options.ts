// Arguments that several commands share, and their readers.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { hostAddressFault, pairFault } from '../node/device-addresses.ts';
import { LANGUAGES } from '../trace/text/language.ts';
import type { Language } from '../trace/text/messages.ts';
import { Address, Prefix } from '../wire/address.ts';
import { CommandError, EXIT } from './exit.ts';

/** The addresses of both ends of a TUN device: ours and, at the same place of the other list, the kernel's. */
export interface DeviceOptions {
  readonly tun: string;
  readonly address: readonly Prefix[];
  readonly kernel: readonly Prefix[];
}

export interface LanguageOptions {
  /** Absent: as the environment says. */
  readonly lang?: Language;
}

export interface TraceOptions extends LanguageOptions {
  readonly trace?: true;
  readonly pcapng?: string;
}

/** The longest interface name of Linux (IFNAMSIZ, without its final zero). */
const MAX_DEVICE_NAME = 15;

/** Ours and the kernel's, unless told otherwise. */
export const ADDRESS = '10.77.0.2/24';
export const KERNEL = '10.77.0.1/24';

export function addDeviceOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--tun <name>', 'the TUN device to make').default('syn0').argParser(parseDeviceName),
    )
    .addOption(
      new Option('--address <prefix>', 'our address; IPv6 too, and more than once for several')
        .default([], ADDRESS)
        .argParser(collectPrefix),
    )
    .addOption(
      new Option('--kernel <prefix>', "the kernel's address on the same network, one for each --address")
        .default([], KERNEL)
        .argParser(collectPrefix),
    );
}

export function addTraceOptions(command: Command, traceDescription: string): Command {
  return command
    .option('--trace', traceDescription)
    .addOption(pcapngOption())
    .addOption(languageOption('of --trace and --pcapng'));
}

/** `what` is in that language. */
export const languageOption = (what: string): Option =>
  new Option(
    '--lang <language>',
    `the language ${what}; by default the locale's, if it is one of these`,
  ).choices(LANGUAGES);

export const pcapngOption = (): Option =>
  new Option('--pcapng <file>', 'record every packet, each with the reason it was sent').argParser((file) => {
    if (file === '') throw new InvalidArgumentError('It must name a file.');
    return file;
  });

/** Fills in the default addresses. @throws CommandError if the two ends do not share a network. */
export function completeDevice(options: DeviceOptions): DeviceOptions {
  const address = options.address.length > 0 ? options.address : [Prefix.parse(ADDRESS)!];
  const kernel = options.kernel.length > 0 ? options.kernel : [Prefix.parse(KERNEL)!];
  if (address.length !== kernel.length) {
    throw new CommandError('--address and --kernel must be given equally often', EXIT.usage);
  }
  for (const [i, ours] of address.entries()) {
    const fault = pairFault(ours, kernel[i]!, '--address', '--kernel');
    if (fault !== null) throw new CommandError(fault, EXIT.usage);
  }
  return { tun: options.tun, address, kernel };
}

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a number from 1 to 65535.');
  return port;
}

/** The same, or 0: any port that is free. */
export const parseAnyPort = (text: string): number => (text === '0' ? 0 : parsePort(text));

/** A whole number from 0 to 2^32 - 1. */
export function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed < 2 ** 32)) throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
  return seed;
}

/** A decimal number from 0 to `most`. */
export const parseUpTo =
  (most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= most)) throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
    return value;
  };

export function parseAddress(text: string): Address {
  const address = Address.parse(text);
  if (address === null) throw new InvalidArgumentError('It must be an IPv4 or IPv6 address.');
  return address;
}

function collectPrefix(text: string, previous: readonly Prefix[]): readonly Prefix[] {
  const prefix = Prefix.parse(text);
  if (prefix === null) throw new InvalidArgumentError('It must look like 10.77.0.2/24 or fd77::2/64.');
  const fault = hostAddressFault(prefix);
  if (fault !== null) throw new InvalidArgumentError(`${fault} is no address of a host.`);
  return [...previous, prefix];
}

function parseDeviceName(text: string): string {
  if (text.length > MAX_DEVICE_NAME || !/^[\w.-]+$/.test(text) || text === '.' || text === '..') {
    throw new InvalidArgumentError(`It must be 1 to ${MAX_DEVICE_NAME} letters, digits, dots, hyphens.`);
  }
  return text;
}
