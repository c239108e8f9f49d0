import type { Command } from "commander";
import type { CliContext } from "../context";
import { register as consume } from "./consume";
import { register as etl } from "./etl";
import { register as produce } from "./produce";
import { register as report } from "./report";
import { register as run } from "./run";
import { register as tail } from "./tail";

/** A subcommand adds itself to the program. */
export type Register = (program: Command, context: CliContext) => void;

/** Every subcommand, in the order `--help` lists them. */
export const commands: readonly Register[] = [produce, consume, tail, etl, run, report];
