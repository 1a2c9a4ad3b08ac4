// Symbols that scripts take for granted, as those who run them define them: the Fast Open cookies for the usual
// addresses, made with the usual key and with one of zeros, and the names of control messages.

const OF_FAMILY = {
  4: {
    TFO_COOKIE: '3021b9d889017eeb',
    TFO_COOKIE_ZERO: 'b7c12350a90dc8f5',
    CMSG_LEVEL_IP: 'SOL_IP',
    CMSG_TYPE_RECVERR: 'IP_RECVERR',
  },
  6: {
    TFO_COOKIE: 'c1d1e9742a47a9bc',
    TFO_COOKIE_ZERO: '82af1a8f9a205c34',
    CMSG_LEVEL_IP: 'SOL_IPV6',
    CMSG_TYPE_RECVERR: 'IPV6_RECVERR',
  },
} as const;

/** Those of `family`, and `given`, which go before them. */
export function symbolsFor(family: 4 | 6, given: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...Object.entries(OF_FAMILY[family]), ...given]);
}
