import type { ErrorCode } from "../../lib/errors";
import type { ConsumeSummary } from "../../lib/consume";
import type { ProgressUpdate } from "../../lib/effects";
import type { LogLevel } from "../log-options";

/** What an instance tells the command that started it. */
export type WorkerMessage =
  | { kind: "log"; level: LogLevel; message: string; fields?: Readonly<Record<string, unknown>> }
  | { kind: "progress"; update: ProgressUpdate }
  | { kind: "metrics"; request: number; text: string }
  | { kind: "done"; summary: ConsumeSummary }
  | { kind: "failed"; code: ErrorCode; message: string; hint?: string; retryable: boolean };

/** What it is told. */
export type ParentMessage = { kind: "stop" } | { kind: "metrics"; request: number };
