import type { Command } from "commander";
import type { Settings } from "../../lib/config/settings";
import { settingValues } from "../../lib/config/values";
import type { CliContext } from "../context";

/** `workbench env`: the settings for other programs. */
export function register(program: Command, context: CliContext): void {
  program
    .command("env")
    .description("print the settings in force as `export` lines, secrets included")
    .option("--json", "print one JSON object on standard output")
    .addHelpText(
      "after",
      '\nExample:\n  eval "$(npx workbench env)" && aws s3 ls "s3://$RAW_BUCKET"',
    )
    .action(async (flags: { json?: boolean }) => {
      await context.run(
        flags,
        () => Promise.resolve(exportedValues(context.settings())),
        formatExports,
      );
    });
}

/** The settings, and the names that boto3 and older AWS CLIs read. */
function exportedValues(settings: Settings): Record<string, string> {
  return { ...settingValues(settings), AWS_DEFAULT_REGION: settings.aws.region };
}

/** `export NAME='value'` lines that any POSIX shell reads back as they were. */
export function formatExports(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join("\n");
}
