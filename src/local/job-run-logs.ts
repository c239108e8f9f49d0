import { existsSync } from "node:fs";
import { join } from "node:path";
import { homePaths } from "./home";

/** The two logs of a job run on this machine. */
export interface JobRunLogs {
  /** What the script prints, its traceback. */
  script: string;
  /** What Spark says. */
  spark: string;
}

/** A run's logs; undefined where there is no such run in this home. */
export function findJobRunLogs(home: string, id: string): JobRunLogs | undefined {
  if (!/^jr_\w+$/.test(id)) return undefined;
  const folder = join(homePaths(home).data, "aws", "glue", id);
  if (!existsSync(folder)) return undefined;
  return { script: join(folder, "stdout.log"), spark: join(folder, "stderr.log") };
}
