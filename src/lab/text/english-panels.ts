// The panels and exports of the lab in English.

import type { Edit } from '../model/recipe.ts';

const call = ({ call: name, bytes, port }: Extract<Edit, { kind: 'call' }>): string =>
  `${name}(${bytes ?? (port === undefined ? '' : `:${port}`)})`;

/** `client → server #2`: the third packet of that way. */
const packet = ({ from, to, index }: Extract<Edit, { index: number }>): string =>
  `${from} → ${to} #${index + 1}`;

export const PANELS = {
  calls: {
    title: 'What is done to the hosts',
    at: 'At',
    atHelp: 'What you do happens at this time; by default just after what is shown.',
    host: ({ host, address }: { host: string; address: string }): string =>
      address === '' ? host : `${host} · ${address}`,
    socket: 'Socket',
    socketState: ({ name, state }: { name: string; state: string }): string => `${name} · ${state}`,
    noSocket: 'no socket yet',
    bytes: 'Bytes',
    port: 'Port',
    to: 'To',
    names: {
      connect: 'open',
      listen: 'listen',
      send: 'send',
      read: 'read',
      pause: 'read no more',
      resume: 'read on',
      shutdown: 'shutdown',
      close: 'close',
      abort: 'abort',
    },
    crash: 'crash',
    reboot: 'reboot',
    network: 'The network',
    cut: 'Cut the cable',
    restore: 'Restore it',
    inject: 'A segment by hand',
    from: 'In the name of',
    connection: 'Connection',
    segment: 'Segment',
    send: 'Inject',
    help: {
      summary: 'How to write it',
      text: "Flags, sequence numbers from:to, then ack, win, urg and options as needed. Numbers count from the connection's initial ones: the first byte is 1.",
      flags: 'S SYN, F FIN, R RST, P PSH, . ACK, U URG, E ECE, W CWR',
    },
    faults: {
      notation: 'That is no segment in this notation.',
      length: 'A segment carries at most 1,400 bytes here.',
      none: 'There is no connection yet that it could belong to.',
    },
    edits: 'Your edits',
    noEdits: 'None yet. The run is as the scenario has it.',
    remove: ({ edit }: { edit: string }): string => `Take back: ${edit}`,
    full: 'There are 200 edits, which is as many as a link holds.',
  },
  edit: (edit: Edit): string => {
    switch (edit.kind) {
      case 'drop':
        return `lost: ${packet(edit)}`;
      case 'duplicate':
        return `twice: ${packet(edit)}`;
      case 'corrupt':
        return `corrupted: ${packet(edit)}`;
      case 'delay':
        return `late by ${edit.ms ?? 0} ms: ${packet(edit)}`;
      case 'crash':
        return `${edit.host} crashes`;
      case 'reboot':
        return `${edit.host} reboots`;
      case 'cut':
        return 'cable cut';
      case 'restore':
        return 'cable restored';
      case 'call':
        return `${edit.socket ?? edit.host}: ${call(edit)}`;
      case 'inject':
        return `${edit.from} < ${edit.segment}`;
    }
  },
  sequence: {
    title: 'Sequence numbers',
    space: ({ host, connection }: { host: string; connection: number }): string =>
      `Sequence space of the ${host}, connection ${connection}`,
    nothing: 'There is no connection yet. Press Next.',
    sends: ({ host }: { host: string }): string => `${host} sends`,
    receives: ({ host }: { host: string }): string => `${host} receives`,
    acked: 'sent and acknowledged',
    inFlight: 'in flight',
    usable: 'may be sent',
    beyond: 'beyond the window',
    received: 'received',
    window: 'receive window',
    sacked: 'SACKed',
    held: 'held beyond a gap',
    count: ({ name, count }: { name: string; count: number }): string => `${name}: ${count} B`,
    graph: ({ from }: { from: string }): string => `Time and sequence numbers: what the ${from} sends`,
    graphNothing: 'Nothing has been sent this way yet.',
    direction: 'Direction',
    legend: {
      segment: 'segment',
      retransmission: 'R: sent again',
      lost: 'lost on the way',
      push: '◆ PSH',
      ack: 'acknowledged (ACK line)',
      duplicate: 'duplicate ACK, or the same window again',
      window: 'end of the window',
      sack: 'SACK block',
      syn: 'SYN',
      fin: 'FIN',
      reset: 'RST',
    },
    point: ({ t, flags, from, to }: { t: string; flags: string; from: number; to: number }): string =>
      `${t}: ${flags} ${from}–${to}`,
    ack: ({ t, ack, window }: { t: string; ack: number; window: number }): string =>
      `${t}: ack ${ack}, window ${window} B`,
    block: ({ t, from, to }: { t: string; from: number; to: number }): string => `${t}: SACK ${from}–${to}`,
    again: 'sent again',
  },
  share: {
    open: 'Share',
    title: 'Share and export',
    link: 'Link to exactly this run',
    linkHelp: 'It holds the recipe alone: scenario, settings, your edits. Nothing is sent anywhere.',
    copy: 'Copy',
    copied: 'Copied.',
    notCopied: 'The browser does not let this page copy: select the text and copy it.',
    close: 'Close',
    format: 'Format',
    formats: {
      svg: 'SVG picture',
      png: 'PNG picture',
      mermaid: 'Mermaid diagram',
      text: 'Text',
      graph: 'Time-sequence graph (SVG)',
      pcapng: 'pcapng capture',
      packetdrill: 'packetdrill script',
      json: 'JSON',
    },
    about: {
      svg: 'The ladder, for documents and slides.',
      png: 'The ladder as pixels, twice as fine as on the page.',
      mermaid: 'Text that GitHub, GitLab and many wikis draw as a sequence diagram.',
      text: 'The ladder in words, one event a paragraph.',
      graph: "One direction of a connection, in the manner of tcptrace's graphs.",
      pcapng: 'Packets as one host saw them, our reasons as comments. Wireshark shows them.',
      packetdrill: 'One host under test, the other scripted. `synfin packetdrill` replays it.',
      json: 'Every event, with its rule and the variables before and after.',
    },
    whole: 'The whole run',
    shown: 'What is shown so far',
    extent: 'How much',
    vantage: 'As seen by',
    save: 'Save',
    working: 'Working…',
    replays: 'Our packetdrill runner replays it: PASS.',
    differs: ({ line, reason }: { line: number; reason: string }): string =>
      `The replay differs from the run at line ${line} (${reason}). A script can't set all that this run has.`,
    unsupported: ({ reason }: { reason: string }): string => `There is no script of this run: ${reason}.`,
    reasons: {
      crashes: 'this host crashes in it',
      connections: 'this host has several connections',
      nothing: 'this host has no connection',
      early: "its program writes before the connection is open, which POSIX's calls can't",
    },
    tooLarge: ({ pixels }: { pixels: number }): string =>
      `The picture is ${pixels} pixels high, more than browsers draw: it was made smaller.`,
    impossible: 'The browser could not draw the picture. Take the SVG.',
    more: ({ left }: { left: number }): string => `… and ${left} more packets`,
    scriptMade: ({ host, version }: { host: string; version: string }): string =>
      `Made by synfin ${version}: a run of the lab as its ${host} saw it.`,
    damaged: 'damaged on the way',
  },
};
