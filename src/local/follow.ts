import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Effects } from "../lib/effects";

const pollIntervalMs = 200;
const chunkBytes = 65_536;

/**
 * Hands over what is appended to a file from its present end on, until `effects.signal` aborts.
 * A file that is cut off or replaced is read from its beginning; one that is not there yet is
 * waited for.
 */
export async function followFile(
  file: string,
  write: (text: string) => Promise<void>,
  effects: Pick<Effects, "sleep" | "signal">,
): Promise<void> {
  let offset = sizeOf(file);
  let decoder = new TextDecoder();
  const { signal } = effects;
  while (signal?.aborted !== true) {
    const size = sizeOf(file);
    if (size < offset) {
      offset = 0;
      decoder = new TextDecoder();
    }
    if (size > offset) {
      const bytes = readFrom(file, offset);
      offset += bytes.length;
      await write(decoder.decode(bytes, { stream: true }));
    } else {
      // Being interrupted is how it ends.
      await effects.sleep(pollIntervalMs, signal).catch(() => undefined);
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(file: string, offset: number): Buffer {
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(chunkBytes);
    return buffer.subarray(0, readSync(handle, buffer, 0, chunkBytes, offset));
  } finally {
    closeSync(handle);
  }
}
