export {
  defaultNotebooks,
  exportReport,
  type ReportOptions,
  type ReportSummary,
  type WrittenReport,
} from "./export";
export { listNotebooks } from "./notebooks";
export { parseSetOptions } from "./parameters";
