import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AnalyseOptions } from "../../../src/lib/analyses/analysis";
import { analyses, findAnalysis } from "../../../src/lib/analyses";
import { leadersOf } from "../../../src/lib/analyses/leaders";
import { checkParameters } from "../../../src/lib/analyses/parameters";
import { WorkbenchError } from "../../../src/lib/errors";
import { answer } from "./answer";
import {
  commitRows,
  contributorRows,
  coverageRows,
  forkRows,
  frequencyRows,
  repositoryResolutionRows,
  repositoryRows,
  resolutionRows,
  resolutionTimeRows,
  trendRows,
  weekHourRows,
} from "./sample-rows";

describe.each(analyses.map((analysis) => [analysis.name, analysis] as const))(
  "%s",
  (_, analysis) => {
    it("binds a value for each ?", () => {
      for (const days of [undefined, 7]) {
        const { sql, params } = analysis.sql({ days, limit: 20 });
        expect(sql.match(/\?/g)?.length ?? 0).toBe(params.length);
        expect(params.includes(-7)).toBe(days === 7);
      }
    });

    it("says what it asks and what it does not tell", () => {
      expect(analysis.question).toMatch(/\?$/);
      expect(analysis.caveat.length).toBeGreaterThan(30);
    });

    it("says so where there is nothing", () => {
      const empty = answer(analysis.name, []);
      expect(empty.span).toBeUndefined();
      expect(empty.chart().description).toMatch(/^No /);
    });
  },
);

describe("findings", () => {
  it.each([
    [
      "top-contributors",
      contributorRows(["me"], ["x[bot]"]),
      "Among people, me leads with 64 events; bots are behind 13\u00a0% of all events",
    ],
    [
      "top-contributors",
      contributorRows([], ["x[bot]"]),
      "Among bots, x[bot] leads with 64 events; bots are behind 13\u00a0% of all events",
    ],
    [
      "event-frequency",
      frequencyRows("hour", "2021-07-21T14:00:00Z", 3),
      "Busiest hour: from 2021-07-21 16:00 UTC, with 299 events",
    ],
    [
      "event-frequency",
      frequencyRows("hour", "2021-07-21T14:00:00Z", 30, [4, 20]),
      "Busiest hour: from 2021-07-21 18:00 UTC, with 1,035 events; 2 bars are peaks",
    ],
    [
      "repository-activity",
      repositoryRows(["a/b"]),
      "a/b is the busiest repository, with 92 events; 1,402 repositories in all",
    ],
    [
      "time-to-resolution",
      resolutionRows(),
      "The median merged pull request took 1.1 hours, the median completed issue took 1.1 days",
    ],
    [
      "resolution-by-repository",
      repositoryResolutionRows(["a/b", "c/d", "e/f"]),
      "The median pull request took from 1 hour in a/b to 3 hours in e/f",
    ],
    [
      "resolution-over-time",
      resolutionTimeRows("week", "2026-11-02T00:00:00Z", 3),
      "The median pull request took 30 minutes in the week of 2026-11-02, 1.5 hours in that of 2026-11-16",
    ],
    [
      "busiest-hours",
      weekHourRows(),
      "Most happens on Monday from 15:00 UTC: 2,048 events an hour",
    ],
    [
      "fork-activity",
      forkRows(["a/b", "c/d"]),
      "a/b was forked most, with 40 forks; 460 repositories were forked in all",
    ],
    ["commits-per-repository", commitRows(["a/b", "c/d"]), "a/b got the most commits, 300 commits"],
    [
      "contributor-trends",
      trendRows("week", "2026-11-02T00:00:00Z", 3),
      "430 contributors in the week of 2026-11-16: 324 new, 106 returning; 268 of the week before stayed away",
    ],
    [
      "contributor-trends",
      trendRows("day", "2026-11-02T00:00:00Z", 1),
      "900 contributors in the day of 2026-11-02, nothing to compare with",
    ],
    [
      "data-coverage",
      coverageRows(),
      "About 93\u00a0% of all events were captured while a capture ran",
    ],
  ])("%s", (name, rows, title) => {
    const { description } = answer(name, rows).chart();
    expect(description.slice(0, title.length + 2)).toBe(`${title}. `);
  });
});

it("each analysis is in the documentation, with its question and what it takes", () => {
  const page = readFileSync(join(__dirname, "../../../docs/topics/analyses.md"), "utf8");
  const documented = [...page.matchAll(/^\| `([a-z-]+)` *\| (.*?) *\|.*\| ([^|]*?) *\|$/gm)].map(
    ([, name, question, takes]) => [name, question, takes],
  );
  const inCode = analyses.map(({ name, question, parameters }) => [
    name,
    question,
    parameters
      .map((info) =>
        info.name === "days" && info.default !== "all" ? `days (${info.default})` : info.name,
      )
      .join(", "),
  ]);
  expect(documented).toEqual(inCode);
});

it("tells of the whole beside the rows, not in them", () => {
  const result = answer("top-contributors", contributorRows(["me"], []));
  expect(result.columns.map(({ name }) => name).filter((name) => name.startsWith("data_"))).toEqual(
    [],
  );
  expect(Object.keys(result.rows[0] ?? {})).not.toContain("data_from");
  expect(result.span).toEqual({ from: "2016-07-07T00:00:00Z", to: "2016-07-07T00:03:55Z" });
});

describe("leadersOf", () => {
  it.each([
    [[3, 2], "a"],
    [[3, 3, 1], "a and b"],
    [[3, 3, 3, 1], "a and 2 others"],
  ])("of %j", (counts, names) => {
    const rows = counts.map((events, at) => ({ name: "abcd".charAt(at), events }));
    expect(leadersOf(rows, "name", "events").names).toBe(names);
  });
});

describe("checkParameters", () => {
  const contributors = findAnalysis("top-contributors");

  it("fills in the defaults", () => {
    expect(checkParameters(contributors, {})).toEqual({ days: undefined, limit: 15 });
    expect(checkParameters(findAnalysis("event-frequency"), {})).toMatchObject({ days: 7 });
    expect(checkParameters(findAnalysis("event-frequency"), { days: "all" }).days).toBeUndefined();
  });

  it.each<[AnalyseOptions, string]>([
    [{ days: 0 }, "days is 0"],
    [{ days: 1.5 }, "days is 1.5"],
    [{ limit: -1 }, "limit is -1"],
    [{ limit: 1001 }, "limit is 1001"],
    [{ limit: NaN }, "limit is NaN"],
    [{ limits: 5 } as AnalyseOptions, "no parameter limits"],
  ])("%j is refused", (options, words) => {
    expect(() => checkParameters(contributors, options)).toThrow(words);
  });

  it("refuses what an analysis does not take", () => {
    expect(() => checkParameters(findAnalysis("event-frequency"), { limit: 5 })).toThrow(
      WorkbenchError,
    );
  });
});

it.each([
  ["top-contributers", "did you mean top-contributors?"],
  ["Repository-Activity", "did you mean repository-activity?"],
  ["quux", "the analyses are top-contributors, contributor-trends"],
  ["__proto__", "the analyses are"],
])("there is no %s, and the hint says %s", (name, hint) => {
  try {
    findAnalysis(name);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "USAGE" });
    expect((error as WorkbenchError).hint).toContain(hint);
  }
});
