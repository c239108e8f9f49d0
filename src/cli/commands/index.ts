import type { Command } from "commander";
import type { CliContext } from "../context";
import { register as analyse } from "./analyse";
import { register as consume } from "./consume";
import { register as deadLetters } from "./dead-letters";
import { register as doctor } from "./doctor";
import { register as down } from "./down";
import { register as env } from "./env";
import { register as etl } from "./etl";
import { register as live } from "./live";
import { register as logs } from "./logs";
import { register as maintain } from "./maintain";
import { register as produce } from "./produce";
import { register as query } from "./query";
import { register as report } from "./report";
import { register as run } from "./run";
import { register as status } from "./status";
import { register as tail } from "./tail";
import { register as up } from "./up";

/** A subcommand adds itself to the program. */
export type Register = (program: Command, context: CliContext) => void;

/** Every subcommand, in the order `--help` lists them. */
export const commands: readonly Register[] = [
  up,
  down,
  status,
  logs,
  doctor,
  env,
  run,
  produce,
  consume,
  deadLetters,
  tail,
  live,
  etl,
  maintain,
  query,
  analyse,
  report,
];
