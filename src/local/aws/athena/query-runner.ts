import { join } from "node:path";
import type { Effects } from "../../../lib/effects";
import { describeError, WorkbenchError } from "../../../lib/errors";
import { catalogName } from "../../trino/config";
import type { TrinoAnswer, TrinoClient, TrinoStats } from "../../trino/client";
import type { TrinoEngine } from "../../trino/engine";
import type { Catalog } from "../catalog";
import { type Objects, parseS3Address } from "../objects";
import type { CatalogAnswer } from "./catalog-ddl";
import { columnInfo, textColumn } from "./column-info";
import { DdlError } from "./ddl-error";
import { type Execution, type ExecutionFigures, isOver } from "./execution";
import type { ExecutionStore } from "./execution-store";
import { describeFailure, engineFailure } from "./failure";
import type { TrinoStatement } from "./iceberg-sql";
import { planWork, type TrinoPlan } from "./plan";
import { rendererFor } from "./render";
import { resultFile, ResultWriter } from "./result-spool";

/**
 * A Trino that has just started answers before it has heard that it may run scans of the catalog
 * itself: it looks every 5 seconds. Nothing has run by then, so the statement may be sent again.
 */
const noNodes = "NO_NODES_AVAILABLE";
const nodesPollMs = 500;
const maxAttempts = 40;

/** An execution that is being worked on. */
interface Running {
  execution: Execution;
  abort: AbortController;
  /** Where Trino is asked next, and told to stop. */
  nextUri: string | undefined;
  cutoffBytes: number | undefined;
}

