// `synfin lab`: the lab's page, served to a browser on this machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { addressOf, LAB_PORT, labListener, openLab } from './lab-server.ts';
import { parseAnyPort } from './options.ts';

const HELP = `
Nothing leaves this machine: the page is served on 127.0.0.1 alone, and captures are read in the browser. dist/lab is
a folder of static files that any web server can serve, from any path, too.

Examples:
  synfin lab
  synfin lab --port 8080
  synfin serve . --private --lab -- curl http://10.77.0.2/    with the connections of a server, live

Exit codes:
  1    the port is taken
  2    wrong usage
  69   the lab was not built
  130  ended by Ctrl-C (129: the terminal was closed, 143: SIGTERM)`;

export function labCommand(): Command {
  return new Command('lab')
    .description('watch and change TCP connections in the browser')
    .option(
      '--port <number>',
      'where to listen on 127.0.0.1; 0: any port that is free',
      parseAnyPort,
      LAB_PORT,
    )
    .addHelpText('after', HELP)
    .action(({ port }: { readonly port: number }) => runCommand((cleanup) => lab(port, cleanup)));
}

async function lab(port: number, cleanup: Cleanup): Promise<number> {
  const server = await openLab(port, labListener(labFiles()), cleanup);
  process.stderr.write(`synfin: the lab is at ${addressOf(server)} (Ctrl-C ends it)\n`);
  return new Promise(() => {});
}

/** What `npm run build:lab` makes, beside the bundle. @throws CommandError (69) if it was not built. */
export function labFiles(): string {
  const root = join(import.meta.dirname, 'lab');
  if (existsSync(join(root, 'index.html'))) return root;
  throw new CommandError('the lab was not built: npm run build:lab', EXIT.unavailable);
}
