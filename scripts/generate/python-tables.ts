import type { ColumnDefinition, TableDefinition } from "../../src/lib/tables/definition";

/** As ruff is set in pyproject.toml. */
const lineLength = 100;

/** The jobs' module `tables.py`, laid out as `ruff format` would. */
export function pythonTables(definitions: readonly TableDefinition[]): string {
  const ofEtl = definitions.filter(({ writtenBy }) => writtenBy === "github_events_etl");
  return [
    header,
    ...definitions.map(pythonTable),
    `#: The tables that the job github_events_etl makes.\nTABLES = (\n${constants(ofEtl)})\n`,
    `#: Every table, that of the maintenance too.\nALL_TABLES = (\n${constants(definitions)})\n`,
  ].join("\n");
}

const header = `"""The tables of the lake, from which the jobs create and widen them.

Written by \`\`npm run generate\`\` from src/lib/tables: change them there.

Times are \`\`timestamp_ntz\`\` in UTC: Athena's own DDL knows only Iceberg timestamps without a zone,
and its date functions (\`\`date_diff\`\`, \`\`date_trunc\`\`, \`\`day\`\`) take them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    comment: str
    #: Whether no row is without it.
    required: bool = False
    #: The field of the message it is taken from as it is; None where code makes it.
    payload: str | None = None


@dataclass(frozen=True)
class Table:
    """An Iceberg table of the database: its columns, its partitions and what makes a row unique."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    #: What makes a row unique; empty for a log, whose rows are only added.
    key: tuple[str, ...]
    partitioned_by: tuple[str, ...] = field(default=())

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

`;

function pythonTable(table: TableDefinition): string {
  const fields = [
    `    name=${quote(table.name)},\n`,
    `    comment=${quote(table.comment)},\n`,
    `    key=${tuple(table.key)},\n`,
    ...(table.partitionedBy.length === 0
      ? []
      : [`    partitioned_by=${tuple(table.partitionedBy)},\n`]),
    `    columns=(\n${Object.entries(table.columns).map(pythonColumn).join("")}    ),\n`,
  ];
  return `${constant(table)} = Table(\n${fields.join("")})\n`;
}

function pythonColumn([name, column]: [string, ColumnDefinition]): string {
  const rest = [
    ...(column.required === true ? ["required=True"] : []),
    ...(column.payload === undefined ? [] : [`payload=${quote(column.payload)}`]),
  ];
  const positional = [quote(name), quote(column.type)];
  const indent = " ".repeat(8);
  const line = `${indent}Column(${[...positional, quote(column.comment), ...rest].join(", ")}),\n`;
  if (line.length <= lineLength + 1) return line;
  const inner = " ".repeat(12);
  const oneLine = `${inner}${[...positional, quote(column.comment), ...rest].join(", ")}\n`;
  if (oneLine.length <= lineLength + 1) return `${indent}Column(\n${oneLine}${indent}),\n`;
  const comment = brokenText(column.comment, lineLength - inner.length - 3);
  const lines = [...positional.map((text) => `${text},`), ...comment, ...rest.map((x) => `${x},`)];
  return `${indent}Column(\n${lines.map((text) => `${inner}${text}\n`).join("")}${indent}),\n`;
}

/** A long text as neighbouring literals, which Python joins. */
function brokenText(text: string, width: number): string[] {
  const parts: string[] = [];
  for (const word of text.match(/\S+\s*/g) ?? []) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + word.length <= width) {
      parts[parts.length - 1] = last + word;
    } else {
      parts.push(word);
    }
  }
  return parts.map((part, at) => `${quote(part)}${at === parts.length - 1 ? "," : ""}`);
}

/** A literal, in ASCII as in JSON. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function tuple(names: readonly string[]): string {
  return `(${names.map(quote).join(", ")}${names.length === 1 ? "," : ""})`;
}

function constant(table: TableDefinition): string {
  return table.name.toUpperCase();
}

function constants(definitions: readonly TableDefinition[]): string {
  return definitions.map((table) => `    ${constant(table)},\n`).join("");
}
