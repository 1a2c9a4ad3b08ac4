// One captured frame, whatever the file format it was read from.

/** Filled again for each frame; its bytes are valid until the reader is asked or fed again. */
export class CaptureFrame {
  /** Counts from 1 within one file. */
  number = 0;
  /** Whole seconds since 1970, and nanoseconds within the second; both 0 where the file has no time. */
  seconds = 0;
  nanoseconds = 0;
  /** LINKTYPE_ number of the interface. */
  linkType = 0;
  /** Offset of the frame's record in the file. */
  offset = 0;
  /** Which end the capturing machine says it is. */
  direction: 'in' | 'out' | 'unknown' = 'unknown';
  /** The captured bytes are [start, end). */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** Bytes on the wire; more than captured if the capture cut it. */
  originalLength = 0;
}

const EMPTY = new Uint8Array(0);
