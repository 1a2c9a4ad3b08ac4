// The bytes of a file as they are read, unpacked if it is gzipped (RFC 1952 §2.3.1).

const GZIP = [0x1f, 0x8b];

/** `progress` is told how many of the file's own bytes were read so far. */
export async function* chunksOf(file: Blob, progress: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const first = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  let read = 0;
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        read += chunk.length;
        progress(read);
        controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
      },
    }),
  );
  const gzipped = GZIP.every((byte, i) => first[i] === byte);
  const reader = (gzipped ? counted.pipeThrough(new DecompressionStream('gzip')) : counted).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever has enough does not read on; a failure has been told already.
    reader.cancel().catch(() => {});
  }
}
