import { mkdir, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import type { Command } from "commander";
import { analyse, type AnalyseOptions, type AnalysisResult } from "../../lib/analyses/analyse";
import { analyses, findAnalysis } from "../../lib/analyses";
import type { Chart } from "../../lib/charts/chart";
import type { Effects } from "../../lib/effects";
import { describeError, WorkbenchError } from "../../lib/errors";
import type { CliContext } from "../context";
import { addLimitFlags, type LimitFlags, readLimits } from "./query-limits";
import { csvTexts, tellGuarded } from "../format/csv";
import { checkFormat, formatResult, summarizeAnalysis, writeCsv } from "../format/result";

interface AnalyseFlags extends LimitFlags {
  days?: string;
  limit?: string;
  repo?: string;
  login?: string;
  format: string;
  exactTexts?: boolean;
  chart?: string;
  list?: boolean;
  json?: boolean;
}

/** `workbench analyse`: a named question, its answer and its chart. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("analyse")
    .description("answers a named question; --list shows them")
    .argument("[name]", "the analysis, such as repository-activity")
    .option("--days <n>", "only this many days back from the newest event, or all")
    .option("--limit <n>", "how many lines at the most")
    .option("--repo <owner/name>", "only this repository")
    .option("--login <name>", "only this contributor")
    .option("--format <format>", "table, json (an array of rows) or csv", "table")
    .option(
      "--exact-texts",
      "csv: leave texts as they are that a spreadsheet would run as formulas",
    )
    .option("--chart <file>", "write the chart too: FILE.svg, .png, .html or .json (Vega-Lite)");
  addLimitFlags(command)
    .option("--list", "list the analyses with their parameters")
    .option("--json", "print name, rows, columns, bytes scanned and cost as one JSON object")
    .action(async (name: string | undefined, flags: AnalyseFlags) => {
      if (flags.list === true) {
        await context.run(flags, () => Promise.resolve(listed()), formatList);
        return;
      }
      await context.run(
        flags,
        (effects) => run(context, name, flags, effects),
        (result) => (typeof result === "string" ? result : undefined),
      );
    });
}

async function run(
  context: CliContext,
  name: string | undefined,
  flags: AnalyseFlags,
  effects: Effects,
): Promise<string | ReturnType<typeof summarizeAnalysis>> {
  if (name === undefined) {
    throw new WorkbenchError("USAGE", "analyse needs the name of an analysis", {
      hint: `one of ${analyses.map((analysis) => analysis.name).join(", ")}`,
    });
  }
  const format = checkFormat(flags.format, flags.json);
  // Before the query runs and costs: everything that may be wrong with the call.
  const write = flags.chart === undefined ? undefined : chartWriter(flags.chart);
  findAnalysis(name);
  const result = await analyse(context.settings(), name, readOptions(flags), effects);
  if (write !== undefined) await write(result.chart());
  if (flags.json === true) return summarizeAnalysis(result);
  effects.logger.info(result.finding);
  effects.logger.info(result.summary);
  effects.logger.info(`note: ${result.caveat}`);
  if (result.rows.length === 0) effects.logger.info(emptyWords(result));
  if (format !== "csv") return formatResult(result, format);
  const pages = { columns: result.columns, pages: [result.rows] };
  const { guarded } = await writeCsv(context, pages, csvTexts(flags));
  tellGuarded(guarded, effects);
  return "";
}

function readOptions({ days, limit, repo, login, ...flags }: AnalyseFlags): AnalyseOptions {
  const options: AnalyseOptions = { ...readLimits(flags), repo, login };
  if (days !== undefined) options.days = days === "all" ? days : readWhole("--days", days);
  if (limit !== undefined) options.limit = readWhole("--limit", limit);
  return options;
}

function readWhole(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new WorkbenchError("USAGE", `${flag} is ${JSON.stringify(text)}`, {
    hint: "give a whole number",
  });
}

function emptyWords(result: AnalysisResult): string {
  return `no rows: there is nothing yet to answer "${result.question}" from (npx workbench run brings data)`;
}

/**
 * What writes a chart to a file of that name.
 *
 * @throws {@link WorkbenchError} code USAGE for an ending that is none of ours
 */
export function chartWriter(file: string): (chart: Chart) => Promise<void> {
  const forms: Readonly<Record<string, (chart: Chart) => Promise<string | Uint8Array>>> = {
    ".svg": (chart) => chart.toSvg(),
    ".png": (chart) => chart.toPng(),
    ".html": (chart) => chart.toHtml(),
    ".json": (chart) => Promise.resolve(`${JSON.stringify(chart.spec, undefined, 2)}\n`),
  };
  const form = forms[extname(file).toLowerCase()];
  if (form === undefined) {
    throw new WorkbenchError("USAGE", `--chart is ${JSON.stringify(file)}`, {
      hint: `give a file that ends in ${Object.keys(forms).join(", ")}`,
    });
  }
  return async (chart) => {
    const content = await form(chart);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    } catch (error) {
      throw new WorkbenchError(
        "BAD_INPUT",
        `the chart cannot be written: ${describeError(error)}`,
        {
          hint: "give --chart a file that can be written",
          cause: error,
        },
      );
    }
  };
}

interface ListedAnalysis {
  name: string;
  question: string;
  parameters: readonly { name: string; meaning: string; default: number | "all" }[];
}

function listed(): { analyses: ListedAnalysis[] } {
  return {
    analyses: analyses.map(({ name, question, parameters }) => ({ name, question, parameters })),
  };
}

function formatList(list: { analyses: readonly ListedAnalysis[] }): string {
  const width = Math.max(...list.analyses.map(({ name }) => name.length));
  return list.analyses
    .flatMap(({ name, question, parameters }) => [
      `${name.padEnd(width)}  ${question}`,
      ...parameters.map(
        (info) =>
          `${" ".repeat(width)}    --${info.name} N: ${info.meaning} (default ${info.default})`,
      ),
    ])
    .join("\n");
}
