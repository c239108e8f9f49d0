import type { MaintenanceSummary, TableMaintenance } from "../../lib/maintain";
import { columns } from "./columns";

/** What the run did, a line a table: before → after. */
export function formatMaintenance(summary: MaintenanceSummary): string {
  const { job_run_id: id, state, tables } = summary;
  if (tables === null) return `${state}: job run ${id}`;
  const head = ["table", "files", "delete files", "bytes", "snapshots", "orphans removed"];
  const rows = tables.map((table) => [
    table.table,
    change(table, "files"),
    change(table, "delete_files"),
    `${formatBytes(table.bytes_before)} → ${formatBytes(table.bytes_after)}`,
    change(table, "snapshots"),
    `${table.orphans_removed} (${formatBytes(table.orphan_bytes)})`,
  ]);
  const limits =
    `snapshots kept for ${summary.retention_hours ?? "?"} hours, ` +
    `unknown files for ${summary.orphan_age_hours ?? "?"}`;
  return [...columns([head, ...rows]), `${state}: ${limits} (job run ${id})`].join("\n");
}

function change(table: TableMaintenance, name: "files" | "delete_files" | "snapshots"): string {
  return `${table[`${name}_before`]} → ${table[`${name}_after`]}`;
}

function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}
