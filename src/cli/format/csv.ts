import type { Column, Row } from "../../lib/athena/values";
import type { Effects } from "../../lib/effects";
import { type CsvTexts, formatCsvLine } from "../../lib/frames/csv";

/** Writes the lines of a CSV, and counts what it changed. */
export interface CsvLines {
  /** The first line: the columns' names. */
  header(): string;
  row(row: Row): string;
  /** How many texts have a `'` before them that they had not. */
  readonly guarded: number;
}

/**
 * The lines of a CSV of these columns.
 *
 * @param texts - `guarded`: texts that a spreadsheet would run get a `'` before them
 */
export function csvLines(columns: readonly Column[], texts: CsvTexts): CsvLines {
  let guarded = 0;
  return {
    header: () => {
      const names = columns.map(({ name }) => name);
      return formatCsvLine(names, texts);
    },
    row: (row) => {
      const values = columns.map(({ name }) => row[name]);
      return formatCsvLine(values, texts, () => (guarded += 1));
    },
    get guarded() {
      return guarded;
    },
  };
}

/** What `--exact-texts` asks for. */
export function csvTexts(flags: { exactTexts?: boolean }): CsvTexts {
  return flags.exactTexts === true ? "exact" : "guarded";
}

/** Says of a CSV that it is not the data as it is, where it is not. */
export function tellGuarded(count: number, { logger }: Pick<Effects, "logger">): void {
  if (count === 0) return;
  const begin = count === 1 ? "text begins" : "texts begin";
  logger.info(
    `${count.toLocaleString("en-US")} ${begin} as a formula does and got a ' in front, for spreadsheets; --exact-texts leaves them as they are`,
  );
}
