import { describe, expect, expectTypeOf, it } from "vitest";
import { readRows } from "../../../src/lib/tables/read-rows";
import type { RowOfTable } from "../../../src/lib/tables";

const columns = [
  { name: "repo", type: "varchar" },
  { name: "commits", type: "bigint" },
  { name: "created_at", type: "timestamp(6)" },
];
const row = { repo: "octo/cat", commits: null, created_at: "2026-11-24T00:00:00Z" };

describe("readRows", () => {
  it("gives the columns asked for, typed by the table", () => {
    const result = { columns, rows: [{ ...row, other: 1 }] };
    const read = readRows("github_events", result, ["repo", "commits", "created_at"]);
    expect(read).toEqual([row]);
    expectTypeOf(read).toEqualTypeOf<
      Pick<RowOfTable<"github_events">, "repo" | "commits" | "created_at">[]
    >();
    expectTypeOf<RowOfTable<"github_events">["repo"]>().toEqualTypeOf<string>();
    expectTypeOf<RowOfTable<"github_events">["commits"]>().toEqualTypeOf<number | bigint | null>();
    expectTypeOf<RowOfTable<"github_events">["merged"]>().toEqualTypeOf<boolean | null>();
    expectTypeOf<RowOfTable<"coverage">["estimated"]>().toEqualTypeOf<number>();
    // @ts-expect-error the table has no such column
    expect(() => readRows("github_events", result, ["stars"])).toThrow();
  });

  it.each([
    ["missing", columns.slice(1), row, "github_events.repo is not in the result, not varchar"],
    [
      "of another type",
      [{ name: "repo", type: "bigint" }],
      { repo: 1 },
      "github_events.repo is bigint in the result, not varchar",
    ],
    ["null", columns, { ...row, repo: null }, "github_events.repo is null in the result"],
  ])("refuses a column that is %s", (_what, had, only, message) => {
    expect(() => readRows("github_events", { columns: had, rows: [only] }, ["repo"])).toThrow(
      message,
    );
  });
});
