import { createHash } from "node:crypto";
import { JsonStore } from "../json-store";
import { type Objects, parseS3Address } from "../objects";
import type { Execution } from "./execution";
import type { ExecutionStore } from "./execution-store";
import { hasWord } from "./sql-text";

interface Entry {
  id: string;
  completedMs: number;
}

/** Older results than this are never asked for. */
export const maxAgeMinutes = 10_080;

/** Words of a query whose next answer may be another one though no table has changed. */
const changing = [
  "RAND",
  "RANDOM",
  "SHUFFLE",
  "UUID",
  "NOW",
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
  "LOCALTIME",
  "LOCALTIMESTAMP",
  "TABLESAMPLE",
];

/**
 * Earlier results that answer a query again, nothing scanned: the same text and parameters, in the
 * same workgroup, database and output location, not older than asked for. As on AWS, whether the
 * tables have changed meanwhile is not looked at.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
 */
export class ResultReuse {
  private readonly entries: JsonStore<Entry>;

  constructor(
    folder: string,
    private readonly store: ExecutionStore,
    private readonly objects: Objects,
    private readonly now: () => number,
  ) {
    this.entries = new JsonStore(folder);
  }

  /** Remembers a result that may answer again. */
  remember(execution: Execution): void {
    const { id, completedMs } = execution;
    if (!isRepeatable(execution) || completedMs === undefined) return;
    this.entries.put(keyOf(execution), { id, completedMs });
  }

  /** The execution that answers this one too, where there is one. */
  async find(execution: Execution): Promise<Execution | undefined> {
    const { reuse } = execution;
    if (reuse?.enabled !== true || !isRepeatable(execution)) return undefined;
    const key = keyOf(execution);
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (this.now() - entry.completedMs > reuse.maxAgeMinutes * 60_000) return undefined;
    const found = this.store.get(entry.id);
    if (found?.state === "SUCCEEDED" && (await this.isThere(found.output))) return found;
    this.entries.remove(key);
    return undefined;
  }

  private async isThere(output: string): Promise<boolean> {
    const at = parseS3Address(output);
    if (at === undefined) return false;
    for await (const { key } of this.objects.list(at)) return key === at.key;
    return false;
  }
}

function isRepeatable({ statement, query }: Execution): boolean {
  if (statement.subtype !== "SELECT") return false;
  if (changing.some((word) => hasWord(query, word))) return false;
  // Which rows come first is chance without an order.
  return !hasWord(query, "LIMIT") || hasWord(query, "ORDER");
}

function keyOf({ id, statement, parameters, database, workgroup, output }: Execution): string {
  const members = [
    statement.sql,
    parameters,
    database ?? null,
    workgroup,
    // Without the execution's own id at its end.
    output.slice(0, output.lastIndexOf(id)),
  ];
  return createHash("sha256").update(JSON.stringify(members)).digest("hex");
}
