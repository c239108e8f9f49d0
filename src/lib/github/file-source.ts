import { stat } from "node:fs/promises";
import type { Effects } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import type { GitHubEvent } from "../events/event";
import { parseEvent } from "../events/parse-event";
import { checkFile } from "./check-file";
import { fileError, readLineBlocks } from "./lines";
import type { EventSource, SourceBatch, UnreadableEvent } from "./source";

const batchSize = 500;

/**
 * Events from files, one a line, in the form of the API or of GH Archive, gzip-compressed or not.
 * Its `check` reads all files from end to end; a line inside a good file that is no event is
 * yielded as unreadable.
 *
 * @param paths - at least one
 * @throws {@link WorkbenchError} code USAGE without a path; `check` and `batches` BAD_INPUT
 */
export function fileSource(paths: readonly string[]): EventSource {
  if (paths.length === 0) {
    throw new WorkbenchError("USAGE", "the source file needs a file", {
      hint: "--file events.jsonl.gz, once for each file",
    });
  }
  return {
    name: "file",
    repeats: false,
    address: "file",
    check: async (effects) => {
      for (const path of paths) {
        effects.progress({ step: "produce", state: `checking ${path}` });
        await checkFile(path, effects);
      }
    },
    batches: (effects) => readFiles(paths, effects),
  };
}

async function* readFiles(
  paths: readonly string[],
  effects: Effects,
): AsyncGenerator<SourceBatch, void, undefined> {
  const sizes: number[] = [];
  for (const path of paths) {
    sizes.push((await stat(path).catch(rethrowAs(path))).size);
  }
  const totalBytes = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let bytesBefore = 0;
  for (const [index, path] of paths.entries()) {
    let events: GitHubEvent[] = [];
    let unreadable: UnreadableEvent[] = [];
    let bytesRead = 0;
    const batch = (): SourceBatch => ({
      events,
      unreadable,
      stats: {
        requests: 0,
        notModified: 0,
        coverage: null,
        fraction: Math.min(1, (bytesBefore + bytesRead) / totalBytes),
      },
    });
    for await (const block of readLineBlocks(path)) {
      bytesRead = block.bytesRead;
      for (const line of block.lines) {
        if (effects.signal?.aborted === true) return;
        if (line.isBlank) continue;
        const { text } = line;
        try {
          events.push(parseEvent(JSON.parse(text)));
        } catch (error) {
          unreadable.push({ raw: text, reason: reasonOf(error), origin: `${path}:${line.number}` });
        }
        if (events.length + unreadable.length >= batchSize) {
          yield batch();
          events = [];
          unreadable = [];
        }
      }
    }
    bytesRead = sizes[index] ?? bytesRead;
    yield batch();
    bytesBefore += bytesRead;
  }
}

function reasonOf(error: unknown): string {
  const reason = describeError(error);
  return error instanceof SyntaxError ? `not JSON: ${reason}` : reason;
}

function rethrowAs(path: string): (error: unknown) => never {
  return (error) => {
    throw fileError(path, error);
  };
}
