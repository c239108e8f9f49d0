import { WorkbenchError } from "../errors";
import type { BoundSql } from "./analysis";

/** What an analysis is narrowed to; names are compared without case, as GitHub does. */
export interface AnalysisScope {
  /** One repository, `owner/name`. */
  repo?: string | undefined;
  /** One contributor: what they did, and how the issues and pull requests they opened ended. */
  login?: string | undefined;
}

type Narrowing = Readonly<Record<"resolutions" | "github_events", string>>;

/** Conditions with one `?` each. */
const byRepo: Narrowing = {
  resolutions: "lower(repo) = lower(?)",
  github_events: "lower(repo) = lower(?)",
};
const byLogin: Narrowing = {
  // The table does not tell who opened what; the events do.
  resolutions: `(kind, subject_id) IN (
    SELECT CASE event_type WHEN 'IssuesEvent' THEN 'issue' ELSE 'pull_request' END, subject_id
    FROM github_events
    WHERE event_type IN ('IssuesEvent', 'PullRequestEvent') AND lower(subject_author) = lower(?)
  )`,
  github_events: "lower(user_login) = lower(?)",
};

/**
 * The same question over a part of the tables: each table the SQL names is preceded by a WITH of
 * that name that holds only the rows wanted. The values are bound, as all others.
 *
 * @throws {@link WorkbenchError} code USAGE for an analysis that asks neither table
 */
export function narrow(name: string, { sql, params }: BoundSql, scope: AnalysisScope): BoundSql {
  const wanted: { value: string; conditions: Narrowing }[] = [];
  if (scope.repo !== undefined) wanted.push({ value: scope.repo, conditions: byRepo });
  if (scope.login !== undefined) wanted.push({ value: scope.login, conditions: byLogin });
  if (wanted.length === 0) return { sql, params };
  // `resolutions` first: its condition asks the whole of `github_events`.
  const tables = (["resolutions", "github_events"] as const).filter((table) =>
    new RegExp(String.raw`\b${table}\b`).test(sql),
  );
  if (tables.length === 0) {
    throw new WorkbenchError("USAGE", `${name} cannot be narrowed to a repository or a login`, {
      hint: "leave repo and login out",
    });
  }
  const parts = tables.map((table) => {
    const conditions = wanted.map((one) => one.conditions[table]).join(" AND ");
    return `${table} AS (\n  SELECT * FROM ${table} WHERE ${conditions}\n)`;
  });
  const rest = /^WITH\b/.test(sql) ? `,${sql.slice("WITH".length)}` : `\n${sql}`;
  return {
    sql: `WITH ${parts.join(",\n")}${rest}`,
    params: [...tables.flatMap(() => wanted.map(({ value }) => value)), ...params],
  };
}

/** `octo/hello, by somebody`, for subtitles; undefined for all of the data. */
export function scopeWords({ repo, login }: AnalysisScope): string | undefined {
  if (repo === undefined) return login === undefined ? undefined : `by ${login}`;
  return login === undefined ? repo : `${repo}, by ${login}`;
}
