import type { Command } from "commander";
import type { QueryLimits } from "../../lib/athena/query-options";
import { parseByteSize } from "../../lib/byte-size";

/** The flags of what a query may cost, and whether an earlier answer will do. */
export interface LimitFlags {
  maxScan?: string;
  /** False with `--no-cache`. */
  cache?: string | false;
}

/** Adds `--max-scan`, `--cache` and `--no-cache` to a command. */
export function addLimitFlags(command: Command): Command {
  return command
    .option(
      "--max-scan <size>",
      "refuse a query that would scan more than this, such as 100MB, and stop one that does",
    )
    .option(
      "--cache <age>",
      "answer from the local cache where the same was asked no longer ago than this, such as 15m",
    )
    .option("--no-cache", "ask Athena, whatever ATHENA_CACHE says");
}

/**
 * The limits that flags name.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function readLimits({ maxScan, cache }: LimitFlags): QueryLimits {
  return {
    ...(maxScan === undefined ? {} : { maxScanBytes: parseByteSize(maxScan, "--max-scan") }),
    ...(cache === undefined ? {} : { cache }),
  };
}