/** Runs executions on Trino, each to its end, and keeps what came of them. */
export class QueryRunner {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly store: ExecutionStore,
    private readonly trino: TrinoEngine,
    private readonly parts: { objects: Objects; catalog: Catalog },
    private readonly effects: Effects,
    /** Told of each execution that has succeeded. */
    private readonly onSuccess: (execution: Execution) => void = () => undefined,
  ) {}

  /**
   * Starts an execution.
   *
   * @returns once Trino has taken the statement or refused it, where Trino runs already; at once
   * where it has to be started first
   */
  async start(execution: Execution, cutoffBytes: number | undefined): Promise<void> {
    this.store.put(execution);
    let tell: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (tell = resolve));
    const abort = new AbortController();
    const one: Running = { execution, abort, nextUri: undefined, cutoffBytes };
    this.running.set(execution.id, one);
    const waits = this.trino.isUp();
    void this.run(one, tell).finally(() => {
      tell();
      this.running.delete(execution.id);
    });
    if (waits) await Promise.race([taken, this.effects.sleep(2_000)]);
  }

  /** The execution as it stands now, from memory while it runs. */
  get(id: string): Execution | undefined {
    return this.running.get(id)?.execution ?? this.store.get(id);
  }

  /** Stops an execution, on Trino too; one that is over stays as it is. */
  async stop(id: string): Promise<void> {
    const one = this.running.get(id);
    if (one === undefined || isOver(one.execution.state)) return;
    this.update(one, { state: "CANCELLED", reason: "Query cancelled by user" });
    one.abort.abort();
    await this.cancelOnTrino(one);
  }

  /** Stops everything: the gateway ends. */
  async close(): Promise<void> {
    const reason = "the local Athena was stopped while the query ran; run it again";
    for (const one of this.running.values()) {
      if (isOver(one.execution.state)) continue;
      this.update(one, { state: "FAILED", ...engineFailure(reason) });
      one.abort.abort();
      await this.cancelOnTrino(one);
    }
  }

  private async cancelOnTrino(one: Running): Promise<void> {
    if (one.nextUri === undefined) return;
    try {
      await fetch(one.nextUri, { method: "DELETE", headers: { "X-Trino-User": "workbench" } });
    } catch (error) {
      this.effects.logger.warn("Trino was not told to stop a query", {
        id: one.execution.id,
        error: describeError(error),
      });
    }
  }

  private async run(one: Running, tell: () => void): Promise<void> {
    try {
      const plan = await planWork(one.execution, this.parts);
      if ("statements" in plan) await this.runPlan(one, plan, tell);
      else if (!one.abort.signal.aborted) await this.answer(one, plan);
    } catch (error) {
      if (one.abort.signal.aborted || isOver(one.execution.state)) return;
      if (error instanceof DdlError) {
        this.update(one, { state: "FAILED", reason: error.message, error: error.error });
        return;
      }
      const reason =
        error instanceof WorkbenchError
          ? error.oneLine
          : error instanceof UploadError
            ? error.message
            : this.trino.explainLoss(describeCause(error));
      this.effects.logger.warn("a query failed", { id: one.execution.id, reason });
      this.update(one, { state: "FAILED", ...engineFailure(reason) });
    }
  }

  /** Writes down what the catalog answered: Trino is not asked, and not started for it. */
  private async answer(one: Running, { columns, rows }: CatalogAnswer): Promise<void> {
    const { execution } = one;
    this.update(one, { state: "RUNNING", columns: columns.map(textColumn) });
    const writer = await ResultWriter.open(
      this.store.dir(execution.id),
      execution.statement.file ?? "txt",
    );
    try {
      await writer.add(rows);
      await this.finish(one, writer, undefined);
    } finally {
      await writer.close().catch(() => undefined);
    }
  }

  private async runPlan(one: Running, plan: TrinoPlan, tell: () => void): Promise<void> {
    const dir = this.store.dir(one.execution.id);
    const writer = await ResultWriter.open(dir, one.execution.statement.file ?? "csv");
    try {
      const client = await this.trino.ready((words) => this.update(one, { reason: words }));
      for (const statement of plan.statements) {
        if (one.abort.signal.aborted) return;
        await this.follow(one, client, { statement, writer, tell });
        if (isOver(one.execution.state)) return;
      }
      await this.finish(one, writer, await plan.finish?.());
    } finally {
      await writer.close().catch(() => undefined);
      await plan.cleanUp?.().catch((error: unknown) => {
        this.effects.logger.warn("a query was not cleaned up after", {
          id: one.execution.id,
          error: describeError(error),
        });
      });
    }
  }

  /** Runs one statement to its end, or the execution to its own. */
  private async follow(
    one: Running,
    client: TrinoClient,
    run: { statement: TrinoStatement; writer: ResultWriter; tell: () => void },
  ): Promise<void> {
    const { execution, abort } = one;
    const { sql, session: properties } = run.statement;
    const session = {
      catalog: catalogName,
      schema: execution.database,
      source: "athena",
      properties,
    };
    let answer = await client.submit(sql, session, abort.signal);
    for (let attempt = 1; ;) {
      one.nextUri = answer.nextUri;
      if (abort.signal.aborted) {
        await this.cancelOnTrino(one);
        return;
      }
      if (answer.error?.errorName === noNodes && run.writer.rows === 0 && attempt < maxAttempts) {
        attempt += 1;
        await this.effects.sleep(nodesPollMs, abort.signal);
        answer = await client.submit(sql, session, abort.signal);
        continue;
      }
      if (answer.error !== undefined) {
        const cancelled = answer.error.errorName === "USER_CANCELED";
        this.update(one, {
          state: cancelled ? "CANCELLED" : "FAILED",
          figures: figuresOf(answer.stats, one.execution.figures),
          ...describeFailure(answer.error),
        });
        return;
      }
      // Trino makes the next rows while these are written.
      const following =
        answer.nextUri === undefined ? undefined : client.next(answer.nextUri, abort.signal);
      // Where the rows cannot be written nobody waits for it, and its failure is no other.
      following?.catch(() => undefined);
      await this.take(one, answer, run.writer, run.tell);
      if (this.exceedsCutoff(one)) {
        await this.cancelOnTrino(one);
        return;
      }
      if (following === undefined) return;
      answer = await following;
    }
  }

  private async take(
    one: Running,
    answer: TrinoAnswer,
    writer: ResultWriter,
    tell: () => void,
  ): Promise<void> {
    const { execution } = one;
    one.execution = { ...execution, figures: figuresOf(answer.stats, execution.figures) };
    // Trino parses a statement before it lets it out of its queue.
    if (answer.stats.state !== "QUEUED") tell();
    if (answer.stats.state !== "QUEUED" && execution.state === "QUEUED") {
      this.update(one, { state: "RUNNING", reason: undefined });
    }
    if (answer.updateCount !== undefined) one.execution.updateCount = answer.updateCount;
    const { columns } = answer;
    if (columns === undefined) return;
    const changes = answer.updateType !== undefined;
    if (one.execution.columns.length === 0) {
      // Of a statement that writes, only INSERT and its like have a column: the number of rows.
      const writes =
        execution.statement.work.kind !== "trino" || execution.statement.type === "DDL";
      one.execution.columns = changes && writes ? [] : columns.map(columnInfo);
      if (execution.statement.header) await writer.header(columns.map(({ name }) => name));
    }
    // The one row of INSERT and its like is the number of rows: UpdateCount tells it.
    if (changes || answer.data === undefined) return;
    const renderers = columns.map(({ typeSignature }) => rendererFor(typeSignature));
    const rows = answer.data.map((row) => renderers.map((render, at) => render(row[at])));
    // A plan or a view's text has a row a line on Athena, and is one value of Trino's.
    const isText = execution.statement.file === "txt" && columns.length === 1;
    await writer.add(
      isText ? rows.flatMap(([text]) => (text ?? "").split("\n").map((line) => [line])) : rows,
    );
  }

  private async finish(
    one: Running,
    writer: ResultWriter,
    manifest: string | undefined,
  ): Promise<void> {
    const { execution } = one;
    const { fileBytes } = await writer.close();
    const to = parseS3Address(execution.output);
    const { file } = execution.statement;
    if (file !== undefined && to !== undefined) {
      const path = join(this.store.dir(execution.id), resultFile);
      const type = file === "csv" ? "text/csv" : "text/plain";
      try {
        await this.parts.objects.upload(path, to, type);
      } catch (error) {
        throw new UploadError(
          `the result cannot be written to ${execution.output}: ${describeError(error)}`,
        );
      }
    }
    if (isOver(one.execution.state)) return;
    this.update(one, {
      state: "SUCCEEDED",
      reason: undefined,
      rows: writer.rows,
      manifest,
      figures: {
        ...execution.figures,
        outputBytes: fileBytes,
        // What SHOW and its like read is the catalog's: Athena bills nothing for it.
        ...(execution.statement.type === "UTILITY" ? { scannedBytes: 0 } : {}),
      },
    });
    this.onSuccess(one.execution);
  }

  private exceedsCutoff(one: Running): boolean {
    const { scannedBytes } = one.execution.figures;
    if (one.cutoffBytes === undefined || scannedBytes <= one.cutoffBytes) return false;
    const reason = `Bytes scanned limit was exceeded: ${scannedBytes} of ${one.cutoffBytes}`;
    this.update(one, {
      state: "CANCELLED",
      reason,
      error: { category: 2, type: 1, retryable: false, name: "EXCEEDED_SCAN_LIMIT" },
    });
    return true;
  }

  private update(one: Running, change: Partial<Execution>): void {
    if (isOver(one.execution.state)) return;
    one.execution = { ...one.execution, ...change };
    if (isOver(one.execution.state)) one.execution.completedMs = this.effects.now();
    this.store.put(one.execution);
  }
}

class UploadError extends Error {}

function figuresOf(stats: TrinoStats, before: ExecutionFigures): ExecutionFigures {
  const queueMs = stats.queuedTimeMillis ?? before.queueMs;
  return {
    ...before,
    queueMs,
    planningMs: stats.planningTimeMillis ?? before.planningMs,
    engineMs: Math.max(0, (stats.elapsedTimeMillis ?? 0) - queueMs),
    scannedBytes: Math.max(before.scannedBytes, stats.physicalInputBytes ?? 0),
    inputRows: Math.max(before.inputRows, stats.processedRows ?? 0),
  };
}

/** Node's fetch says only "fetch failed"; what failed is underneath. */
function describeCause(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? describeError(error) : describeError(cause);
}
