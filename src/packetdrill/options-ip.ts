// Options of the levels IPPROTO_IP and IPPROTO_IPV6: ip(7), ipv6(7).

import { setHopLimit, setTrafficClass } from './engine-setters.ts';
import { fact, fixedAt, kept, keptFlag, refused } from './option-kinds.ts';
import type { Option, OptionTable } from './options.ts';
import { UnsupportedError } from './unsupported.ts';

/** The two ECN bits of the byte are TCP's own. */
const CODEPOINT = 0xfc;

const trafficClass: Option = {
  set: ({ file, name }, value) => {
    if (value < -1 || value > 255) return 'EINVAL';
    const wanted = value === -1 ? 0 : value & CODEPOINT;
    setTrafficClass(file, wanted);
    file.values.set(name, wanted);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 0,
};

const hopLimit: Option = {
  set: ({ file, name }, value) => {
    if (value !== -1 && (value < 1 || value > 255)) return 'EINVAL';
    const wanted = value === -1 ? 64 : value;
    setHopLimit(file, wanted);
    file.values.set(name, wanted);
    return null;
  },
  get: ({ file, name }) => file.values.get(name) ?? 64,
};

/** Whether packets may be fragmented on the way: never ours, so that the path can be measured. */
const mtuDiscovery: Option = {
  set: ({ program, file, name }, value) => {
    const { reader } = program;
    if (value !== reader.known('IP_PMTUDISC_WANT') && value !== reader.known('IP_PMTUDISC_DO')) {
      throw new UnsupportedError(`the stack has no ${name} but WANT and DO`);
    }
    file.values.set(name, value);
    return null;
  },
  get: ({ program, file, name }) => file.values.get(name) ?? program.reader.known('IP_PMTUDISC_WANT'),
};

const pathMtu = fact(({ file }) => {
  if (file.socket === null || file.state === 'CLOSED') return 'ENOTCONN';
  return file.socket.info().pathMtu;
});

export const IP_OPTIONS: OptionTable = {
  IP_TOS: trafficClass,
  IP_TTL: hopLimit,
  IP_MTU_DISCOVER: mtuDiscovery,
  IP_MTU: pathMtu,
  IP_RECVERR: fixedAt(0),
  IP_RECVTOS: refused,
  IP_RECVTTL: refused,
  IP_MINTTL: fixedAt(0),
  // Which addresses and ports may be bound: scripts bind those that the host has.
  IP_FREEBIND: keptFlag(),
  IP_TRANSPARENT: keptFlag(),
  IP_BIND_ADDRESS_NO_PORT: keptFlag(),
  IPV6_TCLASS: trafficClass,
  IPV6_UNICAST_HOPS: hopLimit,
  IPV6_MTU_DISCOVER: mtuDiscovery,
  IPV6_MTU: pathMtu,
  IPV6_RECVERR: fixedAt(0),
  IPV6_RECVTCLASS: refused,
  IPV6_V6ONLY: kept(0),
};
