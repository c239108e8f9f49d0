import type { ColumnInfo } from "./column-info";
import type { Statement } from "./statement";

export type ExecutionState = "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** A query execution as it is kept on disk. */
export interface Execution {
  id: string;
  /** As the client sent it. */
  query: string;
  statement: Statement;
  parameters: readonly string[];
  database: string | undefined;
  workgroup: string;
  /** The result's address, whole: `s3://bucket/prefix/<id>.csv`. */
  output: string;
  state: ExecutionState;
  reason?: string | undefined;
  error?: ExecutionError | undefined;
  submittedMs: number;
  completedMs?: number | undefined;
  figures: ExecutionFigures;
  columns: readonly ColumnInfo[];
  rows: number;
  /** Rows written, of INSERT and its like. */
  updateCount?: number | undefined;
  /** Address of the list of files that CREATE TABLE AS or UNLOAD wrote. */
  manifest?: string | undefined;
  /** What the client asked of earlier results. */
  reuse?: { enabled: boolean; maxAgeMinutes: number } | undefined;
  /** The execution whose result this one answers with, having run nothing itself. */
  reusedId?: string | undefined;
}

/** What Athena tells of a failure besides its words. */
export interface ExecutionError {
  /** 1 the system's, 2 the user's. */
  category: 1 | 2;
  type: number;
  retryable: boolean;
  /** Trino's name of it: SYNTAX_ERROR, TABLE_NOT_FOUND. */
  name: string;
}

/** Trino's own figures. */
export interface ExecutionFigures {
  queueMs: number;
  planningMs: number;
  engineMs: number;
  /** Bytes read from S3: what Athena bills. */
  scannedBytes: number;
  inputRows: number;
  outputBytes: number;
}

export const noFigures: ExecutionFigures = {
  queueMs: 0,
  planningMs: 0,
  engineMs: 0,
  scannedBytes: 0,
  inputRows: 0,
  outputBytes: 0,
};

/** Whether an execution has come to its end. */
export function isOver(state: ExecutionState): boolean {
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
}

/**
 * An execution as GetQueryExecution answers it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
 */
export function describeExecution(execution: Execution, nowMs: number): Record<string, unknown> {
  const { figures, error, statement } = execution;
  const totalMs = (execution.completedMs ?? nowMs) - execution.submittedMs;
  return {
    QueryExecutionId: execution.id,
    Query: execution.query,
    StatementType: statement.type,
    SubstatementType: statement.subtype,
    ResultConfiguration: { OutputLocation: execution.output },
    ResultReuseConfiguration: {
      ResultReuseByAgeConfiguration: {
        Enabled: execution.reuse?.enabled ?? false,
        ...(execution.reuse?.enabled === true
          ? { MaxAgeInMinutes: execution.reuse.maxAgeMinutes }
          : {}),
      },
    },
    QueryExecutionContext: {
      ...(execution.database === undefined ? {} : { Database: execution.database }),
      Catalog: "awsdatacatalog",
    },
    Status: {
      State: execution.state,
      ...(execution.reason === undefined ? {} : { StateChangeReason: execution.reason }),
      SubmissionDateTime: execution.submittedMs / 1000,
      ...(execution.completedMs === undefined
        ? {}
        : { CompletionDateTime: execution.completedMs / 1000 }),
      ...(error === undefined
        ? {}
        : {
            AthenaError: {
              ErrorCategory: error.category,
              ErrorType: error.type,
              Retryable: error.retryable,
              ErrorMessage: execution.reason,
            },
          }),
    },
    Statistics: {
      EngineExecutionTimeInMillis: figures.engineMs,
      DataScannedInBytes: figures.scannedBytes,
      TotalExecutionTimeInMillis: totalMs,
      QueryQueueTimeInMillis: figures.queueMs,
      ServicePreProcessingTimeInMillis: 0,
      QueryPlanningTimeInMillis: figures.planningMs,
      ServiceProcessingTimeInMillis: Math.max(0, totalMs - figures.queueMs - figures.engineMs),
      ResultReuseInformation: { ReusedPreviousResult: execution.reusedId !== undefined },
      ...(execution.manifest === undefined ? {} : { DataManifestLocation: execution.manifest }),
    },
    WorkGroup: execution.workgroup,
    EngineVersion: engineVersion,
    ...(execution.parameters.length === 0 ? {} : { ExecutionParameters: execution.parameters }),
  };
}

/** Athena engine version 3 is Trino. */
export const engineVersion = {
  SelectedEngineVersion: "AUTO",
  EffectiveEngineVersion: "Athena engine version 3",
};

/** An execution's figures as GetQueryRuntimeStatistics answers them. */
export function describeRuntime(execution: Execution, nowMs: number): Record<string, unknown> {
  const { figures } = execution;
  const totalMs = (execution.completedMs ?? nowMs) - execution.submittedMs;
  return {
    Timeline: {
      QueryQueueTimeInMillis: figures.queueMs,
      QueryPlanningTimeInMillis: figures.planningMs,
      EngineExecutionTimeInMillis: figures.engineMs,
      ServiceProcessingTimeInMillis: Math.max(0, totalMs - figures.queueMs - figures.engineMs),
      TotalExecutionTimeInMillis: totalMs,
    },
    Rows: {
      InputRows: figures.inputRows,
      InputBytes: figures.scannedBytes,
      OutputRows: execution.rows,
      OutputBytes: figures.outputBytes,
    },
  };
}
