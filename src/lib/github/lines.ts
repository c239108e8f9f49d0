import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { describeError, WorkbenchError } from "../errors";

/** One line of a file. */
export interface Line {
  /** Without its line end; decoded each time it is asked for. */
  readonly text: string;
  /** Whether there is nothing in it but white space. */
  readonly isBlank: boolean;
  /** From 1. */
  readonly number: number;
  /** Whether a line end follows: where not, it is the file's last and may be cut off. */
  readonly ended: boolean;
}

/** Lines that came together. */
export interface LineBlock {
  lines: readonly Line[];
  /** Bytes read of the file (compressed, where it is) up to the last of them, roughly. */
  bytesRead: number;
}

const maxLineBytes = 64_000_000;
const lineEnd = 0x0a;

/**
 * Yields the lines of a text file, gzip-compressed or not (told by its first bytes, whatever its
 * name), a piece at a time. Only `\n` ends a line: U+2028, which node:readline takes for a line
 * end, is common inside the JSON strings of commit messages.
 *
 * @throws {@link WorkbenchError} code BAD_INPUT if the file is missing, unreadable or cut off
 */
export async function* readLineBlocks(path: string): AsyncGenerator<LineBlock> {
  const gzip = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stream = gzip ? file.pipe(createGunzip({ chunkSize: 256 * 1024 })) : file;
  // pipe() does not hand errors on.
  if (gzip) file.on("error", (error) => stream.destroy(error));
  try {
    for await (const lines of splitBlocks(stream as AsyncIterable<Buffer>, path)) {
      yield { lines, bytesRead: file.bytesRead };
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
): AsyncGenerator<Line> {
  for await (const lines of splitBlocks(chunks, name)) yield* lines;
}

/** The lines that end in each piece; the bytes of a line are decoded only where they are wanted. */
async function* splitBlocks(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<readonly Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, from)) {
      const tail = chunk.subarray(from, end);
      number += 1;
      lines.push(new ByteLine(rest.length === 0 ? tail : Buffer.concat([...rest, tail]), number));
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (lines.length > 0) yield lines;
    if (restBytes > maxLineBytes) {
      throw new WorkbenchError("BAD_INPUT", `${name}: line ${number + 1} has no end`, {
        hint: "give a file with one JSON event a line",
      });
    }
  }
  if (restBytes > 0) yield [new ByteLine(Buffer.concat(rest), number + 1, false)];
}

class ByteLine implements Line {
  constructor(
    private readonly bytes: Buffer,
    readonly number: number,
    readonly ended = true,
  ) {}

  get text(): string {
    const text = this.bytes.toString("utf8");
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    return this.number === 1 && line.startsWith("\uFEFF") ? line.slice(1) : line;
  }

  get isBlank(): boolean {
    // Nearly every line begins with a brace.
    return this.bytes[0] !== 0x7b && this.text.trim() === "";
  }
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
