import type { Command } from "commander";
import type { CliContext } from "../context";

/** A subcommand adds itself to the program. */
export type Register = (program: Command, context: CliContext) => void;

/** Every subcommand, in the order `--help` lists them. */
export const commands: readonly Register[] = [];
