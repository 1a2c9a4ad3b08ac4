// What a file's name says about its content, for the static server.
import { extname } from 'node:path';

const TEXT = '; charset=utf-8';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.avif', 'image/avif'],
  ['.css', `text/css${TEXT}`],
  ['.csv', `text/csv${TEXT}`],
  ['.gif', 'image/gif'],
  ['.gz', 'application/gzip'],
  ['.htm', `text/html${TEXT}`],
  ['.html', `text/html${TEXT}`],
  ['.ico', 'image/x-icon'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.js', `text/javascript${TEXT}`],
  ['.json', 'application/json'],
  ['.map', 'application/json'],
  ['.md', `text/markdown${TEXT}`],
  ['.mjs', `text/javascript${TEXT}`],
  ['.mp3', 'audio/mpeg'],
  ['.mp4', 'video/mp4'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.ts', `text/plain${TEXT}`],
  ['.txt', `text/plain${TEXT}`],
  ['.wasm', 'application/wasm'],
  ['.webm', 'video/webm'],
  ['.webp', 'image/webp'],
  ['.woff2', 'font/woff2'],
  ['.xml', 'application/xml'],
  ['.zip', 'application/zip'],
]);

/** The media type for a file name; bytes of no known kind if it says nothing. */
export function contentType(name: string): string {
  return TYPES.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
}
