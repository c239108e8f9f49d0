/** The public surface of the workbench: what notebooks and programs import. */
export { openWorkbench, Workbench } from "./workbench";
export type { NotebookLiveOptions, NotebookProduceOptions, OpenOptions } from "./workbench";
export { display } from "./notebook/display";
export { WorkbenchError, errorCodes } from "./errors";
export type { ErrorCode } from "./errors";
export type { AnalyseOptions, AnalysisResult } from "./analyses/analyse";
export type { QueryOptions, QueryResult } from "./athena/query";
export type { Chart } from "./charts/chart";
export type { ConsumeOptions, ConsumeSummary } from "./consume";
export type { EtlOptions, EtlSummary } from "./etl";
export type { LiveSnapshot, TopContributor, TopRepository, WindowTotals } from "./live/board";
export type { LiveOptions } from "./live/snapshots";
export type { LiveStats, TooLateEvent } from "./live/update";
export type { WatchStats } from "./live/watch";
export type { ProduceOptions, ProduceSummary } from "./produce";
export type { ReportOptions, ReportSummary } from "./report/export";
export type { Settings } from "./config/settings";
