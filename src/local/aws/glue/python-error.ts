/** What a Python program died of. */
export interface PythonError {
  /** `ValueError: no such day`; of a longer message its first lines. */
  message: string;
  /** The last line of the script itself in the traceback. */
  line: number | undefined;
}

const maxMessageLines = 6;
const maxMessageChars = 2000;

/** A line of Spark's log, or of a Java stack trace: not the exception's any more. */
const noise =
  /^(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d [A-Z]+ |\s+at [\w.$<>]+\(|\tat |\s*\.\.\. \d+ more)/;

/**
 * Finds the exception in what a script wrote to its standard error: the last traceback there,
 * which of a chain of exceptions is the one that nobody caught. What Spark says while it shuts
 * down comes after it.
 *
 * @param script - the script's path, as the traceback names it
 */
export function findPythonError(stderr: string, script: string): PythonError | undefined {
  const lines = stderr.split("\n");
  const start = lines.lastIndexOf("Traceback (most recent call last):");
  if (start >= 0) return readTraceback(lines.slice(start + 1), script);
  return readSyntaxError(lines, script);
}

function readTraceback(lines: readonly string[], script: string): PythonError | undefined {
  let at = 0;
  let line: number | undefined;
  // Frames, and the source below each, are indented; the exception's line is not.
  while (at < lines.length && /^\s/.test(lines[at] ?? "")) {
    const frame = /^ {2}File "(.*)", line (\d+)/.exec(lines[at] ?? "");
    if (frame?.[1] === script) line = Number(frame[2]);
    at += 1;
  }
  const message = readMessage(lines.slice(at));
  return message === "" ? undefined : { message, line };
}

/** A script that does not parse has no traceback: the place, the line, then the error. */
function readSyntaxError(lines: readonly string[], script: string): PythonError | undefined {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const frame = /^ {2}File "(.*)", line (\d+)$/.exec(lines[at] ?? "");
    if (frame?.[1] !== script) continue;
    const rest = lines.slice(at + 1);
    const first = rest.findIndex((text) => /^\w+Error: /.test(text));
    if (first < 0) return undefined;
    return { message: readMessage(rest.slice(first)), line: Number(frame[2]) };
  }
  return undefined;
}

function readMessage(lines: readonly string[]): string {
  const kept: string[] = [];
  for (const text of lines) {
    if (noise.test(text) || kept.length === maxMessageLines) break;
    kept.push(text.trimEnd());
  }
  return kept.join("\n").trim().slice(0, maxMessageChars);
}

/**
 * The words Glue makes of it.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/glue-troubleshooting-errors.html
 */
export function glueErrorMessage({ message, line }: PythonError): string {
  const place = line === undefined ? "" : `Failed Line Number: ${line}; `;
  return `Error Category: UNCLASSIFIED_ERROR; ${place}${message}`;
}
