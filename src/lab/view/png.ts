// A picture as pixels: SVG drawn on a canvas, within what browsers draw.

/** Of a side, and of all of it: the least of what today's browsers have (Safari's area). */
const LONGEST_SIDE = 16_384;
const LARGEST_AREA = 16_777_216;
/** Pixels for one of the page. */
const FINE = 2;

export interface Png {
  readonly blob: Blob;
  /** It is smaller than it was to be, `wanted` pixels high. */
  readonly shrunk: boolean;
  readonly wanted: number;
}

/** How many pixels there are for one of the picture's. */
export const scaleFor = (width: number, height: number): number =>
  Math.min(FINE, LONGEST_SIDE / Math.max(width, height), Math.sqrt(LARGEST_AREA / (width * height)));

/** Null: the browser can't. */
export async function pngOf(svg: string): Promise<Png | null> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = scaleFor(width, height);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(Math.floor(width * scale), 1);
    canvas.height = Math.max(Math.floor(height * scale), 1);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    return blob === null ? null : { blob, shrunk: scale < FINE, wanted: height * FINE };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
