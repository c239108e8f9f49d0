import { type DestinationStream, pino, type Logger as PinoLogger } from "pino";
import type { Logger, ProgressUpdate } from "../lib/effects";
import { describeError, WorkbenchError } from "../lib/errors";
import type { LogLevel } from "./log-options";
import { hiddenValue, type Redactor } from "./redact";

type Fields = Readonly<Record<string, unknown>>;

/** A logger whose lines are JSON objects. */
export interface JsonLogger extends Logger {
  /** The end of a run that failed. */
  error(error: WorkbenchError, fields?: Fields): void;
  progress(update: ProgressUpdate): void;
}

/** How deep the fields of a line are written: an answer or a client must not fill the log. */
const maxDepth = 6;

/**
 * Log lines as JSON objects, one a line: `level`, `time` (ISO 8601, UTC), `message`, and the fields
 * as they were given. Secrets are left out, errors are written with what they carry.
 *
 * @param bindings - fields that every line has
 */
export function jsonLogger(
  stream: DestinationStream,
  level: LogLevel,
  redactor: Redactor,
  bindings: Fields = {},
): JsonLogger {
  const logger: PinoLogger = pino(
    {
      level,
      base: { ...bindings },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => stream.write(redactor.text(line)) },
  );
  const plain = (fields: Fields | undefined): object =>
    toPlain(fields ?? {}, redactor, maxDepth) as object;
  return {
    debug: (message, fields) => logger.debug(plain(fields), message),
    info: (message, fields) => logger.info(plain(fields), message),
    warn: (message, fields) => logger.warn(plain(fields), message),
    error: (error, fields) => logger.error(plain({ ...fields, error }), error.message),
    progress: (progress) => logger.info(plain({ progress })),
  };
}

/** A value as JSON can carry it: big integers as their digits, errors with their causes. */
function toPlain(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (value instanceof Error) return toPlain(describe(value), redactor, depth - 1);
  if (Array.isArray(value)) return value.map((item) => toPlain(item, redactor, depth - 1));
  if (value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      redactor.isSecretName(name) && typeof item === "string"
        ? hiddenValue
        : toPlain(item, redactor, depth - 1),
    ]),
  );
}

function describe(error: Error): object {
  const { name, stack, cause } = error;
  const message = describeError(error);
  const under = cause === undefined ? {} : { cause };
  if (!(error instanceof WorkbenchError)) return { name, message, stack, ...under };
  const { code, hint, retryable, context } = error;
  return { name, code, message, hint, retryable, context, ...under };
}
