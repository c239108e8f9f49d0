import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Chart } from "../../../src/lib/charts/chart";
import { inks } from "../../../src/lib/charts/theme";
import type { ChartSpec } from "../../../src/lib/charts/spec";
import { rankedBars } from "../../../src/lib/charts/ranked-bars";
import { timeline } from "../../../src/lib/charts/timeline";
import { answer } from "../analyses/answer";
import * as samples from "../analyses/sample-rows";

/** A chart of each kind, with data as one meets it, and with what nobody expects. */
const charts: readonly (readonly [string, () => Chart])[] = [
  [
    "people and bots",
    () => chartOf("top-contributors", samples.contributorRows(["a", "b"], ["x[bot]"])),
  ],
  [
    "hostile names",
    () => chartOf("top-contributors", samples.contributorRows(samples.hostileNames, [])),
  ],
  [
    "names of Object's own",
    () =>
      chartOf(
        "repository-activity",
        samples.repositoryRows(["constructor", "__proto__", "toString"]),
      ),
  ],
  ["one repository", () => chartOf("repository-activity", samples.repositoryRows(["a/b"]))],
  [
    "four minutes",
    () => chartOf("event-frequency", samples.frequencyRows("minute", "2016-07-07T00:00:00Z", 4)),
  ],
  [
    "three hours",
    () =>
      chartOf("event-frequency", samples.frequencyRows("10 minutes", "2021-07-21T06:00:00Z", 19)),
  ],
  [
    "a week",
    () => chartOf("event-frequency", samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 168)),
  ],
  [
    "forty days",
    () => chartOf("event-frequency", samples.frequencyRows("day", "2026-10-17T00:00:00Z", 40)),
  ],
  ["resolutions", () => chartOf("time-to-resolution", samples.resolutionRows())],
  [
    "resolutions by repository",
    () =>
      chartOf("resolution-by-repository", samples.repositoryResolutionRows(samples.hostileNames)),
  ],
  [
    "weeks of resolutions",
    () =>
      chartOf(
        "resolution-over-time",
        samples.resolutionTimeRows("week", "2026-08-03T00:00:00Z", 16),
      ),
  ],
  [
    "a month of resolutions",
    () =>
      chartOf(
        "resolution-over-time",
        samples.resolutionTimeRows("month", "2026-08-01T00:00:00Z", 1),
      ),
  ],
  ["a working week", () => chartOf("busiest-hours", samples.weekHourRows())],
  ["forks", () => chartOf("fork-activity", samples.forkRows(samples.hostileNames))],
  ["commits", () => chartOf("commits-per-repository", samples.commitRows(samples.hostileNames))],
  [
    "weeks of contributors",
    () => chartOf("contributor-trends", samples.trendRows("week", "2026-08-03T00:00:00Z", 16)),
  ],
  [
    "a day of contributors",
    () => chartOf("contributor-trends", samples.trendRows("day", "2026-11-02T00:00:00Z", 1)),
  ],
  ["two days of coverage", () => chartOf("data-coverage", samples.coverageRows())],
  ["no coverage", () => chartOf("data-coverage", [])],
  ["no hours", () => chartOf("busiest-hours", [])],
  ["no contributors", () => chartOf("top-contributors", [])],
  ["no events", () => chartOf("event-frequency", [])],
  ["no resolutions", () => chartOf("time-to-resolution", [])],
  ["no repositories", () => chartOf("repository-activity", [])],
];

function chartOf(name: string, rows: Parameters<typeof answer>[1]): Chart {
  return answer(name, rows).chart();
}

