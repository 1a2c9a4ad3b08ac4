// Which calls of connect and listen are about TCP. Pipes, descriptors and handles stay Node's own.

type Options = Readonly<Record<string, unknown>>;

/** Text that is no port is the path of a pipe. */
const isPath = (value: unknown): boolean => typeof value === 'string' && !(Number(value) >= 0);

const isOptions = (value: unknown): value is Options => typeof value === 'object' && value !== null;

/** `connect(options)`, `connect(port, host)`; not `connect(path)` and `connect({ path })`. */
export function connectsByTcp([first]: readonly unknown[]): boolean {
  return isOptions(first) ? !first.path : !isPath(first);
}

/** Everything that `listen` takes as a port, if only to find it wrong. */
export function listensByTcp([first]: readonly unknown[]): boolean {
  if (!isOptions(first)) return !isPath(first);
  const { port, path, fd, handle, _handle } = first;
  if (handle || _handle || (typeof fd === 'number' && fd >= 0)) return false;
  return 'port' in first ? port != null || !path : false;
}

/** A socket is made for something that is open already: `new Socket({ fd })`, or, as it once was, `new Socket(fd)`. */
export function isOpenAlready(options: unknown): boolean {
  if (typeof options === 'number') return true;
  return isOptions(options) && (Boolean(options.handle) || options.fd !== undefined);
}
