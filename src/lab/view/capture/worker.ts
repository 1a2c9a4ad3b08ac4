// The worker that reads captures: nothing of a file leaves the machine, nor this thread but what was understood of it.

import { type CaptureRequest, CaptureSession } from '../../model/capture-session.ts';
import { chunksOf } from './chunks.ts';

const session = new CaptureSession<Blob>({
  chunks: chunksOf,
  post: (news) => postMessage(news),
  key: crypto.getRandomValues(new Uint8Array(16)),
});

/** One after the other: a request that is not wanted any more ends with the worker. */
let last = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<CaptureRequest<Blob>>) => {
  last = last.then(() => session.request(data));
});