describe.each(charts)("%s", (_, make) => {
  it.each([400, 720, 1400])("is drawn %d pixels wide, without overflow", async (width) => {
    const svg = await make().toSvg({ width });
    const drawn = Number(/<svg[^>]* width="(\d+(?:\.\d+)?)"/.exec(svg)?.[1]);
    expect(drawn).toBeGreaterThan(width * 0.6);
    expect(drawn).toBeLessThanOrEqual(width + 20);
    expect(svg).not.toContain("NaN");
    expect(svg).not.toMatch(/<script|\d(e[+-]\d)</);
  });

  it("takes words and lines from the page it stands in, and keeps its own for a picture", async () => {
    const chart = make();
    const followed = (await chart.mimeBundle())["application/vnd.vegalite.v5+json"] as ChartSpec;
    const drawing = (spec: ChartSpec): string =>
      JSON.stringify(spec, (key, value: unknown) => (key === "data" ? undefined : value));
    for (const ink of Object.values(inks)) expect(drawing(followed)).not.toContain(`"${ink}"`);
    expect(drawing(followed)).toContain("currentColor");
    // Only SVG knows the page's colour: a canvas would draw it black.
    expect(followed).toMatchObject({ usermeta: { embedOptions: { renderer: "svg" } } });
    expect(drawing(chart.spec)).toContain(inks.text);
    expect(drawing(chart.spec)).toContain(inks.ground);
    expect(followed["data"]).toEqual(chart.spec["data"]);
  });

  it("has words for those who cannot see it, and plain JSON for a specification", () => {
    const { spec, description } = make();
    expect(description.length).toBeGreaterThan(40);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });
});

it("gives every form in one bundle", async () => {
  const bundle = await chartOf("top-contributors", samples.contributorRows(["a"], [])).mimeBundle();
  expect(Object.keys(bundle)).toEqual([
    "application/vnd.vegalite.v5+json",
    "image/svg+xml",
    "image/png",
    "text/plain",
  ]);
  // JupyterLab's box for a chart is as wide as the chart: one that fills its container has none.
  expect(bundle["application/vnd.vegalite.v5+json"]).toMatchObject({ width: 720 });
  expect(Buffer.from(String(bundle["image/png"]), "base64").subarray(1, 4).toString()).toBe("PNG");
  expect(bundle["text/plain"]).toMatch(
    /^Among people, a leads with 64 events; bots are behind 13\u00a0%/,
  );
});

it("tells its query, the values bound to it and its caveat, escaped", () => {
  const attack = `<img src=x onerror="alert(1)">`;
  const chart = new Chart(
    { mark: "bar", usermeta: { title: "One is most" } },
    { sql: `SELECT '${attack}' LIMIT ?`, params: [7, attack, null], caveat: attack },
  );
  expect(chart.title).toBe("One is most");
  const { "text/html": html, "text/plain": text } = chart.footnote() ?? { "text/plain": "" };
  expect(String(html).match(/<(?!\/)[a-z]+/g)).toEqual([
    "<details",
    "<summary",
    "<p",
    "<pre",
    "<p",
  ]);
  expect(html).toContain("LIMIT ?</pre>");
  expect(text).toContain(`Bound to its ? in this order: 7, ${attack}, null`);
  expect(new Chart({ mark: "bar" }).footnote()).toBeUndefined();
});

it("an analysis' chart can be asked again: the values of its query stand below it", () => {
  const chart = answer("top-contributors", samples.contributorRows(["a"], [])).chart();
  expect(chart.footnote()?.["text/plain"]).toContain("Bound to its ? in this order: 15");
});

it("tells repositories of one owner apart, however narrow", async () => {
  const repos = ["first", "other"].map((name) => `an-organisation-with-a-long-name/${name}`);
  const svg = await chartOf("repository-activity", samples.repositoryRows(repos)).toSvg({
    width: 400,
  });
  expect(svg).toMatch(/>an-organisa…[^<]*first</);
  expect(svg).toMatch(/>an-organisa…[^<]*other</);
});

it("keeps the number of values beside a long name", async () => {
  const rows = samples.repositoryResolutionRows(["an-organisation-with-a-long-name/repository"]);
  const svg = await chartOf("resolution-by-repository", rows).toSvg({ width: 400 });
  expect(svg).toMatch(/>PRs, an-[^<]*…[^<]* \(38\)</);
});

it("marks the peaks, and says what one is", async () => {
  const rows = samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 168, [33, 40]);
  const chart = chartOf("event-frequency", rows);
  expect(chart.title).toMatch(/; 2 bars are peaks$/);
  expect(chart.description).toContain("▼ peak: more than 600 (median + 3 spreads)");
  const svg = await chart.toSvg({ width: 720 });
  expect(svg.match(/aria-label="[^"]*Peak from \(UTC\): /g)).toHaveLength(2);
  const quiet = chartOf(
    "event-frequency",
    samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 9),
  );
  expect(quiet.description).toContain("no peaks: no bar has more than 600");
  const few = chartOf("event-frequency", samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 5));
  expect(few.description).not.toContain("peak");
});

