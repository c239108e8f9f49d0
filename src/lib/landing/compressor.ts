import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/**
 * Level 1: of real events, 178 MB a second and core at a sixth of the size; level 6 makes 71 MB a
 * second at a seventh and a half.
 */
const options = { level: 1, memLevel: 9, chunkSize: 256 * 1024 };
/** Chunks that may wait for the thread pool before reading waits for them. */
const maxPending = 6;

/**
 * Makes gzip members on the thread pool. One after the other they are a gzip file, whoever reads it
 * (RFC 1952, section 2.2).
 */
export class Compressor {
  private pending = 0;
  private waiting: (() => void)[] = [];

  /** Whether reading should wait, with {@link ready}, before it makes more. */
  get isBusy(): boolean {
    return this.pending >= maxPending;
  }

  /** Compresses a chunk, which must not change until then. */
  async compress(chunk: Buffer): Promise<Buffer> {
    this.pending += 1;
    try {
      const bytes = await compress(chunk, options);
      // A copy where it is a small part of what zlib had taken for it.
      return bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(bytes);
    } finally {
      this.pending -= 1;
      const { waiting } = this;
      this.waiting = [];
      for (const go of waiting) go();
    }
  }

  /** Resolves once it is not busy. */
  async ready(): Promise<void> {
    while (this.isBusy) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
