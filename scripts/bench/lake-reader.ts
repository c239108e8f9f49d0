import { setTimeout as sleep } from "node:timers/promises";
import { runQuery } from "../../src/lib/athena/query";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";

const tables = {
  github_events: "count(DISTINCT event_type || '/' || event_id)",
  resolutions: "count(DISTINCT kind || '/' || CAST(subject_id AS varchar))",
} as const;
type TableName = keyof typeof tables;

/** An answer to a poll: rows, and distinct keys. */
interface Poll {
  table: TableName;
  rows: number;
  keys: number;
}

/**
 * Polls both tables through Athena while others write. Each answer is held against the snapshots
 * that the tables have at the end: a number of rows that no snapshot ever had is a wrong one.
 */
export class LakeReader {
  private readonly polls: Poll[] = [];
  private readonly committed = new Map<TableName, Set<number>>();
  private going = false;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly settings: Settings) {}

  /** Begins to poll; does nothing where it does already. */
  start(): void {
    if (this.going) return;
    this.going = true;
    this.work = this.poll();
  }

  /** Ends the polling and reads which states were committed. */
  async stop(): Promise<void> {
    if (!this.going) return;
    this.going = false;
    await this.work;
    for (const table of names()) {
      const rows = await this.ask(
        // Rows of the data files, less those that delete files take away.
        `SELECT CAST(element_at(summary, 'total-records') AS bigint)
           - CAST(element_at(summary, 'total-position-deletes') AS bigint) AS n
         FROM "${table}$snapshots"`,
      );
      this.committed.set(table, new Set(rows.map((row) => Number(row["n"]))));
    }
  }

  /**
   * What came of it.
   *
   * @throws where an answer was none of the committed states, or had a key twice
   */
  verdict(): { polls: number; states_seen: number } {
    const seen = new Set<string>();
    for (const { table, rows, keys } of this.polls) {
      if (rows !== keys) throw new Error(`a reader met ${rows} rows with ${keys} keys in ${table}`);
      if (!(this.committed.get(table)?.has(rows) ?? false)) {
        throw new Error(`a reader met ${rows} rows in ${table}, which no snapshot has`);
      }
      seen.add(`${table} ${rows}`);
    }
    return { polls: this.polls.length, states_seen: seen.size };
  }

  private async poll(): Promise<void> {
    while (this.going) {
      for (const table of names()) {
        const [row] = await this.ask(`SELECT count(*) AS n, ${tables[table]} AS k FROM ${table}`);
        this.polls.push({ table, rows: Number(row?.["n"]), keys: Number(row?.["k"]) });
      }
      await sleep(250);
    }
  }

  private async ask(sql: string): Promise<readonly Record<string, unknown>[]> {
    return (await runQuery(this.settings, sql, {}, systemEffects())).rows;
  }
}

function names(): TableName[] {
  return Object.keys(tables) as TableName[];
}
