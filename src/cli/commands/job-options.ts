import type { Command } from "commander";
import { WorkbenchError } from "../../lib/errors";
import type { RunOptions } from "../../lib/glue/run-options";

/** The options that starting any job takes. */
export interface JobFlags {
  wait: boolean;
  whenBusy: string;
  retries: string;
}

/** Adds them to a command. */
export function addJobOptions(command: Command): Command {
  return command
    .option("--no-wait", "start it and return at once")
    .option(
      "--when-busy <what>",
      "a run is going already: join it, or queue behind it and start another",
      "join",
    )
    .option("--retries <n>", "how often a run whose engine went away is started again", "1");
}

/** Reads what {@link addJobOptions} added. */
export function readJobOptions({ wait, whenBusy, retries }: JobFlags): RunOptions {
  if (whenBusy !== "join" && whenBusy !== "queue") {
    throw new WorkbenchError("USAGE", `--when-busy is ${JSON.stringify(whenBusy)}`, {
      hint: "give join or queue",
    });
  }
  return { wait, whenBusy, retries: readWhole(retries, "--retries", 0, 10) };
}

/** A whole number between two others. */
export function readWhole(text: string, name: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new WorkbenchError("USAGE", `${name} is ${JSON.stringify(text)}`, {
    hint: `give a whole number from ${least} to ${most}`,
  });
}
