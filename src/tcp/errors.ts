// What can go wrong with a connection, as POSIX names it: misuse is thrown, the fate of a connection is kept in it.

/** How a connection ended when it did not end by FIN both ways. */
export type ConnectionError =
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ENETDOWN';

/** A call that could not be carried out (§3.9.1). */
export type UsageError = 'EADDRINUSE' | 'EADDRNOTAVAIL' | 'EINVAL' | 'ENOTCONN' | 'EPIPE' | 'ERR_CLOSED';

/** Every code of a `TcpError`. */
export type TcpErrorCode = ConnectionError | UsageError;

/** Misuse, or a call that cannot be carried out in this state, with a code as POSIX names it. */
export class TcpError extends Error {
  readonly code: TcpErrorCode;

  constructor(code: TcpErrorCode, message: string) {
    super(message);
    this.name = 'TcpError';
    this.code = code;
  }
}
