import { type Command, Option } from "commander";

/** How log lines are written. */
export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

/** The least of what is logged. */
export const logLevels = ["debug", "info", "warn"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What the command line says of logs. */
export interface LogOptions {
  format: LogFormat;
  level: LogLevel;
}

/** Adds `--log-format` and `--log-level` to a command. */
export function addLogOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--log-format <format>",
        "how logs and progress are written (default: text)",
      ).choices(logFormats),
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "the least of what is logged (default: info; debug with WORKBENCH_DEBUG=1)",
      ).choices(logLevels),
    );
}

/** Reads what {@link addLogOptions} has added. */
export function readLogOptions(
  flags: { logFormat?: LogFormat; logLevel?: LogLevel },
  env: Readonly<Record<string, string | undefined>>,
): LogOptions {
  const usual = env["WORKBENCH_DEBUG"] === undefined ? "info" : "debug";
  return { format: flags.logFormat ?? "text", level: flags.logLevel ?? usual };
}
