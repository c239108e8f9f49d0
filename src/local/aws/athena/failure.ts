import type { TrinoFailure } from "../../trino/client";
import type { ExecutionError } from "./execution";

/**
 * Athena's error types for what queries get wrong most often; 1 stands for the rest.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 */
const types: Readonly<Record<string, number>> = {
  TYPE_MISMATCH: 1002,
  COLUMN_NOT_FOUND: 1006,
  SCHEMA_NOT_FOUND: 1301,
  TABLE_NOT_FOUND: 1301,
};

/** A failure of Trino's in Athena's words. */
export function describeFailure(failure: TrinoFailure): { reason: string; error: ExecutionError } {
  const users = failure.errorType === "USER_ERROR";
  return {
    reason: `${failure.errorName}: ${failure.message}`,
    error: {
      category: users ? 2 : 1,
      type: types[failure.errorName] ?? (users ? 1000 : 1),
      retryable: !users,
      name: failure.errorName,
    },
  };
}

/** A failure of the installation's: Trino is missing, or stopped by itself. */
export function engineFailure(reason: string): { reason: string; error: ExecutionError } {
  const error: ExecutionError = { category: 1, type: 1, retryable: true, name: "ENGINE" };
  return { reason, error };
}
