import { join } from "node:path";
import { findPythonError, glueErrorMessage } from "./python-error";
import { readLogTail, stderrFile, stdoutFile } from "./run-process";

/** Why a run failed: its Python exception where there is one, else what Spark said last. */
export async function explainEnd(
  dir: string,
  script: string,
  code: number | undefined,
): Promise<string> {
  const file = join(dir, stderrFile);
  const stderr = await readLogTail(file);
  // spark-submit writes both streams of Python to its own standard output.
  const stdout = await readLogTail(join(dir, stdoutFile));
  const error = findPythonError(stdout, script) ?? findPythonError(stderr, script);
  if (error !== undefined) return glueErrorMessage(error);
  const how =
    code === undefined
      ? "Spark was killed, or the machine stopped, while the job ran"
      : `the script ended with exit code ${code}`;
  const last = lastError(stderr);
  return `${how}${last === undefined ? "" : `: ${last}`}; the log is ${file}`;
}

/** The last line that speaks of an error, else the last one at all. */
function lastError(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  // Spark's own line about a script that failed says nothing new.
  const telling = lines.filter((line) => !line.includes("SparkUserAppException"));
  const found = telling.findLast((line) => /error|exception|fatal/i.test(line)) ?? telling.at(-1);
  return found?.trim().slice(0, 500);
}
