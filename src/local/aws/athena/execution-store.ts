import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readNames, writeJsonFile } from "../json-store";
import { type Execution, isOver } from "./execution";

/** As long as Athena keeps its history: 45 days. */
const keepMs = 45 * 24 * 3_600_000;

/** Executions on disk: a folder each, with its result's rows beside it. */
export class ExecutionStore {
  constructor(private readonly folder: string) {}

  /** The folder of one execution: its record, its rows, its result file. */
  dir(id: string): string {
    return join(this.folder, id);
  }

  get(id: string): Execution | undefined {
    // It names a folder: nothing but an id of ours may.
    if (!isExecutionId(id)) return undefined;
    try {
      return JSON.parse(readFileSync(join(this.dir(id), "execution.json"), "utf8")) as Execution;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  put(execution: Execution): void {
    writeJsonFile(join(this.dir(execution.id), "execution.json"), execution);
  }

  remove(id: string): void {
    if (isExecutionId(id)) rmSync(this.dir(id), { recursive: true, force: true });
  }

  /** Ids, latest first: they begin with their time. */
  ids(): string[] {
    return readNames(this.folder).filter(isExecutionId).reverse();
  }

  /**
   * What a start of the gateway finds: executions that nobody works on any more are failed, old
   * ones dropped.
   *
   * @returns how many were failed
   */
  recover(nowMs: number): number {
    let failed = 0;
    for (const id of this.ids()) {
      if (nowMs - executionTimeMs(id) > keepMs) {
        this.remove(id);
        continue;
      }
      const execution = this.get(id);
      if (execution === undefined || isOver(execution.state)) continue;
      failed += 1;
      this.put({
        ...execution,
        state: "FAILED",
        reason: "the local Athena was stopped while the query ran; run it again",
        error: { category: 1, type: 1, retryable: true, name: "SERVER_SHUTTING_DOWN" },
        completedMs: nowMs,
      });
    }
    return failed;
  }
}

/** A new id: a UUID of version 7, which sorts by time (RFC 9562, 5.7). */
export function newExecutionId(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString("hex");
  return [8, 12, 16, 20, 32].map((end, at) => hex.slice([0, 8, 12, 16, 20][at], end)).join("-");
}

function executionTimeMs(id: string): number {
  return parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

function isExecutionId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}
