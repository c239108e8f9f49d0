import { type AnalyseOptions, type AnalysisResult, analyse } from "./analyses/analyse";
import { type QueryOptions, type QueryResult, runQuery } from "./athena/query";
import { checkServices, type ServiceChecks } from "./check";
import { isDemoDataset } from "./config/dataset";
import { loadSettings } from "./config/load";
import type { Settings } from "./config/settings";
import { type ConsumeOptions, type ConsumeSummary, consume } from "./consume";
import { parseDurationMs } from "./duration";
import type { Effects } from "./effects";
import { type EtlOptions, type EtlSummary, runEtl } from "./etl";
import { databaseHasTables } from "./glue/catalog";
import { type HistoryOptions, type PastRun, readHistory } from "./glue/history";
import type { LiveSnapshot } from "./live/board";
import { iterateSnapshots, type LiveOptions, watchSnapshots } from "./live/snapshots";
import { type MaintenanceOptions, type MaintenanceSummary, runMaintenance } from "./maintain";
import { type EventTrace, traceEvent } from "./lineage/trace-event";
import { notebookEffects, runStoppable } from "./notebook/effects";
import { type ProduceOptions, type ProduceSummary, produce } from "./produce";
import { exportReport, type ReportOptions, type ReportSummary } from "./report/export";

/** What {@link openWorkbench} takes. */
export interface OpenOptions {
  /**
   * Names topic, raw prefix and database together. Default: DATASET, else `github` when it has
   * tables, else `demo` when that has.
   */
  dataset?: string;
}

/** {@link ProduceOptions} with durations as people write them. */
export interface NotebookProduceOptions extends Omit<ProduceOptions, "forMs"> {
  /** How long to capture: `30s`, `10m`, `1h30m`. */
  for?: string;
}

/** {@link LiveOptions} with a callback instead of a loop. */
export interface NotebookLiveOptions extends LiveOptions {
  /** Told how things stand; while its promise is not kept, nothing is told. */
  onSnapshot: (snapshot: LiveSnapshot) => void | Promise<void>;
}

/**
 * Opens the workbench with the settings in force.
 *
 * @throws {@link WorkbenchError} code CONFIG, naming every problem of the settings at once
 * @example
 * ```ts
 * import { openWorkbench, display } from "github-events-workbench";
 * const wb = await openWorkbench();
 * const busiest = await wb.analyse("repository-activity", { days: 7, limit: 20 });
 * await busiest.chart().show();
 * ```
 */
export async function openWorkbench(options: OpenOptions = {}): Promise<Workbench> {
  const named = options.dataset ?? nonEmpty(process.env["DATASET"]);
  if (named !== undefined) return new Workbench(loadSettings({ dataset: named }));
  // `.env` may name one too: then the default given here is not taken.
  const settings = loadSettings({ defaultDataset: "github" });
  if (settings.dataset !== "github" || (await hasTables(settings))) return new Workbench(settings);
  const demo = loadSettings({ dataset: "demo" });
  if (!(await hasTables(demo))) return new Workbench(settings);
  process.stdout.write(
    "The dataset github has no tables yet: showing demo, which holds simulated events.\n",
  );
  return new Workbench(demo);
}

/** One dataset with everything that can be done to it. Made by {@link openWorkbench}. */
export class Workbench {
  constructor(readonly settings: Settings) {}

  /** The dataset's name. */
  get dataset(): string {
    return this.settings.dataset;
  }

  /**
   * Captures events into Kafka, with a progress bar, until `for` or `events` is reached.
   *
   * @throws {@link WorkbenchError} code GITHUB, KAFKA, BAD_INPUT or USAGE
   */
  produce(options: NotebookProduceOptions = {}): Promise<ProduceSummary> {
    const { for: duration, ...rest } = options;
    const produceOptions: ProduceOptions = { ...rest };
    if (duration !== undefined) produceOptions.forMs = parseDurationMs(duration, "for");
    return this.#run((effects) => produce(this.settings, produceOptions, effects));
  }

