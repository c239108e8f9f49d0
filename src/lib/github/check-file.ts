import { type Effects, throwIfAborted } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { parseEvent } from "../events/parse-event";
import { type Line, readLineBlocks } from "./lines";

/**
 * Reads a file from end to end before anything is made of it, so that a file that is missing, cut
 * off or not one event a line touches nothing: the files are local, and it costs one decompression.
 *
 * @throws {@link WorkbenchError} code BAD_INPUT
 */
export async function checkFile(path: string, effects: Effects): Promise<void> {
  let first: Line | undefined;
  let last: Line | undefined;
  for await (const { lines } of readLineBlocks(path)) {
    throwIfAborted(effects.signal);
    for (const line of lines) {
      if (line.isBlank) continue;
      if (first === undefined) checkFirst(path, line);
      first ??= line;
      last = line;
    }
  }
  if (last === undefined) {
    throw new WorkbenchError("BAD_INPUT", `${path} is empty`, {
      hint: "give a file with one JSON event a line",
    });
  }
  if (!last.ended) checkLast(path, last);
}

function checkFirst(path: string, line: Line): void {
  const hint = line.text.startsWith("[")
    ? "it begins as an array: `jq -c '.[]'` makes one event a line of it"
    : "give a file with one JSON event a line, in the form of GitHub's API or GH Archive";
  try {
    parseEvent(JSON.parse(line.text));
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? `not JSON: ${describeError(error)}` : describeError(error);
    throw new WorkbenchError("BAD_INPUT", `${path}, line ${line.number}: ${reason}`, {
      hint,
      cause: error,
    });
  }
}

/** A last line without a line end is whole only if it is JSON. */
function checkLast(path: string, line: Line): void {
  try {
    JSON.parse(line.text);
  } catch (error) {
    throw new WorkbenchError("BAD_INPUT", `${path} is cut off in line ${line.number}`, {
      hint: "fetch the file again",
      cause: error,
    });
  }
}
