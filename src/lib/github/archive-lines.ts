import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { describeError, WorkbenchError } from "../errors";
import { type Line, splitLines } from "./lines";

/** A line of an hour file. */
export type ArchiveLine = Line;

/**
 * The lines of an hour file as its bytes come, decompressed where they are compressed. Nothing is
 * held but the piece at hand.
 *
 * @param bytes - ended when the lines are no longer wanted
 * @param close - called then, so that nobody waits for bytes that are slow to come
 * @throws {@link WorkbenchError} code BAD_INPUT where the content is damaged; the errors of `bytes`
 * come through
 */
export async function* readArchiveLines(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  close: () => void,
): AsyncGenerator<ArchiveLine> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    const head = await readHead(iterator);
    if (head.length === 0) throw new WorkbenchError("BAD_INPUT", "the file is empty");
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    if (!isGzip && /^\s*</.test(head.toString("latin1", 0, 100))) {
      throw new WorkbenchError("BAD_INPUT", "it is HTML or XML instead of gzip");
    }
    const whole = resume(head, iterator);
    yield* splitLines(isGzip ? gunzip(whole) : whole, name);
  } finally {
    close();
    await iterator.return?.();
  }
}

/** The first two bytes, with what came together with them. */
async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* resume(head: Buffer, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
  }
}

async function* gunzip(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(bytes, { objectMode: false });
  const output = source.pipe(createGunzip({ chunkSize: 128 * 1024 }));
  // pipe() does not hand errors on.
  source.on("error", (error) => output.destroy(error));
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    const isCut = (error as { code?: unknown }).code === "Z_BUF_ERROR";
    throw new WorkbenchError(
      "BAD_INPUT",
      isCut ? "its gzip data ends too early" : `its gzip data is damaged: ${describeError(error)}`,
      { cause: error },
    );
  } finally {
    source.destroy();
    output.destroy();
  }
}
