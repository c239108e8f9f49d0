/**
 * Every code a {@link WorkbenchError} can carry. The list is closed: a new kind of failure is a
 * new line here, so that callers can switch over it.
 */
export const errorCodes = [
  /** The command line or an option of a call is wrong (exit code 2). */
  "USAGE",
  /** A setting is missing or malformed (exit code 2). */
  "CONFIG",
  /** An input file or record cannot be read. */
  "BAD_INPUT",
  /** GitHub's API refused, or could not be reached. */
  "GITHUB",
  /** The Kafka cluster refused, or could not be reached. */
  "KAFKA",
  /** A topic is not the one that the raw objects were written from, or its log was cut. */
  "TOPIC_MISMATCH",
  /** S3 refused, or could not be reached. */
  "S3",
  /** A Glue job run could not be started, or did not succeed. */
  "GLUE",
  /** An Athena query was refused or failed. */
  "ATHENA",
  /** There is nothing to work on yet: no table, no report, no notebook of that name. */
  "NOT_FOUND",
  /** A program this machine needs is missing or too old. */
  "MISSING_PROGRAM",
  /** A local engine is not running, crashed, or did not become ready. */
  "ENGINE",
  /** A notebook failed while it was executed. */
  "NOTEBOOK",
  /** The caller, or Ctrl-C, stopped the work. */
  "ABORTED",
  /** A fault of the workbench itself. */
  "INTERNAL",
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** What a {@link WorkbenchError} is made from. */
export interface WorkbenchErrorOptions {
  /** The command or the setting that mends it. */
  hint?: string;
  /** Whether the same call may succeed later with nothing changed. Default: false. */
  retryable?: boolean;
  /** The error underneath. */
  cause?: unknown;
  /** Values worth keeping: an execution id, an offset, a file's line. */
  context?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of the workbench. Its message says what failed and the value seen; its
 * hint is the command or the setting that mends it.
 *
 * @example
 * ```ts
 * throw new WorkbenchError("CONFIG", 'KAFKA_PARTITIONS is "six"', {
 *   hint: "set it to a whole number from 1 to 1000",
 * });
 * ```
 */
export class WorkbenchError extends Error {
  override readonly name = "WorkbenchError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: WorkbenchErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
    this.context = options.context ?? {};
  }

  /** One line: what failed, then what mends it. */
  get oneLine(): string {
    return this.hint === undefined ? this.message : `${this.message} (${this.hint})`;
  }

  /** Where in a text of the caller's, such as SQL, it went wrong: the line with a mark below. */
  get place(): string | undefined {
    const { place } = this.context;
    return typeof place === "string" ? place : undefined;
  }

  /** A notebook prints an error through this: the lines a reader needs, without a stack. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const lines = [`${this.code}: ${this.message}`];
    if (this.place !== undefined) lines.push(this.place);
    if (this.hint !== undefined) lines.push(`  → ${this.hint}`);
    return lines.join("\n");
  }
}

/**
 * Turns anything thrown into a {@link WorkbenchError}, keeping one that already is.
 *
 * @param code - the code for errors that are not ours yet
 * @param what - what was being done, put before the message
 */
export function toWorkbenchError(
  error: unknown,
  code: ErrorCode = "INTERNAL",
  what?: string,
  options: Omit<WorkbenchErrorOptions, "cause"> = {},
): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const message = describeError(error);
  return new WorkbenchError(code, what === undefined ? message : `${what}: ${message}`, {
    ...options,
    cause: error,
  });
}

/** The message of anything thrown, on one line; Node's AggregateError carries it inside. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === "" && error.errors.length > 0) {
    return describeError(error.errors[0]);
  }
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}
