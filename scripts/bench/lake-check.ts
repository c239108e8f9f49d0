import { isDeepStrictEqual } from "node:util";
import { runQuery } from "../../src/lib/athena/query";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";

/** What a lake has to hold, as lake_duckdb.py prints it. */
export interface LakeAnswer {
  by_type: Record<string, number>;
  /** Rows of `resolutions` by kind and subject. */
  resolutions: unknown[][];
}

/** What the tables hold, as a reader of Athena sees them. */
export interface LakeContents extends LakeAnswer {
  /** Distinct ids over all types: as many as rows. */
  distinct: number;
}

/** Reads both tables through Athena. */
export async function readLake(settings: Settings): Promise<LakeContents> {
  const rows = async (sql: string): Promise<readonly Record<string, unknown>[]> =>
    (await runQuery(settings, sql, {}, systemEffects())).rows;
  const counts = await rows(
    `SELECT event_type, count(*) AS n, count(DISTINCT event_id) AS ids FROM github_events
     GROUP BY 1 ORDER BY 1`,
  );
  const resolutions = await rows(
    `SELECT kind, repo, repo_id, number, subject_id, opened_at, resolved_at, outcome,
       seconds_to_resolution, opened_source FROM resolutions ORDER BY kind, subject_id`,
  );
  return {
    by_type: Object.fromEntries(counts.map((row) => [String(row["event_type"]), Number(row["n"])])),
    distinct: counts.reduce((sum, row) => sum + Number(row["ids"]), 0),
    resolutions: resolutions.map((row) => Object.values(row)),
  };
}

/**
 * Compares the tables with the answer, row by row.
 *
 * @throws where they differ: how, and the first rows that do
 */
export async function checkLake(
  settings: Settings,
  answer: string,
): Promise<{ rows: number; resolutions: number }> {
  const right = JSON.parse(answer) as LakeAnswer;
  const found = await readLake(settings);
  const rows = Object.values(right.by_type).reduce((sum, count) => sum + count, 0);
  if (!isDeepStrictEqual(found.by_type, right.by_type) || found.distinct !== rows) {
    const words = [found.by_type, right.by_type].map((counts) => JSON.stringify(counts));
    throw new Error(
      `github_events holds ${words[0]} with ${found.distinct} distinct ids, not ${words[1]}`,
    );
  }
  const other = right.resolutions.findIndex(
    (row, at) => !isDeepStrictEqual(row, found.resolutions[at]),
  );
  if (other >= 0 || found.resolutions.length !== right.resolutions.length) {
    const [ours, theirs] = [found.resolutions[other], right.resolutions[other]];
    throw new Error(
      `resolutions: ${found.resolutions.length} rows, not ${right.resolutions.length}; ` +
        `${JSON.stringify(ours)} stands where ${JSON.stringify(theirs)} belongs`,
    );
  }
  return { rows, resolutions: found.resolutions.length };
}
