import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";

/**
 * The error of a run that did not succeed: the script's own error first, then which run, and where
 * its whole log is. Retryable where the same run may succeed later with nothing changed.
 */
export function jobRunError(
  run: Pick<JobRun, "JobName" | "JobRunState" | "ErrorMessage" | "Timeout">,
  jobRunId: string,
  settings: Pick<Settings, "aws">,
): WorkbenchError {
  const state = run.JobRunState ?? "unknown";
  const { text, line } = readErrorMessage(run.ErrorMessage ?? "");
  const where = line === undefined ? "" : `, line ${line} of its script`;
  const which = `job run ${jobRunId} of ${run.JobName ?? "the job"} is ${state}${where}`;
  const plain =
    state === "TIMEOUT" && run.Timeout !== undefined
      ? `${which}: it lasted longer than its ${run.Timeout} minutes`
      : which;
  return new WorkbenchError("GLUE", text === "" ? plain : `${text} (${which})`, {
    hint: settings.aws.local
      ? `its log: npx workbench logs ${jobRunId}`
      : `its log: CloudWatch /aws-glue/jobs/error, stream ${jobRunId}`,
    retryable: isRetryable(run),
    context: { jobRunId, state, errorMessage: run.ErrorMessage },
  });
}

/** What an engine that was taken away leaves as the run's error, on this machine and on AWS. */
const passing = [
  /\bSpark was killed\b/,
  /\bendpoint stopped before Spark was started\b/,
  // AWS: https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
  /\bresources? (?:is |are )?unavailable\b/i,
  /\bMax concurrent\b/,
  /\bThrottling(?:Exception)?\b|\bRate exceeded\b/,
  /\binternal service (?:error|exception)\b/i,
];

/**
 * Whether a failed run may be tried again: where the engine went away under it or the service had
 * no room for it. Never where the script itself raised an error, was stopped or took too long.
 */
function isRetryable(run: Pick<JobRun, "JobRunState" | "ErrorMessage">): boolean {
  const message = run.ErrorMessage ?? "";
  const byScript = /Failed Line Number:|^(?:Error Category: \w+; )?\w*(?:Error|Exception): /;
  if (run.JobRunState !== "FAILED" || byScript.test(message)) return false;
  return passing.some((pattern) => pattern.test(message));
}

/**
 * Takes Glue's own words from around the script's error:
 * `Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 3; ValueError: …`.
 */
export function readErrorMessage(message: string): { text: string; line: number | undefined } {
  let text = message.replaceAll(/\s*\n\s*/g, " ").trim();
  text = text.replace(/^Error Category: [A-Z_]+;\s*/, "");
  const line = /^Failed Line Number: (\d+);\s*/.exec(text);
  if (line !== null) text = text.slice(line[0].length);
  return { text, line: line === null ? undefined : Number(line[1]) };
}
