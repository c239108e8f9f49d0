import { createReadStream, type ReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeError, WorkbenchError } from "../errors";
import { hourFileName } from "./archive-hour";
import type { ArchivePlace } from "./archive-place";

/**
 * A folder that holds hour files under GH Archive's names.
 *
 * @param folder - an absolute path
 */
export function archiveFolder(folder: string): ArchivePlace {
  return {
    address: folder,
    remote: false,
    async check() {
      const found = await stat(folder).catch(() => undefined);
      if (found?.isDirectory() === true) return;
      throw new WorkbenchError(
        "CONFIG",
        `GHARCHIVE_URL is ${folder}: ${found === undefined ? "there is no such folder" : "it is no folder"}`,
        { hint: "leave it out for https://data.gharchive.org" },
      );
    },
    async open(hour) {
      const path = join(folder, hourFileName(hour));
      let file: FileHandle;
      try {
        file = await open(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw readError(error);
      }
      const { size } = await file.stat();
      const stream = createReadStream(path, { fd: file, highWaterMark: 256 * 1024 });
      return {
        bytes: readBytes(stream),
        close: () => void stream.destroy(),
        totalBytes: size,
        version: undefined,
      };
    },
  };
}

async function* readBytes(stream: ReadStream): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw readError(error);
  } finally {
    stream.destroy();
  }
}

function readError(error: unknown): WorkbenchError {
  return new WorkbenchError("BAD_INPUT", describeError(error), { cause: error });
}
