import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";

/**
 * The error of a run that did not succeed: the script's own error first, then which run, and where
 * its whole log is.
 */
export function jobRunError(
  run: Pick<JobRun, "JobRunState" | "ErrorMessage" | "Timeout">,
  jobRunId: string,
  settings: Pick<Settings, "aws" | "glue">,
): WorkbenchError {
  const state = run.JobRunState ?? "unknown";
  const { text, line } = readErrorMessage(run.ErrorMessage ?? "");
  const where = line === undefined ? "" : `, line ${line} of its script`;
  const which = `job run ${jobRunId} of ${settings.glue.job} is ${state}${where}`;
  const plain =
    state === "TIMEOUT" && run.Timeout !== undefined
      ? `${which}: it lasted longer than its ${run.Timeout} minutes`
      : which;
  return new WorkbenchError("GLUE", text === "" ? plain : `${text} (${which})`, {
    hint: settings.aws.local
      ? `its log: npx workbench logs ${jobRunId}`
      : `its log: CloudWatch /aws-glue/jobs/error, stream ${jobRunId}`,
    context: { jobRunId, state, errorMessage: run.ErrorMessage },
  });
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
