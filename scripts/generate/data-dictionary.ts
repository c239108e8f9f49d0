import { format } from "prettier";
import {
  athenaTypes,
  type ColumnDefinition,
  type TableDefinition,
} from "../../src/lib/tables/definition";

/** The page docs/topics/data-dictionary.md. */
export async function dataDictionary(definitions: readonly TableDefinition[]): Promise<string> {
  const page = [introduction, ...definitions.map(chapter)].join("\n\n");
  return format(page, { parser: "markdown", printWidth: 100 });
}

const introduction = `<!-- Written by \`npm run generate\` from src/lib/tables: change it there. -->

# Data dictionary

Every table of a dataset's database (\`github_events\`, or \`demo_events\` for invented events), as Athena shows it.
[The lake](lake.md) says how the rows come about.

- Times are \`timestamp\` without a zone, in UTC.
- What the events do not say is null; nothing is guessed. **Never null** stands where the job writes no row without
  a value.
- The same words stand beside the columns in the catalog. There, the length of a comment ends at 255 characters.
- **Field**: the column is this field of the [message](lake.md) as it is.

The tables are defined once, in \`src/lib/tables\`. The Glue jobs' \`glue/tables.py\`, the types of rows in TypeScript
(\`readRows\`, \`RowOfTable\`) and this page follow from there. To add a column: one entry there, at the end of its table,
then \`npm run generate\`. The next job run adds it to tables that exist; rows that are there already have null in it.
A column that is a field of the payload needs nothing else than its path (\`payload: "payload.push_id"\`).`;

function chapter(table: TableDefinition): string {
  const hasField = Object.values(table.columns).some(({ payload }) => payload !== undefined);
  const head = ["Column", "Type", "Never null", ...(hasField ? ["Field"] : []), "Meaning"];
  const rows = Object.entries(table.columns).map(([name, column]) => row(name, column, hasField));
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `## ${table.name}\n\n${table.comment} ${facts(table)}\n\n${lines.join("\n")}`;
}

function facts({ key, partitionedBy, writtenBy }: TableDefinition): string {
  const unique =
    key.length === 0
      ? "A log: rows are only added."
      : `Unique on ${key.map((name) => `\`${name}\``).join(", ")}.`;
  const partitions =
    partitionedBy.length === 0
      ? "Not partitioned."
      : `Partitioned by ${partitionedBy.map(partitionWords).join(" and by ")}: name ${partitionedBy.length === 1 ? "it" : "them"} in WHERE, and less is scanned.`;
  return `${unique} ${partitions} Written by the job \`${writtenBy}\`.`;
}

/** `days(created_at)` in words. */
function partitionWords(transform: string): string {
  const [, unit, column] = /^(\w+)s\((\w+)\)$/.exec(transform) ?? [];
  return unit === undefined ? `\`${transform}\`` : `${unit} of \`${column ?? ""}\``;
}

function row(name: string, column: ColumnDefinition, hasField: boolean): string[] {
  return [
    `\`${name}\``,
    athenaTypes[column.type],
    column.required === true ? "yes" : "",
    ...(hasField ? [column.payload === undefined ? "" : `\`${column.payload}\``] : []),
    escapeMarkdown(column.comment),
  ];
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[|[\]<>*]/g, String.raw`\$&`);
}
