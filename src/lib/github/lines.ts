import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { describeError, WorkbenchError } from "../errors";

/** One line of a file. */
export interface Line {
  /** Without its line end. */
  text: string;
  /** From 1. */
  number: number;
  /** Whether a line end follows: where not, it is the file's last and may be cut off. */
  ended: boolean;
  /** Bytes read of the file (compressed, where it is) up to this line, roughly. */
  bytesRead: number;
}

const maxLineLength = 64_000_000;

/**
 * Yields the lines of a text file, gzip-compressed or not (told by its first bytes, whatever its
 * name), a piece at a time. Only `\n` ends a line: U+2028, which node:readline takes for a line
 * end, is common inside the JSON strings of commit messages.
 *
 * @throws {@link WorkbenchError} code BAD_INPUT if the file is missing, unreadable or cut off
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const gzip = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stream = gzip ? file.pipe(createGunzip()) : file;
  // pipe() does not hand errors on.
  if (gzip) file.on("error", (error) => stream.destroy(error));
  try {
    for await (const line of splitLines(stream as AsyncIterable<Buffer>, path)) {
      yield { ...line, bytesRead: file.bytesRead };
    }
  } catch (error) {
    throw fileError(path, error);
  } finally {
    file.destroy();
  }
}

/**
 * Splits a text that comes in pieces into its lines.
 *
 * @param name - what is read, for the error
 * @throws {@link WorkbenchError} code BAD_INPUT where a line has no end
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Omit<Line, "bytesRead">> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let number = 0;
  for await (const chunk of chunks) {
    const pieces = decoder.write(chunk).split("\n");
    pieces[0] = rest + (pieces[0] ?? "");
    rest = pieces.pop() ?? "";
    for (const text of pieces) {
      number += 1;
      yield { text: tidy(text, number), number, ended: true };
    }
    if (rest.length > maxLineLength) {
      throw new WorkbenchError("BAD_INPUT", `${name}: line ${number + 1} has no end`, {
        hint: "give a file with one JSON event a line",
      });
    }
  }
  rest += decoder.end();
  if (rest !== "") yield { text: tidy(rest, number + 1), number: number + 1, ended: false };
}

/** The error of reading a file, with its name and what mends it. */
export function fileError(path: string, error: unknown): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const code = (error as { code?: unknown }).code;
  const options = { cause: error, context: { path } };
  switch (code) {
    case "ENOENT":
      return new WorkbenchError("BAD_INPUT", `${path}: there is no such file`, {
        ...options,
        hint: "check the path given to --file",
      });
    case "EISDIR":
      return new WorkbenchError("BAD_INPUT", `${path} is a folder`, {
        ...options,
        hint: "give --file once for each file in it",
      });
    case "EACCES":
      return new WorkbenchError("BAD_INPUT", `${path}: reading it is not allowed`, {
        ...options,
        hint: "change the file's permissions",
      });
    case "Z_BUF_ERROR":
      return new WorkbenchError("BAD_INPUT", `${path} is cut off: its gzip data ends too early`, {
        ...options,
        hint: "fetch the file again",
      });
    case "Z_DATA_ERROR":
      return new WorkbenchError("BAD_INPUT", `${path} is damaged: ${describeError(error)}`, {
        ...options,
        hint: "fetch the file again",
      });
    default:
      return new WorkbenchError("BAD_INPUT", `${path}: ${describeError(error)}`, options);
  }
}

async function isGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

function tidy(text: string, number: number): string {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  return number === 1 && line.startsWith("\uFEFF") ? line.slice(1) : line;
}
