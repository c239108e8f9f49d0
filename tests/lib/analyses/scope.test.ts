import { describe, expect, it } from "vitest";
import { analyses } from "../../../src/lib/analyses";
import { narrow, scopeWords } from "../../../src/lib/analyses/scope";

const parameters = { days: 7, limit: 20 };
const narrowable = analyses.filter(({ name }) => name !== "data-coverage");

describe("an analysis narrowed", () => {
  it.each(narrowable.map((analysis) => [analysis.name, analysis] as const))(
    "%s binds a value for each ?, its own in their order",
    (name, analysis) => {
      const whole = analysis.sql(parameters);
      for (const scope of [{ repo: "o/r" }, { login: "me" }, { repo: "o/r", login: "me" }]) {
        const { sql, params } = narrow(name, whole, scope);
        expect(sql.match(/\?/g)).toHaveLength(params.length);
        expect(params.slice(-whole.params.length)).toEqual(whole.params);
        expect(sql.match(/\bWITH\b/g)).toHaveLength(1);
        // No value is pasted into the text.
        expect(sql).not.toMatch(/o\/r|'me'/);
      }
    },
  );

  it("is left alone where nothing is asked for", () => {
    const bound = { sql: "SELECT 1", params: [1] };
    expect(narrow("x", bound, { repo: undefined })).toEqual(bound);
  });

  it("asks a table whose SQL has no WITH, too", () => {
    const bound = { sql: "SELECT count(*) FROM github_events", params: [] };
    expect(narrow("x", bound, { repo: "o/r" })).toEqual({
      sql: "WITH github_events AS (\n  SELECT * FROM github_events WHERE lower(repo) = lower(?)\n)\nSELECT count(*) FROM github_events",
      params: ["o/r"],
    });
  });

  it("refuses what asks neither table", () => {
    const bound = { sql: "SELECT 1 FROM coverage", params: [] };
    expect(() => narrow("data-coverage", bound, { login: "me" })).toThrow(
      /data-coverage cannot be narrowed/,
    );
  });
});

it.each([
  [{}, undefined],
  [{ repo: "o/r" }, "o/r"],
  [{ login: "me" }, "by me"],
  [{ repo: "o/r", login: "me" }, "o/r, by me"],
])("%j in words", (scope, words) => {
  expect(scopeWords(scope)).toBe(words);
});
