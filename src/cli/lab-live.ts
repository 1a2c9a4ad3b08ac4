// `--lab`: the lab beside a command whose stack runs, with its connections live. A command in a private network is not
// to be reached from a browser outside; its lab is: the socket was made outside.
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';
import { type Command, Option } from 'commander';
import { listeningOutside } from '../node/namespace.ts';
import type { Cleanup } from './exit.ts';
import { labFiles } from './lab.ts';
import { addressOf, LAB_PORT, labListener, listenForLab, openLab } from './lab-server.ts';
import { LiveStream } from './lab-stream.ts';
import { parseAnyPort } from './options.ts';
import { isInside } from './private.ts';

export interface LabOptions {
  readonly lab?: true;
  readonly labPort: number;
}

export const addLabOptions = (command: Command, what: string): Command =>
  command
    .option('--lab', what)
    .addOption(
      new Option('--lab-port <number>', 'where the lab listens on 127.0.0.1; 0: any port that is free')
        .default(LAB_PORT)
        .argParser(parseAnyPort),
    );

/** For `inPrivate`: the listening socket, made outside. */
export const listenOutside = ({ lab, labPort }: LabOptions): Promise<Server> =>
  listenForLab(labPort, lab !== true);

export interface LiveLab {
  readonly event: LiveStream['event'];
  /** `http://127.0.0.1:9293/#screen=live`. */
  readonly address: string;
}

/** @throws CommandError if the port that was asked for is taken, or the lab was not built. Unasked, any port will do. */
export async function openLiveLab({ lab, labPort }: LabOptions, cleanup: Cleanup): Promise<LiveLab> {
  const stream = new LiveStream();
  const listener = labListener(labFiles(), stream.answer);
  const server = isInside()
    ? adopt(await listeningOutside(), listener, cleanup)
    : await openLab(labPort, listener, cleanup, lab !== true);
  cleanup.defer(() => stream.close());
  return { event: stream.event, address: `${addressOf(server)}#screen=live` };
}

function adopt(server: Server, listener: RequestListener, cleanup: Cleanup): Server {
  const http = createServer(listener);
  server.on('connection', (socket) => http.emit('connection', socket));
  cleanup.defer(() => {
    server.close();
    http.closeAllConnections();
  });
  return server;
}
