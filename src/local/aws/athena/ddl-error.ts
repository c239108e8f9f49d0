import { ApiError } from "../api-error";
import type { ExecutionError } from "./execution";

/** A statement that the gateway itself ran to a failure; its words become the execution's reason. */
export class DdlError extends Error {
  override readonly name = "DdlError";

  constructor(
    message: string,
    /** Athena's number of the failure; 1 stands for those that have none. */
    readonly type = 1,
  ) {
    super(message);
  }

  get error(): ExecutionError {
    return { category: 2, type: this.type, retryable: false, name: "DDL" };
  }
}

/** The catalog's own refusal in the words of Athena's DDL. */
export function toDdlError(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const type = error.type === "EntityNotFoundException" ? 1301 : 1;
  const task = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask";
  return new DdlError(`${task}. ${error.type}(message:${error.message})`, type);
}
