import { afterEach, describe, expect, it } from "vitest";
import { formatCsvRow } from "../../../src/lib/athena/csv-rows";
import { runQuery } from "../../../src/lib/athena/query";
import { systemEffects } from "../../../src/lib/effects";
import { execution, type FakeAthena, type FakeObject, page, startFakeAthena } from "./fake-athena";

let fake: FakeAthena | undefined;
afterEach(() => fake?.close());

const columns = [
  ["n", "bigint"],
  ["name", "varchar"],
] as const;
const header = ["n", "name"];
const rows = Array.from({ length: 2500 }, (_, n): [string, string | null] => [
  String(n),
  [null, "", 'say "x",\né'][n % 3] ?? null,
]);
const whole = [header, ...rows].map(formatCsvRow).join("");
const values = rows.map(([n, name]) => ({ n: Number(n), name }));
const location = "s3://bucket/athena/q-1.csv";

/** Asks for the rows of a result whose file is as given; tells how they were read. */
async function read(
  file: FakeObject | undefined,
  more: Record<string, unknown> = {},
): Promise<{ rows: unknown; objects: number; pages: number; notes: string[] }> {
  const all = [header, ...rows];
  fake = await startFakeAthena(
    (operation, { NextToken: token }) => {
      if (operation === "StartQueryExecution") return { QueryExecutionId: "q-1" };
      if (operation === "GetQueryExecution") {
        const ResultConfiguration = { OutputLocation: location };
        return execution("SUCCEEDED", undefined, { ResultConfiguration, ...more });
      }
      const from = Number(token ?? 0);
      const next = from + 1000 < all.length ? String(from + 1000) : undefined;
      return page(columns, all.slice(from, from + 1000), next);
    },
    file === undefined ? {} : { "/bucket/athena/q-1.csv": file },
  );
  const notes: string[] = [];
  const logger = {
    debug: () => undefined,
    info: (text: string) => notes.push(text),
    warn: (text: string) => notes.push(text),
  };
  const effects = systemEffects({ sleep: () => Promise.resolve(), logger });
  const result = await runQuery(fake.settings, "SELECT 1", {}, effects);
  const asked = (name: string): number =>
    fake?.calls.filter(({ operation }) => operation === name).length ?? 0;
  return {
    rows: result.rows,
    objects: asked("GetObject"),
    pages: asked("GetQueryResults"),
    notes,
  };
}

describe("the rows of a large result", () => {
  it("come from the result's file", async () => {
    const { notes, ...seen } = await read({ text: whole });
    expect(seen).toEqual({ rows: values, objects: 1, pages: 1 });
    expect(notes).toEqual([]);
  });

  const other = whole.replace('"n"', '"m"');
  it.each<[why: string, file: FakeObject | undefined, words: RegExp]>([
    ["it is closed to the caller", undefined, /Access Denied/],
    ["the connection breaks", { text: whole, breaksAfter: 20_000 }, /aborted|ECONNRESET|bytes/],
    ["it ends within a row", { text: whole.slice(0, -3) }, /within a row/],
    ["it is another result's", { text: other }, /other rows/],
    ["it holds fewer rows", { text: formatCsvRow(header) }, /fewer rows/],
    ["a row lacks a value", { text: `${whole}"1"\n` }, /1 values, not 2/],
    ["it is of another form", { text: `${whole}x,y\n` }, /without quotes/],
  ])("come in pages where %s, each row once", async (_, file, words) => {
    const { notes, ...seen } = await read(file);
    expect(seen).toEqual({ rows: values, objects: 1, pages: 3 });
    expect(notes).toEqual([expect.stringMatching(words)]);
  });

  it.each<[why: string, more: Record<string, unknown>]>([
    ["has no file", { ResultConfiguration: {} }],
    ["went to no CSV", { ResultConfiguration: { OutputLocation: "s3://bucket/athena/q-1.txt" } }],
    [
      "is encrypted by its client",
      {
        ResultConfiguration: {
          OutputLocation: location,
          EncryptionConfiguration: { EncryptionOption: "CSE_KMS" },
        },
      },
    ],
  ])("come in pages where the result %s, and S3 is not asked", async (_, more) => {
    const { notes, ...seen } = await read({ text: whole }, more);
    expect(seen).toEqual({ rows: values, objects: 0, pages: 3 });
    expect(notes).toEqual([]);
  });
});
