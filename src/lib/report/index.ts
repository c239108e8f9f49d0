export { describeNotebooks, type NotebookInfo } from "./catalogue";
export {
  type CodeMode,
  codeModes,
  defaultNotebooks,
  exportReport,
  type ReportOptions,
  type ReportSummary,
  type WrittenReport,
} from "./export";
export { indexFileName } from "./file-name";
export { reportsDir, scanReports, writeIndex, type WrittenIndex } from "./folder";
export { listNotebooks } from "./notebooks";
export { parseSetOptions } from "./parameters";
