import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = join(__dirname, "..", "..", "..", "docs", "topics", "local-aws.md");

/** One row of the table of calls. */
export interface CallRow {
  call: string;
  /** Clients whose tests make the call. */
  clients: string[];
}

/** The table of Athena's calls in docs/topics/local-aws.md. */
export function readCallTable(): CallRow[] {
  const text = readFileSync(page, "utf8");
  const section = text.slice(text.indexOf("\n### Calls"), text.indexOf("\n### Statements"));
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const cells = line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim());
      const clients = (cells.at(-1) ?? "").split(",").map((name) => name.trim());
      return { call: (cells[0] ?? "").replaceAll("`", ""), clients };
    });
}
