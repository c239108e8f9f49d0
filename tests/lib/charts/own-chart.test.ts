import { describe, expect, it } from "vitest";
import { makeChart } from "../../../src/lib/charts/own-chart";

const rows = [
  { repo: "a/b", events: 3n },
  { repo: "c/d", events: 5 },
];
const bars = {
  mark: "bar",
  encoding: {
    x: { field: "events", type: "quantitative" },
    y: { field: "repo", type: "nominal" },
  },
};

describe("a chart of one's own", () => {
  it("has the theme, the words and the rows, bigints as numbers", async () => {
    const chart = makeChart({ rows }, bars, { title: "Two repositories" });
    expect(chart.spec["data"]).toEqual({
      values: [
        { repo: "a/b", events: 3 },
        { repo: "c/d", events: 5 },
      ],
    });
    expect(chart.description).toBe("Two repositories. Bar chart. 2 rows.");
    const svg = await chart.toSvg();
    for (const words of ["Two repositories", "2 rows", "c/d"]) expect(svg).toContain(words);
  });

  it("brings the SQL of its rows to its page", async () => {
    const page = await makeChart({ rows, sql: "SELECT '<b>'" }, bars, { title: "T" }).toHtml();
    expect(page).toContain("SELECT &#39;&lt;b&gt;&#39;");
  });

  it("may be of layers, and empty", async () => {
    const layers = { layer: [bars, { ...bars, mark: "text" }] };
    expect(await makeChart({ rows: [] }, layers, { title: "None yet" }).toSvg()).toContain(
      "None yet",
    );
  });

  it.each([
    ["data of its own", { rows }, { ...bars, data: { url: "https://example.com" } }, /data/],
    [
      "more rows than can be read",
      { rows: Array.from({ length: 5001 }, () => ({})) },
      bars,
      /5,001/,
    ],
  ])("refuses %s", (_what, data, spec, message) => {
    expect(() => makeChart(data, spec, { title: "T" })).toThrow(message);
  });
});
