import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reportFileName } from "../../../src/lib/report/file-name";

const repo = (value: string): string => reportFileName("04-report", [{ name: "repo", value }]);

describe("the name of a report's file", () => {
  it("is the notebook's where nothing was set", () => {
    expect(reportFileName("02-activity", [])).toBe("02-activity.html");
  });

  it("tells what was set", () => {
    const set = [
      { name: "repo", value: "octo/hello" },
      { name: "topN", value: "30" },
    ];
    expect(reportFileName("04-report", set)).toBe("04-report.repo=octo__hello.topN=30.html");
  });

  it.each([
    ["a slash and two underscores", "a/b", "a__b"],
    ["case, which some file systems do not tell apart", "octo/hello", "Octo/Hello"],
    ["what is left out", "a b", "a*b"],
    ["nothing at all", "", "-"],
    ["long ones, by their end", `${"x".repeat(300)}1`, `${"x".repeat(300)}2`],
    ["what looks like another parameter", "a.days=1", "a.days-1"],
  ])("keeps apart %s", (_what, one, other) => {
    expect(repo(one).toLowerCase()).not.toBe(repo(other).toLowerCase());
  });

  it("does not take the place of the list of all", () => {
    expect(reportFileName("index", [])).toBe("index~report.html");
    expect(reportFileName("Index", [])).toBe("Index~report.html");
  });

  it("is a plain name that every file system takes, whatever the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (value) => {
        const name = repo(value);
        expect(name).toMatch(/^04-report\.repo=[A-Za-z0-9._~-]*\.html$/);
        expect(name.length).toBeLessThan(200);
      }),
    );
  });

  it("differs for different values, where case does not count too", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.string({ maxLength: 80 }), (one, other) => {
        fc.pre(one !== other);
        expect(repo(one).toLowerCase()).not.toBe(repo(other).toLowerCase());
      }),
    );
  });
});
