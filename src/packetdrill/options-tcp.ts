// Options of the level IPPROTO_TCP: tcp(7), and FreeBSD's tcp(4).

import {
  setCork,
  setFinWait2,
  setKeepAlive,
  setNotSentLowWater,
  setParameter,
  setQuickAck,
  setUserTimeout,
  setWindowClamp,
} from './engine-setters.ts';
import { fixedAt, kept, refused } from './option-kinds.ts';
import type { Option, OptionTable } from './options.ts';
import { UnsupportedError } from './unsupported.ts';

const SECOND = 1000;
/** TCP_MIN_MSS and MAX_TCP_WINDOW of Linux: what TCP_MAXSEG may be. */
const LEAST_MSS = 88;
const LARGEST_MSS = 32_767;
/** What Linux lets FIN-WAIT-2 last at most, and takes 0 to mean. */
const FIN_WAIT2 = 60;
const DEFAULT_MSS = 536;

/** One number of keep-alive, from 1 to `most` in the option's unit, `scale` of the parameter's. */
const keepAlive = (
  parameter: 'keepAliveIdle' | 'keepAliveInterval' | 'keepAliveCount',
  most: number,
  scale: number,
): Option => ({
  set: ({ file, name }, value) => {
    if (value < 1 || value > most) return 'EINVAL';
    file.choose(parameter, value * scale);
    file.values.set(name, value);
    if (file.socket?.connection.tcb.keepAlive === true) setKeepAlive(file, true);
    return null;
  },
  get: ({ file }) => file.own[parameter] / scale,
});

/** How often a SYN is sent again. */
const synCount: Option = {
  set: ({ file }, value) => {
    if (value < 1 || value > 127) return 'EINVAL';
    setParameter(file, 'synRetries', value, true);
    return null;
  },
  get: ({ file }) => file.own.synRetries,
};

