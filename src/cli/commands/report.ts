import { relative } from "node:path";
import { type Command, Option } from "commander";
import {
  type CodeMode,
  codeModes,
  describeNotebooks,
  exportReport,
  type NotebookInfo,
  parseSetOptions,
  type ReportSummary,
  reportsDir,
  writeIndex,
  type WrittenIndex,
} from "../../lib/report";
import type { CliContext } from "../context";

interface Flags {
  out?: string;
  set: string[];
  code: CodeMode;
  list?: boolean;
  index?: boolean;
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
      "set a constant of a cell tagged `parameters`; may be repeated; the file's name tells it",
      (pair: string, pairs: string[]) => [...pairs, pair],
      [],
    )
    .addOption(
      new Option("--code <mode>", "how the page has the notebook's code")
        .choices(codeModes)
        .default("folded"),
    )
    .option("--list", "list the notebooks with their titles and parameters")
    .option("--index", "only write the page anew that lists the reports (index.html)")
    .option("--json", "print one JSON object at the end")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  npx workbench report\n" +
        "  npx workbench report 04-repository-report --set repo=octo/hello --set days=30\n" +
        "  npx workbench report 02-activity --code hidden --out /tmp/reports\n" +
        "  DATASET=demo npx workbench report --list",
    )
    .action(async (notebooks: string[], flags: Flags) => {
      if (flags.list === true) {
        await context.run(flags, listAll, formatList);
      } else if (flags.index === true) {
        await context.run(
          flags,
          (effects) => writeIndex(reportsDir(flags.out), effects),
          formatIndex,
        );
      } else {
        await context.run(
          flags,
          async (effects) => {
            const options = {
              notebooks,
              set: parseSetOptions(flags.set),
              code: flags.code,
              ...(flags.out === undefined ? {} : { outDir: flags.out }),
            };
            return exportReport(context.settings(), options, effects);
          },
          formatReports,
        );
      }
    });
}

async function listAll(): Promise<{ notebooks: NotebookInfo[] }> {
  return { notebooks: await describeNotebooks() };
}

/** A notebook a line, its parameters below. */
export function formatList({ notebooks }: { notebooks: readonly NotebookInfo[] }): string {
  const width = Math.max(0, ...notebooks.map(({ name }) => name.length));
  return notebooks
    .flatMap(({ name, title, parameters }) => [
      `${name.padEnd(width)}  ${title}`,
      ...parameters.map((parameter) => {
        const value = parameter.default === "" ? '""' : parameter.default;
        const meaning = parameter.meaning === "" ? "" : `: ${parameter.meaning}`;
        return `${" ".repeat(width)}    --set ${parameter.name}=${value}${meaning}`;
      }),
    ])
    .join("\n");
}

function formatReports({ reports, index }: ReportSummary): string {
  const lines = reports.map(
    ({ path, bytes, charts }) =>
      `${placeOf(path)}  ${charts} charts, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  return [...lines, formatIndex(index)].join("\n");
}

function formatIndex({ path, reports }: WrittenIndex): string {
  return `${placeOf(path)}  lists ${reports} ${reports === 1 ? "report" : "reports"}`;
}

/** Short where it lies below the working folder. */
function placeOf(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith("..") ? path : shown;
}
