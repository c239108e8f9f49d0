import { describe, expect, it } from "vitest";
import { makeFrame } from "../../../src/lib/notebook/frames";
import { bundleOf } from "../../../src/lib/notebook/display";

const columns = [
  { name: "repo", type: "varchar" },
  { name: "events", type: "bigint" },
  { name: "share", type: "double" },
  { name: "merged", type: "boolean" },
  { name: "labels", type: "array" },
];

describe("makeFrame", () => {
  it("takes the types from the query, not from the values", () => {
    const frame = makeFrame(columns, [
      { repo: "007", events: 1, share: null, merged: null, labels: ["a"] },
      { repo: null, events: null, share: 0.5, merged: true, labels: null },
    ]);
    expect(frame.dtypes).toEqual(["string", "int32", "float32", "boolean", "string"]);
    expect(frame.values).toEqual([
      ["007", 1, NaN, null, '["a"]'],
      [null, NaN, 0.5, true, null],
    ]);
  });

  it("keeps columns and types of an empty result", () => {
    const frame = makeFrame(columns, []);
    expect(frame.shape).toEqual([0, 5]);
    expect(frame.columns).toEqual(columns.map(({ name }) => name));
    expect(frame.dtypes).toHaveLength(5);
    expect(bundleOf(frame)["text/plain"]).toContain("0 rows × 5 columns");
  });

  it("leaves missing numbers out of a mean, where danfojs would count a null as one", () => {
    const frame = makeFrame(columns.slice(0, 2), [
      { repo: "a", events: 1 },
      { repo: "b", events: null },
      { repo: "c", events: 3 },
    ]);
    expect(frame.column("events").mean()).toBe(2);
    expect(() => frame.describe()).not.toThrow();
  });

  it("keeps a bigint beyond 2^53 exact, as text", () => {
    const frame = makeFrame([{ name: "id", type: "bigint" }], [{ id: 1 }, { id: 2n ** 60n }]);
    expect(frame.values).toEqual([["1"], ["1152921504606846976"]]);
  });

  it.each(["index", "values", "columns", "shape", "$data", "__proto__", "copy"])(
    "survives a column called %s",
    (name) => {
      const row = Object.fromEntries([[name, 1]]);
      const frame = makeFrame([{ name, type: "bigint" }], [row]);
      expect(frame.columns).toEqual([`${name}_`]);
      expect(frame.shape).toEqual([1, 1]);
      expect(frame.values).toEqual([[1]]);
    },
  );

  it("refuses a column that is there twice", () => {
    const twice = [columns[0], columns[0]].filter((column) => column !== undefined);
    expect(() => makeFrame(twice, [])).toThrow(/twice/);
  });
});

it("a frame shows as a table with its shape", () => {
  const frame = makeFrame(columns.slice(0, 2), [{ repo: "<b>x</b>", events: 1 }]);
  const bundle = bundleOf(frame);
  expect(bundle["text/html"]).toContain("&lt;b&gt;x&lt;/b&gt;");
  expect(bundle["text/plain"]).toContain("1 row × 2 columns");
});
