import type { Settings } from "../lib/config/settings";
import type { Effects } from "../lib/effects";
import { toWorkbenchError } from "../lib/errors";
import { type LastChecks, readLastChecks } from "../lib/lake-status/last-checks";
import { readTableFigures, type TableFigures } from "../lib/lake-status/table-figures";
import { formatBytes, formatCount } from "../lib/notebook/figures";
import { columns } from "./format/columns";

/** What could not be found out, and why. */
interface Unknown {
  problem: string;
}

/** The latest checks of the dataset's data; null where there are none yet. */
export type ChecksStatus = LastChecks | Unknown | null;

/** The lake's tables. */
export type LakeStatus = { database: string; tables: TableFigures[] } | Unknown;

/** Longer than this nobody waits for `status`; loading the SDK alone takes one. */
const checksPatienceMs = 3000;
/** Athena on one machine may have to be started for the question; asked by `--lake` only. */
const figuresPatienceMs = 180_000;

/** The checks of the latest job run; has three seconds. Never throws. */
export async function readChecksStatus(
  settings: () => Settings,
  effects: Pick<Effects, "sleep">,
): Promise<ChecksStatus> {
  return within(checksPatienceMs, "the job's runs", effects, () => readLastChecks(settings()));
}

/** The tables' figures; has three minutes. Never throws. */
export async function readLakeStatus(
  settings: () => Settings,
  effects: Effects,
): Promise<LakeStatus> {
  return within(figuresPatienceMs, "Athena", effects, async () => {
    const given = settings();
    return { database: given.glue.database, tables: await readTableFigures(given, effects) };
  });
}

async function within<T>(
  patienceMs: number,
  who: string,
  effects: Pick<Effects, "sleep">,
  ask: () => Promise<T>,
): Promise<T | Unknown> {
  const enough = new AbortController();
  const late = effects.sleep(patienceMs, enough.signal).then(
    (): Unknown => ({ problem: `${who} did not answer within ${patienceMs / 1000} s` }),
    (): Unknown => ({ problem: "stopped" }),
  );
  // Settings that are wrong are no reason not to show the rest.
  const asked = Promise.resolve()
    .then(ask)
    .catch((error: unknown): Unknown => ({ problem: toWorkbenchError(error).oneLine }));
  try {
    return await Promise.race([asked, late]);
  } finally {
    enough.abort();
  }
}

/** A line, and below it what was not ok. */
export function formatChecks(checks: ChecksStatus): string {
  if (checks === null) return "data quality: nothing checked yet (npx workbench etl)";
  if ("problem" in checks) return `data quality: not known: ${checks.problem}`;
  const { ok, warning, failed, problems } = checks;
  const counts = [
    `${ok} checks ok`,
    ...(warning > 0 ? [`${warning} warning${warning === 1 ? "" : "s"}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  const when = shortTime(checks.checked_at);
  return [
    `data quality: ${counts.join(", ")} (job run ${checks.job_run_id}, ${when})`,
    ...problems.map((problem) => `  ${problem}`),
  ].join("\n");
}

/** A line a table. */
export function formatLake(lake: LakeStatus): string {
  if ("problem" in lake) return `lake: not known: ${lake.problem}`;
  const { database, tables } = lake;
  if (tables.length === 0) return `lake: no tables in ${database} yet (npx workbench etl)`;
  const head = ["table", "rows", "files", "mean size", "below 8 MB", "partitions"];
  const more = ["delete files", "snapshots", "written (UTC)", "maintained (UTC)"];
  const rows = tables.map((table) => [
    table.table,
    formatCount(table.rows),
    formatCount(table.files),
    table.files === 0 ? "-" : formatBytes(table.bytes / table.files),
    formatCount(table.small_files),
    table.partitions === null ? "-" : formatCount(table.partitions),
    formatCount(table.delete_files),
    formatCount(table.snapshots),
    shortTime(table.written_at),
    shortTime(table.maintained_at),
  ]);
  const lines = columns([[...head, ...more], ...rows]);
  return [`lake ${database}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function shortTime(time: string | null): string {
  return time === null ? "-" : time.slice(0, 19).replace("T", " ");
}