const noDelay: Option = {
  set: ({ file, name }, value) => {
    file.values.set(name, value === 0 ? 0 : 1);
    if (file.socket === null) file.choose('nagle', value === 0);
    else file.socket.setNoDelay(value !== 0);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? (file.own.nagle ? 0 : 1),
};

const cork: Option = {
  set: ({ file, name }, value) => {
    setCork(file, value !== 0);
    file.values.set(name, value === 0 ? 0 : 1);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

/** On a connection Linux takes it without doing anything: the MSS was agreed on. */
const maxSegment: Option = {
  set: ({ file }, value) => {
    if (value !== 0 && (value < LEAST_MSS || value > LARGEST_MSS)) return 'EINVAL';
    if (file.socket === null) file.choose('mssClamp', value);
    return null;
  },
  get: ({ file }) => {
    if (file.socket !== null && file.state !== 'CLOSED') return file.socket.info().sendMss;
    return file.own.mssClamp === 0 ? DEFAULT_MSS : file.own.mssClamp;
  },
};

/** Seconds; -1: not at all. More than Linux's own limit is taken as 0, its default. */
const linger2: Option = {
  set: ({ file, name }, value) => {
    const wanted = value > 2 * FIN_WAIT2 || value === 0 ? FIN_WAIT2 : Math.max(value, 0);
    setFinWait2(file, wanted * SECOND);
    file.values.set(name, value < 0 ? -1 : wanted);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? file.own.finWait2 / SECOND,
};

const userTimeout: Option = {
  set: ({ file, name }, value) => {
    if (value < 0) return 'EINVAL';
    setUserTimeout(file, value);
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

const quickAck: Option = {
  set: ({ file }, value) => {
    setQuickAck(file, value !== 0);
    return null;
  },
  get: refused.get,
};

const notSentLowWater: Option = {
  set: ({ file, name }, value) => {
    setNotSentLowWater(file, value);
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

const windowClamp: Option = {
  set: ({ file }, value) => {
    if (value === 0) return file.state === 'CLOSED' ? null : 'EINVAL';
    setWindowClamp(file, value);
    return null;
  },
  get: refused.get,
};

/** The length of a listener's queue of connections with data in their SYN; 0 = none are taken. */
const fastOpen: Option = {
  set: ({ file, name }, value) => {
    if (value < 0 || file.socket !== null) return 'EINVAL';
    if (file.listener !== null) file.listener.fastOpenQueue = value;
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

/** connect() waits for text to put into the SYN. */
const fastOpenConnect: Option = {
  set: ({ file, name }, value) => {
    if (value < 0 || value > 1) return 'EINVAL';
    if (!file.settings.parameters.fastOpenClient) return 'EOPNOTSUPP';
    if (file.state !== 'CLOSED') return 'EINVAL';
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

/** Both ways without a cookie, whatever the sysctl says. */
const fastOpenNoCookie: Option = {
  set: ({ file, name }, value) => {
    if (value < 0 || value > 1) return 'EINVAL';
    if (file.socket !== null || file.listener !== null) {
      if (value === (file.values.get(name) ?? 0)) return null;
      throw new UnsupportedError(`${name} cannot be changed on a listener or a connection`);
    }
    file.choose(
      'fastOpenWithoutCookie',
      value === 0 ? file.settings.parameters.fastOpenWithoutCookie : 'both',
    );
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

/** What is left to read comes with recvmsg(): ancillary.ts. */
const inquiry: Option = {
  set: ({ file, name }, value) => {
    if (value < 0 || value > 1) return 'EINVAL';
    file.values.set(name, value);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

/** FreeBSD: how long a SYN is tried, seconds. */
const keepInit: Option = {
  set: ({ file, name }, value) => {
    if (value < 1) return 'EINVAL';
    setParameter(file, 'r2Syn', value * SECOND, true);
    file.values.set(name, value);
    return null;
  },
  get: ({ file }) => file.own.r2Syn / SECOND,
};

export const TCP_OPTIONS: OptionTable = {
  TCP_NODELAY: noDelay,
  TCP_CORK: cork,
  TCP_NOPUSH: cork,
  TCP_MAXSEG: maxSegment,
  TCP_KEEPIDLE: keepAlive('keepAliveIdle', 32_767, SECOND),
  TCP_KEEPINTVL: keepAlive('keepAliveInterval', 32_767, SECOND),
  TCP_KEEPCNT: keepAlive('keepAliveCount', 127, 1),
  TCP_KEEPINIT: keepInit,
  TCP_SYNCNT: synCount,
  TCP_LINGER2: linger2,
  TCP_USER_TIMEOUT: userTimeout,
  TCP_QUICKACK: quickAck,
  TCP_NOTSENT_LOWAT: notSentLowWater,
  TCP_WINDOW_CLAMP: windowClamp,
  TCP_FASTOPEN: fastOpen,
  // Strings and structs: options.ts.
  TCP_CONGESTION: refused,
  TCP_FUNCTION_BLK: refused,
  TCP_INFO: refused,
  TCP_DEFER_ACCEPT: fixedAt(0),
  TCP_FASTOPEN_CONNECT: fastOpenConnect,
  TCP_FASTOPEN_NO_COOKIE: fastOpenNoCookie,
  TCP_THIN_LINEAR_TIMEOUTS: fixedAt(0),
  TCP_THIN_DUPACK: kept(0), // without effect since Linux 4.17
  TCP_SAVE_SYN: fixedAt(0),
  TCP_INQ: inquiry,
  TCP_TX_DELAY: fixedAt(0),
  TCP_REPAIR: fixedAt(0),
  TCP_NOOPT: fixedAt(0),
  TCP_SAVED_SYN: refused,
  TCP_TIMESTAMP: refused,
  TCP_FASTOPEN_KEY: refused,
  TCP_CC_INFO: refused,
  TCP_ULP: refused,
  TCP_MD5SIG: refused,
  TCP_DELACK: refused,
  TCP_ZEROCOPY_RECEIVE: refused,
};