  /** Lands messages from Kafka as raw objects in S3; by default until it has caught up. */
  consume(options: ConsumeOptions = {}): Promise<ConsumeSummary> {
    return this.#run((effects) =>
      consume(this.settings, { until: "caught-up", ...options }, effects),
    );
  }

  /** Runs the Glue job over the raw objects that are new, and waits for it. */
  etl(options: EtlOptions = {}): Promise<EtlSummary> {
    return this.#run((effects) => runEtl(this.settings, options, effects));
  }

  /** The Glue job's runs, latest first, whoever started them. */
  etlHistory(options: HistoryOptions = {}): Promise<PastRun[]> {
    return this.#run((effects) => readHistory(this.settings, options, effects));
  }

  /**
   * Looks after the tables: small files put together, old snapshots expired, unknown files removed.
   *
   * @throws {@link WorkbenchError} code GLUE or USAGE
   */
  maintain(options: MaintenanceOptions = {}): Promise<MaintenanceSummary> {
    return this.#run((effects) => runMaintenance(this.settings, options, effects));
  }

  /**
   * Counts events in windows as they stream by, once a second, until `for` has passed or the loop
   * is left; with `onSnapshot` there is no loop, and the promise is of the last one.
   *
   * @throws {@link WorkbenchError} code USAGE or KAFKA
   * @example
   * ```ts
   * for await (const { windows } of wb.live({ from: "10m", for: "5m" })) console.log(windows.at(-1));
   * ```
   */
  live(options: NotebookLiveOptions): Promise<LiveSnapshot>;
  live(options?: LiveOptions): AsyncIterable<LiveSnapshot>;
  live(
    options: LiveOptions & Partial<NotebookLiveOptions> = {},
  ): Promise<LiveSnapshot> | AsyncIterable<LiveSnapshot> {
    const { onSnapshot, ...rest } = options;
    const watch = (tell: NotebookLiveOptions["onSnapshot"], outer?: AbortSignal) =>
      runStoppable(
        (signal) =>
          watchSnapshots(
            this.settings,
            { refreshMs: 1000, ...rest },
            tell,
            notebookEffects(signal),
          ),
        outer,
      );
    return onSnapshot === undefined ? iterateSnapshots(watch) : watch(onSnapshot);
  }

  /**
   * Follows an event of the table back to the line of the raw object it came in.
   *
   * @throws {@link WorkbenchError} code NOT_FOUND, ATHENA or S3
   */
  trace(eventType: string, eventId: string): Promise<EventTrace> {
    return this.#run((effects) => traceEvent(this.settings, eventType, eventId, effects));
  }

  /** Whether each service answers and holds something; one that is away is no error. */
  check(): Promise<ServiceChecks> {
    return this.#run((effects) => checkServices(this.settings, effects));
  }

  /**
   * Asks Athena. `params` take the places of `?` in the SQL and are bound by the service.
   *
   * @throws {@link WorkbenchError} code ATHENA, with the SQL and the execution id in its context
   */
  query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    return this.#run((effects) => runQuery(this.settings, sql, options, effects));
  }

  /** Answers a named question; `npx workbench analyse --list` lists them. */
  analyse(name: string, options: AnalyseOptions = {}): Promise<AnalysisResult> {
    return this.#run((effects) => analyse(this.settings, name, options, effects));
  }

  /** Executes notebooks that only read and writes each as one self-contained HTML file. */
  report(options: ReportOptions = {}): Promise<ReportSummary> {
    return this.#run((effects) => exportReport(this.settings, options, effects));
  }

  /** A bare `wb` at the end of a cell shows what it is, and no secret. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { dataset, kafka, aws, glue } = this.settings;
    const where = aws.local ? "this machine" : `AWS ${aws.region}`;
    const label = isDemoDataset(dataset) ? " (simulated events)" : "";
    return `Workbench: dataset ${dataset}${label}, topic ${kafka.topic}, database ${glue.database}, on ${where}`;
  }

  /** Progress drawn in the cell; stopping the cell stops what runs. */
  #run<T>(action: (effects: Effects) => Promise<T>): Promise<T> {
    return runStoppable((signal) => action(notebookEffects(signal)));
  }
}

async function hasTables(settings: Settings): Promise<boolean> {
  return databaseHasTables(settings, notebookEffects());
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