it("tells the days of a week of hours", async () => {
  const rows = samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 168);
  const svg = await chartOf("event-frequency", rows).toSvg({ width: 720 });
  for (const day of [18, 19, 20, 21, 22, 23, 24]) expect(svg).toContain(`>${day} Nov<`);
});

it("keeps a legend of many thin bars", async () => {
  const rows = samples.frequencyRows("hour", "2026-11-17T05:00:00Z", 168);
  const svg = await chartOf("event-frequency", rows).toSvg();
  expect(svg).toContain(">Pull requests</text>");
});

it("writes a PNG", async () => {
  const png = await chartOf("top-contributors", samples.contributorRows(["a"], [])).toPng();
  expect(Buffer.from(png.subarray(0, 4)).toString("latin1")).toBe("\x89PNG");
});

it("says that simulated events are simulated", () => {
  const rows = samples.repositoryRows(["a/b"]);
  expect(answer("repository-activity", rows, "demo").chart().description).toContain(
    "Simulated events",
  );
  expect(answer("repository-activity", rows).chart().description).not.toContain("Simulated");
});

it("what comes from outside is never part of an expression", () => {
  const marker = "MARKER'\"";
  const { spec } = chartOf("repository-activity", samples.repositoryRows([marker]));
  const expressions: string[] = [];
  JSON.stringify(spec, (key, value: unknown) => {
    if (
      ["expr", "labelExpr", "signal", "calculate", "filter", "test", "init", "update"].includes(key)
    ) {
      expressions.push(JSON.stringify(value));
    }
    return value;
  });
  expect(expressions.length).toBeGreaterThan(3);
  expect(expressions.filter((expression) => expression.includes("MARKER"))).toEqual([]);
});

describe("toHtml", () => {
  it("holds all it needs, asks for nothing, and lets only its own scripts run", async () => {
    const rows = samples.contributorRows(samples.hostileNames, []);
    const html = await chartOf("top-contributors", rows).toHtml();
    // Booleans throughout: a failure must not print a megabyte.
    const scripts = [...html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
    expect(scripts.map(([, attributes]) => attributes)).toEqual([
      ' type="application/json"',
      ...["", "", "", ""],
    ]);
    const page = scripts.reduce((rest, [script]) => rest.replace(script, ""), html);
    expect(page).not.toMatch(/<(script|link|img|iframe)|alert\(1\)</);
    expect(page).not.toMatch(/ (src|href)=/);
    const policy = /content="(default-src [^"]*)"/.exec(page)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe-eval");
    expect(policy.match(/'sha256-/g)).toHaveLength(4);
    for (const [, , script] of scripts.slice(1)) {
      const hash = createHash("sha256")
        .update(script ?? "")
        .digest("base64");
      expect(policy.includes(`'sha256-${hash}'`)).toBe(true);
    }
    const json = scripts[0]?.[2] ?? "";
    expect(JSON.parse(json)).toMatchObject({ width: "container" });
    expect(json.includes("<")).toBe(false);
  });
});

it.each([
  [
    "bars",
    () =>
      rankedBars(
        many((at) => ({ name: `r${at}`, values: { A: 1 }, details: {} })),
        { ...words, subject: "R", series: ["A"] },
      ),
  ],
  [
    "times",
    () =>
      timeline(
        many((at) => ({
          start: new Date(at * 60_000).toISOString(),
          series: "PushEvent",
          value: 1,
        })),
        { ...words, bucket: "minute" },
      ),
  ],
])("too many %s to read are refused with advice", (_, draw) => {
  expect(draw).toThrow(/5,001 rows/);
});

const words = { title: "t", subtitle: "s", description: "d", measure: "m" };

function many<T>(make: (at: number) => T): T[] {
  return Array.from({ length: 5001 }, (_, at) => make(at));
}

it("a specification that is broken is an error, not half a picture", async () => {
  const chart = new Chart({ data: { url: "/etc/passwd" }, mark: "bar", encoding: {} });
  await expect(chart.toSvg()).rejects.toThrow(/loads nothing/);
});
