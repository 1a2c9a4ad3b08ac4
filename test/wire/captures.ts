// Capture files built byte by byte.

export function joinBytes(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface PcapRecord {
  readonly s: number;
  /** Micro- or nanoseconds. */
  readonly fraction: number;
  readonly data: ArrayLike<number>;
  /** On the wire (default: as captured). */
  readonly length?: number;
}

/** A file of the classic format; `linkType` is the whole field. */
export function pcap(
  linkType: number,
  records: readonly PcapRecord[],
  { big = false, nano = false }: { readonly big?: boolean; readonly nano?: boolean } = {},
): Uint8Array {
  const words = (...values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    for (const [i, value] of values.entries()) view.setUint32(4 * i, value, !big);
    return new Uint8Array(view.buffer);
  };
  const version = big ? 0x0002_0004 : 0x0004_0002;
  const head = words(nano ? 0xa1b23c4d : 0xa1b2c3d4, version, 0, 0, 262_144, linkType);
  const bodies = records.flatMap(({ s, fraction, data, length = data.length }) => [
    words(s, fraction, data.length, length),
    data,
  ]);
  return joinBytes(head, ...bodies);
}

/** A block whose body is a multiple of four bytes. */
export function pcapngBlock(type: number, body: readonly number[], big: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 + body.length));
  view.setUint32(0, type, !big);
  view.setUint32(4, view.byteLength, !big);
  view.setUint32(view.byteLength - 4, view.byteLength, !big);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(body, 8);
  return bytes;
}
