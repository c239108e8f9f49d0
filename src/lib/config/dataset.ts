import { WorkbenchError } from "../errors";
import type { EventSourceName } from "../events/message";

/** Whether a dataset holds invented events: its name begins with `demo`. */
export function isDemoDataset(dataset: string): boolean {
  return dataset.startsWith("demo");
}

/** Where a source's events go when no dataset is named. */
export function defaultDatasetOf(source: EventSourceName | undefined): string {
  return source === "simulator" ? "demo" : "github";
}

/**
 * The source to read for a dataset: the one asked for, else `simulator` for a demo dataset and
 * `github` for all others.
 *
 * @throws {@link WorkbenchError} code USAGE where invented and real events would mix
 */
export function chooseSource(
  dataset: string,
  source: EventSourceName | undefined,
): EventSourceName {
  const chosen = source ?? (isDemoDataset(dataset) ? "simulator" : "github");
  if ((chosen === "simulator") !== isDemoDataset(dataset)) {
    throw new WorkbenchError(
      "USAGE",
      `the source ${chosen} cannot write to the dataset ${dataset}: invented events never mix with real ones`,
      {
        hint:
          chosen === "simulator"
            ? "set DATASET=demo, or a name that begins with demo"
            : "set DATASET=github, or a name that does not begin with demo",
      },
    );
  }
  return chosen;
}
