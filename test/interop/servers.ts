// Servers in miniature for clients of the kernel's, on our sockets: SMTP (RFC 5321), and FTP (RFC 959, RFC 2428)
// with its second connection for the data. Each carries out what one honest client asks in one session.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { Net } from '../../src/net/net.ts';
import type { Socket } from '../../src/net/socket.ts';
import { collect } from '../support/interop.ts';

/** Without their CRLF; an octet is a character. */
async function* linesOf(stream: Readable): AsyncGenerator<string, void> {
  let rest = '';
  for await (const part of stream) {
    const lines = (rest + (part as Buffer).toString('latin1')).split('\r\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Commands, and a reply to each: what both protocols have in common (RFC 5321 §2.4, RFC 959 §4). */
export abstract class Session {
  /** Of the commands, in their order. */
  readonly verbs: string[] = [];
  protected readonly control: Socket;
  protected readonly lines: AsyncGenerator<string, void>;
  protected abstract readonly greeting: string;

  constructor(control: Socket) {
    this.control = control;
    this.lines = linesOf(control);
  }

  /** Resolves when the client has closed the connection. */
  async run(): Promise<void> {
    this.say(this.greeting);
    for await (const line of this.lines) {
      const [verb, argument = ''] = line.split(/ (.*)/);
      this.verbs.push(verb!);
      this.say(await this.answer(verb!, argument));
      if (verb === 'QUIT') this.control.end();
    }
  }

  protected say(reply: string): void {
    this.control.write(`${reply}\r\n`);
  }

  protected abstract answer(verb: string, argument: string): string | Promise<string>;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: Buffer;
}

export class SmtpSession extends Session {
  readonly delivered: Mail[] = [];
  protected readonly greeting = '220 mail.test at your service';
  #from = '';
  #to: string[] = [];

  protected async answer(verb: string, argument: string): Promise<string> {
    switch (verb) {
      case 'EHLO':
        return '250-mail.test\r\n250 8BITMIME';
      case 'MAIL':
        this.#from = argument;
        this.#to = [];
        return '250 OK';
      case 'RCPT':
        this.#to.push(argument);
        return '250 OK';
      case 'DATA':
        this.say('354 end it with a line of one period');
        this.delivered.push({ from: this.#from, to: this.#to, text: await this.#text() });
        return '250 OK';
      case 'QUIT':
        return '221 mail.test closes the connection';
      default:
        return '502 not here';
    }
  }

  /** RFC 5321 §4.5.2: a period alone ends the text, before others the client has put one more. */
  async #text(): Promise<Buffer> {
    const text: string[] = [];
    for (;;) {
      const { value: line } = await this.lines.next();
      if (line === undefined) throw new Error('the client left in the middle of a message');
      if (line === '.') return Buffer.from(text.join(''), 'latin1');
      text.push(line.startsWith('.') ? line.slice(1) : line, '\r\n');
    }
  }
}

/** A data connection, by its ports. */
export interface DataConnection {
  /** Where one side said that it listens. */
  readonly announced: number;
  readonly ours: number;
  readonly theirs: number;
}

export class FtpSession extends Session {
  readonly connections: DataConnection[] = [];
  protected readonly greeting = '220 files.test at your service';
  readonly #net: Net;
  readonly #files: Map<string, Buffer>;
  #announced = 0;
  #open: () => Promise<Socket> = () => Promise.reject(new Error('nobody listens for the data connection'));

  constructor(control: Socket, net: Net, files: Map<string, Buffer>) {
    super(control);
    this.#net = net;
    this.#files = files;
  }

  protected async answer(verb: string, argument: string): Promise<string> {
    switch (verb) {
      case 'USER':
        return '331 and the password';
      case 'PASS':
        return '230 logged in';
      case 'PWD':
        return '257 "/"';
      case 'TYPE':
        return argument === 'I' ? '200 binary' : '504 binary only';
      case 'SIZE':
        return `213 ${this.#files.get(argument)!.length}`;
      case 'QUIT':
        return '221 files.test closes the connection';
      case 'RETR':
        return this.#transfer(async (data) => {
          data.resume().end(this.#files.get(argument));
          await once(data, 'close');
        });
      case 'STOR':
        return this.#transfer(async (data) => {
          this.#files.set(argument, await collect(data));
        });
      default:
        return this.#arrange(verb, argument);
    }
  }

  /** Who will open the data connection, and to where: RFC 959 §4.1.2, and RFC 2428 for any family. */
  async #arrange(verb: string, argument: string): Promise<string> {
    switch (verb) {
      case 'EPSV':
        return `229 Entering Extended Passive Mode (|||${await this.#listen()}|)`;
      case 'PASV': {
        const port = await this.#listen();
        const numbers = [...this.control.localAddress!.split('.'), port >> 8, port & 255];
        return `227 Entering Passive Mode (${numbers.join()})`;
      }
      case 'EPRT': {
        const [, , host, port] = argument.split('|');
        return this.#connectLater(host!, Number(port));
      }
      case 'PORT': {
        const numbers = argument.split(',');
        return this.#connectLater(numbers.slice(0, 4).join('.'), +numbers[4]! * 256 + +numbers[5]!);
      }
      default:
        return '502 not here';
    }
  }

  async #listen(): Promise<number> {
    const server = this.#net.createServer();
    const accepted = once(server, 'connection');
    server.listen(0, this.control.localAddress);
    await once(server, 'listening');
    this.#announced = (server.address() as AddressInfo).port;
    this.#open = async () => {
      const [data] = (await accepted) as [Socket];
      server.close();
      return data;
    };
    return this.#announced;
  }

  /** From the port beside that of the control connection (RFC 959 §3.2), once there is something to transfer. */
  #connectLater(host: string, port: number): string {
    const { localAddress, localPort } = this.control;
    this.#announced = port;
    this.#open = async () => {
      const data = this.#net.connect({ host, port, localAddress, localPort: localPort! - 1 });
      await once(data, 'connect');
      return data;
    };
    return '200 OK';
  }

  /** In stream mode the end of the connection is the end of the file (RFC 959 §3.4.1). */
  async #transfer(move: (data: Socket) => Promise<void>): Promise<string> {
    this.say('150 the data connection');
    const data = await this.#open();
    this.connections.push({ announced: this.#announced, ours: data.localPort!, theirs: data.remotePort! });
    await move(data);
    return '226 transferred';
  }
}
