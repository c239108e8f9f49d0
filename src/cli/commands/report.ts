import { relative } from "node:path";
import type { Command } from "commander";
import { exportReport, parseSetOptions, type ReportSummary } from "../../lib/report";
import type { CliContext } from "../context";

interface Flags {
  out?: string;
  set: string[];
  json?: boolean;
}

/** `workbench report`: notebooks as self-contained HTML pages. */
export function register(program: Command, context: CliContext): void {
  program
    .command("report")
    .description("execute notebooks that only read and write each as one self-contained HTML page")
    .argument("[notebook...]", "names or paths (default: 02-activity)")
    .option("--out <dir>", "where the pages go (default: reports/ in the checkout)")
    .option(
      "--set <name=value>",
      "set a constant of a cell tagged `parameters`; may be repeated",
      (pair: string, pairs: string[]) => [...pairs, pair],
      [],
    )
    .option("--json", "print one JSON object at the end")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  npx workbench report\n" +
        "  npx workbench report 02-activity --set days=30 --out /tmp/reports\n" +
        "  DATASET=demo npx workbench report",
    )
    .action(async (notebooks: string[], flags: Flags) => {
      await context.run(
        flags,
        async (effects) => {
          const options = {
            notebooks,
            set: parseSetOptions(flags.set),
            ...(flags.out === undefined ? {} : { outDir: flags.out }),
          };
          return exportReport(context.settings(), options, effects);
        },
        printReports,
      );
    });
}

function printReports({ reports }: ReportSummary): string {
  return reports
    .map(({ path, bytes, charts }) => {
      const shown = relative(process.cwd(), path);
      const place = shown.startsWith("..") ? path : shown;
      return `${place}  ${charts} charts, ${(bytes / 1e6).toFixed(1)} MB`;
    })
    .join("\n");
}
