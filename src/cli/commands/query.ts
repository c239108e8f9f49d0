import type { Command } from "commander";
import { type QueryOptions, runQuery, type QueryResult } from "../../lib/athena/query";
import { addLimitFlags, type LimitFlags, readLimits } from "./query-limits";
import { describeQuery } from "../../lib/athena/summary";
import { streamQuery } from "../../lib/athena/stream";
import type { Effects } from "../../lib/effects";
import { readParam } from "../format/params";
import type { CsvTexts } from "../../lib/frames/csv";
import { csvTexts, tellGuarded } from "../format/csv";
import { checkFormat, formatResult, summarize, writeCsv, type Format } from "../format/result";
import type { CliContext } from "../context";

interface QueryFlags extends LimitFlags {
  format: string;
  exactTexts?: boolean;
  param: string[];
  reuse?: string;
  json?: boolean;
}

/** `workbench query`: SQL on Athena. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("query")
    .description("runs SQL on Athena and prints the rows")
    .argument(
      "<sql>",
      'such as "SELECT event_type, COUNT(*) FROM github_events GROUP BY event_type"',
    )
    .option(
      "--format <format>",
      "table, json (an array of rows) or csv (written as it comes)",
      "table",
    )
    .option(
      "--exact-texts",
      "csv: leave texts as they are that a spreadsheet would run as formulas",
    )
    .option(
      "--param <value...>",
      "values for the ? of the SQL, in order: a number, true, false, null, else text ('7' in quotes is text)",
      [],
    )
    .option(
      "--reuse <age>",
      "take the stored result of the same query where it is no older than this, such as 15m",
    );
  addLimitFlags(command)
    .option("--json", "print rows, columns, bytes scanned and cost as one JSON object")
    .action(async (sql: string, flags: QueryFlags) => {
      const summary = flags.json === true;
      await context.run(
        flags,
        async (effects) => {
          const format = checkFormat(flags.format, flags.json);
          const params = flags.param.map(readParam);
          const { reuse } = flags;
          const options = {
            params,
            ...readLimits(flags),
            ...(reuse === undefined ? {} : { reuse }),
          };
          if (format === "csv") return streamCsv(context, sql, options, csvTexts(flags), effects);
          const result = await runQuery(context.settings(), sql, options, effects);
          return summary ? summarize(result) : print(result, format, effects);
        },
        (result) => (typeof result === "string" ? result : undefined),
      );
    });
}

async function streamCsv(
  context: CliContext,
  sql: string,
  options: QueryOptions,
  texts: CsvTexts,
  effects: Effects,
): Promise<string> {
  const stream = await streamQuery(context.settings(), sql, options, effects);
  const { rows: rowCount, guarded } = await writeCsv(context, stream, texts);
  effects.logger.info(describeQuery({ ...stream, rowCount, truncated: false }));
  tellGuarded(guarded, effects);
  return "";
}

function print(result: QueryResult, format: Exclude<Format, "csv">, effects: Effects): string {
  const text = formatResult(result, format);
  effects.logger.info(result.summary);
  return text;
}
