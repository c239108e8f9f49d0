import { coverage } from "./coverage";
import { dataQuality } from "./data-quality";
import type { RowOf, TableDefinition } from "./definition";
import { enrichment } from "./enrichment";
import { githubEvents } from "./github-events";
import { maintenanceRuns } from "./maintenance-runs";
import { processedObjects } from "./processed-objects";
import { quarantine } from "./quarantine";
import { resolutions } from "./resolutions";

export type { ColumnName, RowOf, TableDefinition } from "./definition";

/** Every table of a dataset's database by name: the one place where they are defined. */
export const tables = {
  github_events: githubEvents,
  resolutions,
  coverage,
  enrichment,
  quarantine,
  processed_objects: processedObjects,
  data_quality: dataQuality,
  maintenance_runs: maintenanceRuns,
} as const satisfies Readonly<Record<string, TableDefinition>>;

export type TableName = keyof typeof tables;

/** A row of a table by the table's name: `RowOfTable<"github_events">`. */
export type RowOfTable<N extends TableName> = RowOf<(typeof tables)[N]>;

/** Names of a table's columns by the table's name. */
export type ColumnOfTable<N extends TableName> = keyof RowOfTable<N> & string;
