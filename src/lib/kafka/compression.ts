import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** How hard gzip tries, 1 to 9: docs/decisions/0010 has the figures. */
export const gzipLevel = 1;

/** A way to compress the records of a batch. */
export interface Codec {
  /** Its number in a batch's attributes. */
  number: number;
  compress(bytes: Buffer): Promise<Buffer>;
}

const compress = promisify(gzip);

/** Gzip by Node's own zlib, on its thread pool: every client of Kafka reads it. */
export const gzipCodec: Codec = {
  number: 1,
  // The larger memory is a few hundred KB for each batch under way, and a quarter of the time.
  compress: (bytes) => compress(bytes, { level: gzipLevel, memLevel: 9, chunkSize: 128 * 1024 }),
};
