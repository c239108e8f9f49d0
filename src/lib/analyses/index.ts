import { WorkbenchError } from "../errors";
import type { Analysis } from "./analysis";
import { busiestHours } from "./busiest-hours";
import { commitsPerRepository } from "./commits-per-repository";
import { contributorTrends } from "./contributor-trends";
import { dataCoverage } from "./data-coverage";
import { eventFrequency } from "./event-frequency";
import { forkActivity } from "./fork-activity";
import { repositoryActivity } from "./repository-activity";
import { resolutionByRepository } from "./resolution-by-repository";
import { resolutionOverTime } from "./resolution-over-time";
import { timeToResolution } from "./time-to-resolution";
import { topContributors } from "./top-contributors";

/** Every analysis, in the order `workbench analyse --list` shows them. */
export const analyses: readonly Analysis[] = [
  topContributors,
  contributorTrends,
  eventFrequency,
  busiestHours,
  timeToResolution,
  resolutionByRepository,
  resolutionOverTime,
  repositoryActivity,
  commitsPerRepository,
  forkActivity,
  dataCoverage,
];

/**
 * The analysis of a name.
 *
 * @throws {@link WorkbenchError} code USAGE with the nearest name and the list of all
 */
export function findAnalysis(name: string): Analysis {
  const found = analyses.find((analysis) => analysis.name === name);
  if (found !== undefined) return found;
  const names = analyses.map((analysis) => analysis.name);
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known) }))
    .sort((a, b) => a.distance - b.distance);
  const meant =
    nearest !== undefined && nearest.distance <= nearest.known.length / 2
      ? `did you mean ${nearest.known}? `
      : "";
  throw new WorkbenchError("USAGE", `there is no analysis ${JSON.stringify(name.slice(0, 60))}`, {
    hint: `${meant}the analyses are ${names.join(", ")}`,
  });
}

/** How many letters to insert, delete or change to make one word of the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= Math.min(a.length, 60); row++) {
    const current = [row];
    for (let at = 1; at <= b.length; at++) {
      const change = (previous[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
