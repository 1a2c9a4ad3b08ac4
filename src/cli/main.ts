#!/usr/bin/env node
// The command line `synfin`: what all commands share. One file for each command beside this one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { connectCommand } from './connect.ts';
import { demoCommand } from './demo.ts';
import { EXIT, EXIT_CODES_HELP } from './exit.ts';
import { labCommand } from './lab.ts';
import { listenCommand } from './listen.ts';
import { packetdrillCommand } from './packetdrill.ts';
import { readCommand } from './read.ts';
import { serveCommand } from './serve.ts';

const EXAMPLES = `
Examples:
  synfin demo                                          watch a connection live, from SYN to FIN
  synfin serve . --private -- curl http://10.77.0.2/   no root needed
  sudo synfin serve ./public --port 8080               then: curl http://10.77.0.2:8080/
  sudo synfin connect 10.77.0.1 22 --trace
  sudo synfin listen 7000                              then: nc -N 10.77.0.2 7000
  synfin packetdrill test/packetdrill                  run packetdrill scripts
  synfin read capture.pcapng                           what went wrong on its connections
  synfin lab                                           watch and change connections in the browser

From a checkout, after \`npm ci\`: npx synfin COMMAND, and sudo npx synfin COMMAND where root is needed.`;

/** The package's own, beside the bundle's directory. */
function version(): string {
  const file = join(import.meta.dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** @param afterDashes the program and arguments behind `--`, which only `serve` knows what to do with. */
function program(afterDashes: readonly string[]): Command {
  const root = new Command('synfin')
    .description(
      'TCP, from SYN to FIN: a user-space TCP/IP stack on a TUN device, with the kernel as its peer',
    )
    .version(version());
  root.addCommand(demoCommand());
  root.addCommand(serveCommand(afterDashes));
  root.addCommand(connectCommand());
  root.addCommand(listenCommand());
  const packetdrill = packetdrillCommand();
  root.addCommand(packetdrill);
  const read = readCommand();
  root.addCommand(read);
  const lab = labCommand();
  root.addCommand(lab);
  root.addCommand(helpCommand(root));
  root.addHelpText('after', EXAMPLES);
  for (const command of [root, ...root.commands]) {
    // Their exit codes are their own.
    if (![packetdrill, read, lab].includes(command)) command.addHelpText('after', EXIT_CODES_HELP);
    command.exitOverride().configureOutput({ outputError: (text, write) => write(oneLine(text)) });
  }
  return root;
}

/** Commander's own answers a name that is none with the whole help. */
function helpCommand(root: Command): Command {
  return new Command('help')
    .description('display help for a command')
    .argument('[command]')
    .helpOption(false)
    .action((name: string | undefined) => {
      const found = name === undefined ? root : root.commands.find((command) => command.name() === name);
      if (found === undefined) root.error(`error: unknown command '${name}'`);
      found.help();
    });
}

/** Commander's complaint in our form. */
const oneLine = (text: string): string =>
  `synfin: ${text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}\n`;

async function main(argv: readonly string[]): Promise<void> {
  const dashes = argv[0] === 'serve' ? argv.indexOf('--') : -1;
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const afterDashes = dashes < 0 ? [] : argv.slice(dashes + 1);
  try {
    await program(afterDashes).parseAsync([...own], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

await main(process.argv.slice(2));
