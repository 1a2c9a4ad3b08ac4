// What can go wrong between this program and the operating system's devices.

/**
 * A device could not be opened, set up or used.
 * `code` is the errno name that the system gave ('EPERM', 'EBUSY', 'EINVAL', ...), or one of
 * 'ERR_UNSUPPORTED_PLATFORM' (not Linux) and 'ERR_KOFFI_MISSING' (the optional dependency is not usable).
 */
export class TunError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'TunError';
    this.code = code;
  }
}
