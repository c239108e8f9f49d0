import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeFrame } from "../../../src/lib/frames/describe-frame";
import { fillMissing } from "../../../src/lib/frames/fill-missing";
import { isMissing } from "../../../src/lib/frames/frame-data";
import { type Aggregate, groupFrame } from "../../../src/lib/frames/group-frame";
import { sortFrame } from "../../../src/lib/frames/sort-frame";
import { makeFrame } from "../../../src/lib/notebook/frames";
import { hostileNames } from "../analyses/sample-rows";

const columns = [
  { name: "repo", type: "varchar" },
  { name: "type", type: "varchar" },
  { name: "commits", type: "bigint" },
  { name: "merged", type: "boolean" },
];
const frame = makeFrame(columns, [
  { repo: "a/b", type: "Push", commits: 3, merged: null },
  { repo: "a/b", type: "Fork", commits: null, merged: true },
  { repo: null, type: "Push", commits: 1, merged: false },
  { repo: "a/b", type: "Push", commits: 5, merged: true },
  { repo: null, type: "Push", commits: null, merged: null },
]);

describe("groupFrame", () => {
  it.each<[string, Aggregate, unknown[]]>([
    ["count", "count", [2, 1, 2]],
    ["values", ["count", "commits"], [2, 0, 1]],
    ["distinct", ["distinct", "commits"], [2, 0, 1]],
    ["sum", ["sum", "commits"], [8, 0, 1]],
    ["mean", ["mean", "commits"], [4, NaN, 1]],
    ["median", ["median", "commits"], [4, NaN, 1]],
    ["std", ["std", "commits"], [Math.SQRT2, NaN, NaN]],
    ["min", ["min", "commits"], [3, NaN, 1]],
    ["max", ["max", "commits"], [5, NaN, 1]],
    ["first", ["first", "merged"], [true, true, false]],
    ["max of a truth", ["max", "merged"], [true, true, false]],
    ["min of a text", ["min", "repo"], ["a/b", "a/b", null]],
  ])("%s of each group, a missing key a group of its own", (_, aggregate, expected) => {
    const grouped = groupFrame(frame, ["repo", "type"], { it: aggregate });
    expect(grouped.values).toEqual([
      ["a/b", "Push", expected[0]],
      ["a/b", "Fork", expected[1]],
      [null, "Push", expected[2]],
    ]);
  });

  it("keeps groups apart whatever the keys hold, and names that would break a frame", () => {
    const rows = hostileNames.flatMap((repo) => hostileNames.map((type) => ({ repo, type })));
    const hostile = makeFrame(columns.slice(0, 2), [...rows, ...rows]);
    const grouped = groupFrame(hostile, ["repo", "type"], { values: "count" });
    expect(grouped.columns).toEqual(["repo", "type", "values_"]);
    expect(grouped.shape[0]).toBe(rows.length);
    expect(grouped.column("values_").unique().values).toEqual([2]);
  });

  it("agrees with counting by hand", () => {
    const value = fc.record({
      repo: fc.constantFrom("a", "a-b", "b", null),
      commits: fc.option(fc.integer()),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (rows) => {
        const made = makeFrame(
          [columns[0], columns[2]].filter((one) => one !== undefined),
          rows,
        );
        const grouped = groupFrame(made, "repo", { rows: "count", total: ["sum", "commits"] });
        for (const [repo, count, total] of grouped.values as [string | null, number, number][]) {
          const own = rows.filter((row) => row.repo === repo);
          expect(count).toBe(own.length);
          expect(total).toBe(own.reduce((sum, row) => sum + (row.commits ?? 0), 0));
        }
        expect(grouped.shape[0]).toBe(new Set(rows.map((row) => row.repo)).size);
      }),
      { numRuns: 50 },
    );
  });

  it("groups an empty frame into an empty one, and all rows without a key", () => {
    const empty = groupFrame(makeFrame(columns, []), "repo", { n: "count" });
    expect([empty.columns, empty.shape]).toEqual([
      ["repo", "n"],
      [0, 2],
    ]);
    expect(groupFrame(frame, [], { n: "count" }).values).toEqual([[5]]);
  });

  it.each<[Record<string, Aggregate>, RegExp]>([
    [{ n: ["sum", "repo"] }, /sum takes numbers, repo is string/],
    [{ n: ["sum", "commit"] }, /no column "commit"/],
    [{ n: ["average", "commits"] as unknown as Aggregate }, /no measure "average"/],
    [{ repo: "count" }, /twice/],
  ])("%j is refused", (aggregates, words) => {
    expect(() => groupFrame(frame, "repo", aggregates)).toThrow(words);
  });
});

describe("sortFrame", () => {
  it("sorts by several columns, missing last, equal rows in their order", () => {
    const sorted = sortFrame(frame, ["type", { column: "repo", order: "desc" }]);
    expect(sorted.column("commits").values).toEqual([NaN, 3, 5, 1, NaN]);
    expect(sorted.index).toEqual([0, 1, 2, 3, 4]);
    expect(frame.column("commits").values).toEqual([3, NaN, 1, 5, NaN]);
  });

  it("sorts texts the same on every machine", () => {
    const texts = makeFrame(
      columns.slice(0, 1),
      ["b", "Ä", "a", "B", "10", "9"].map((repo) => ({ repo })),
    );
    expect(sortFrame(texts, "repo").column("repo").values).toEqual(["10", "9", "B", "a", "b", "Ä"]);
  });

  it("refuses a column that is not there", () => {
    expect(() => sortFrame(frame, "events")).toThrow(/no column "events"/);
  });
});

describe("describeFrame", () => {
  it("tells of each column, times and empty ones too", () => {
    const made = makeFrame(
      [
        { name: "at", type: "timestamp" },
        { name: "n", type: "double" },
        { name: "none", type: "varchar" },
      ],
      [4, 1, 2, 3].map((n) => ({ at: `2026-11-0${n}T00:00:00Z`, n, none: null })),
    );
    expect(describeFrame(made).values).toEqual([
      [
        "at",
        "string",
        4,
        0,
        4,
        "2026-11-01T00:00:00Z",
        "2026-11-04T00:00:00Z",
        NaN,
        NaN,
        NaN,
        NaN,
        NaN,
      ],
      ["n", "float32", 4, 0, 4, "1", "4", 2.5, Math.sqrt(5 / 3), 1.75, 2.5, 3.25],
      ["none", "string", 0, 4, 0, null, null, NaN, NaN, NaN, NaN, NaN],
    ]);
    expect(describeFrame(makeFrame(columns, [])).shape).toEqual([4, 12]);
  });
});

describe("fillMissing", () => {
  it("fills the columns named, and no other", () => {
    const filled = fillMissing(frame, { commits: 0, repo: "?" });
    expect(filled.column("commits").values).toEqual([3, 0, 1, 5, 0]);
    expect(filled.column("repo").values).toEqual(["a/b", "a/b", "?", "a/b", "?"]);
    expect(filled.column("merged").values.filter(isMissing)).toHaveLength(2);
  });

  it.each([
    [{ commits: "0" }, /commits cannot be filled with "0"/],
    [{ repo: 0 }, /repo cannot be filled with 0/],
    [{ commit: 0 }, /no column "commit"/],
  ])("%j is refused", (values, words) => {
    expect(() => fillMissing(frame, values as Record<string, number>)).toThrow(words);
  });
});
