import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../../scripts/generate/files";
import { defineTable, type TableDefinition } from "../../../src/lib/tables/definition";
import { tables } from "../../../src/lib/tables";

const definitions: TableDefinition[] = Object.values(tables);
const checkout = join(__dirname, "..", "..", "..");

describe.each(definitions.map((table) => [table.name, table] as const))("%s", (name, table) => {
  it("goes by its own name", () => {
    expect(Object.entries(tables).find(([, other]) => other === table)?.[0]).toBe(name);
  });

  it("has a key of columns that are never null", () => {
    for (const column of table.key) expect(table.columns[column]?.required, column).toBe(true);
  });

  it("is partitioned by columns of its own", () => {
    for (const transform of table.partitionedBy) {
      const column = /\((\w+)\)/.exec(transform)?.[1] ?? transform;
      expect(Object.keys(table.columns)).toContain(column);
    }
  });

  // https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html#aws-glue-api-catalog-tables-Column
  it("has comments that the Glue catalog takes", () => {
    for (const [column, { comment }] of Object.entries(table.columns)) {
      expect(comment.length, column).toBeLessThanOrEqual(255);
      expect(comment, column).toMatch(/^[\x20-\x7e]+$/);
    }
  });
});

it("takes fields of the message in github_events only, since no other table's job reads them", () => {
  for (const { name, columns } of definitions) {
    if (name === "github_events") continue;
    for (const column of Object.values(columns)) expect(column.payload, name).toBeUndefined();
  }
});

it.each(["glue/tables.py", "docs/topics/data-dictionary.md"])(
  "%s is current (else: npm run generate)",
  async (path) => {
    const generated = (await generatedFiles()).find((file) => file.path === path);
    expect(readFileSync(join(checkout, path), "utf8")).toBe(generated?.text);
  },
);

it("brings a column that is added to the job and to the dictionary", async () => {
  const table = defineTable({
    name: "trial",
    comment: "One row a trial.",
    key: ["id"],
    partitionedBy: ["days(at)"],
    writtenBy: "github_events_etl",
    columns: {
      id: { type: "string", required: true, comment: 'an "id"' },
      at: { type: "timestamp_ntz", required: true, comment: "when | where" },
      push_id: { type: "bigint", comment: "x".repeat(60), payload: "payload.push_id" },
    },
  });
  const [python, page] = await generatedFiles([table]);
  expect(python?.text).toContain(`TRIAL = Table(
    name="trial",
    comment="One row a trial.",
    key=("id",),
    partitioned_by=("days(at)",),
    columns=(
        Column("id", "string", "an \\"id\\"", required=True),
        Column("at", "timestamp_ntz", "when | where", required=True),
        Column(
            "push_id",
            "bigint",
            "${"x".repeat(60)}",
            payload="payload.push_id",
        ),
    ),
)
`);
  expect(page?.text).toContain(
    "Unique on `id`. Partitioned by day of `at`: name it in WHERE, and less is scanned.",
  );
  expect(page?.text).toMatch(/\| `push_id` +\| bigint +\| +\| `payload\.push_id` +\| x+ +\|/);
  expect(page?.text).toMatch(/\| `at` .*when \\\| where/);
});
