import type { Command } from "commander";
import { parseDurationMs } from "../../lib/duration";
import { type MaintenanceOptions, runMaintenance } from "../../lib/maintain";
import type { CliContext } from "../context";
import { formatMaintenance } from "../format/maintenance";
import { addJobOptions, type JobFlags, readJobOptions, readWhole } from "./job-options";

interface MaintainFlags extends JobFlags {
  retention?: string;
  orphanAge?: string;
  targetFileMb?: string;
  tables?: string;
  json?: boolean;
}

const hourMs = 3_600_000;

/** `workbench maintain`: a run of the maintenance job. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("maintain")
    .description("puts small files together, expires old snapshots, removes files nobody knows")
    .option("--retention <age>", "expire snapshots older than this (default: 7d)")
    .option("--orphan-age <age>", "remove unknown files older than this (default: 3d)")
    .option("--target-file-mb <n>", "the size to put files together to (default: 128)")
    .option("--tables <names>", "only these, separated by commas");
  addJobOptions(command)
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: MaintainFlags) => {
      await context.run(
        flags,
        (effects) => runMaintenance(context.settings(), readMaintenanceOptions(flags), effects),
        formatMaintenance,
      );
    });
}

/** Reads the flags; what is not given, the job decides. */
export function readMaintenanceOptions(flags: MaintainFlags): MaintenanceOptions {
  const options: MaintenanceOptions = readJobOptions(flags);
  const { retention, orphanAge, targetFileMb, tables } = flags;
  if (retention !== undefined) {
    options.retentionHours = parseDurationMs(retention, "--retention") / hourMs;
  }
  if (orphanAge !== undefined) {
    options.orphanAgeHours = parseDurationMs(orphanAge, "--orphan-age") / hourMs;
  }
  if (targetFileMb !== undefined) {
    options.targetFileMb = readWhole(targetFileMb, "--target-file-mb", 1, 10_000);
  }
  if (tables !== undefined) options.tables = tables.split(",").map((name) => name.trim());
  return options;
}
