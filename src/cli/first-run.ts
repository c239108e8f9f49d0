import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../lib/effects";
import { WorkbenchError } from "../lib/errors";
import { indexFileName, reportsDir } from "../lib/report";
import { runPipeline } from "./commands/run";
import type { CliContext } from "./context";

/** The report that `up --first-run` found or made. */
export interface FirstReport {
  path: string;
  /** False where one was there already. */
  made: boolean;
}

/**
 * Runs the pipeline once and leaves a report where there is none yet: on GitHub's own events if
 * its API can be reached, else on the simulator's, in a dataset of their own.
 */
export async function ensureFirstReport(
  context: CliContext,
  effects: Effects,
): Promise<FirstReport> {
  const there = findReport();
  if (there !== undefined) return { path: there, made: false };

  const apiUrl = context.settings().github.apiUrl;
  const reachable = await canReach(apiUrl);
  if (!reachable) {
    effects.logger.info(`${apiUrl} cannot be reached: the first report shows invented events`);
  }
  const source = reachable ? "github" : "simulator";
  const settings = context.settings({ dataset: reachable ? "github" : "demo" });
  const { report } = await runPipeline(settings, { source }, { report: true }, effects);
  const path = report?.reports[0]?.path;
  if (path === undefined) throw new WorkbenchError("NOTEBOOK", "the first run wrote no report");
  return { path, made: true };
}

function findReport(): string | undefined {
  const folder = reportsDir();
  try {
    const name = readdirSync(folder).find(
      (file) => file.endsWith(".html") && file !== indexFileName,
    );
    return name === undefined ? undefined : join(folder, name);
  } catch {
    return undefined;
  }
}

async function canReach(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
