import { describe, expect, it } from "vitest";
import { readReportFacts, type ReportFacts } from "../../../src/lib/report/facts";
import { buildIndexPage } from "../../../src/lib/report/index-page";

const attack = `</a><script>alert(1)</script>"'`;
const facts: ReportFacts = {
  title: "How is this repository doing?",
  notebook: "04-repository-report",
  parameters: [{ name: "repo", value: "octo/hello" }],
  dataset: "github",
  generatedAt: "2026-11-24T12:00:00.000Z",
  charts: 4,
  data: { events: 1234, from: "2026-11-20T10:00:00Z", to: "2026-11-24T11:30:00Z" },
};
const options = { style: "body {}", madeAt: "2026-11-25T00:00:00.000Z" };

function meta(text: string): string {
  const content = text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&#34;")
    .replaceAll("'", "&#39;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return `<html><head><meta name="workbench-report" content="${content}"></head>`;
}

describe("what a page tells of itself", () => {
  it("comes back as it was, hostile texts too", () => {
    const told = { ...facts, title: `${attack} &amp; &lt;` };
    expect(readReportFacts(meta(JSON.stringify(told)))).toEqual(told);
  });

  it.each([
    ["a page without any", "<html></html>"],
    ["a page that was cut", meta(JSON.stringify(facts)).slice(0, 120)],
    ["no JSON", meta("{")],
    ["other fields", meta('{"title":"T"}')],
    ["a time that is none", meta(JSON.stringify({ ...facts, generatedAt: "<b>" }))],
  ])("is not known of %s", (_what, head) => {
    expect(readReportFacts(head)).toBeUndefined();
  });
});

describe("the page that lists all reports", () => {
  it("says of each what it is, and leads to it", () => {
    const file = "04-repository-report.repo=octo__hello.html";
    const page = buildIndexPage([{ file, bytes: 2 * 1024 * 1024, facts }], options);
    expect(page).toContain('href="04-repository-report.repo%3Docto__hello.html"');
    for (const words of ["octo/hello", "1 report<", "2.0 MB", "2026-11-24 12:00 UTC", ">4<"]) {
      expect(page).toContain(words);
    }
    expect(page).toContain("1,234 events, 2026-11-20 10:00 – 2026-11-24 11:30 UTC");
  });

  it("has the newest first", () => {
    const older = { ...facts, title: "Older", generatedAt: "2025-01-01T00:00:00.000Z" };
    const page = buildIndexPage(
      [
        { file: "a.html", bytes: 1, facts: older },
        { file: "b.html", bytes: 1, facts },
      ],
      options,
    );
    expect(page.indexOf("b.html")).toBeLessThan(page.indexOf("a.html"));
  });

  it("names pages that tell nothing", () => {
    const page = buildIndexPage([{ file: "x.html", bytes: 7, facts: undefined }], options);
    expect(page).toContain("Other pages");
    expect(page).toContain('<a href="x.html">');
    expect(page).toContain("0 reports<");
  });

  it("escapes all that is from outside", () => {
    const hostile = {
      ...facts,
      title: attack,
      notebook: attack,
      dataset: attack,
      generatedAt: `2026-11-24T12:00${attack}`,
      parameters: [{ name: attack, value: `\u202e${attack}` }],
    };
    const files = [
      { file: `${attack}.html`, bytes: 1, facts: hostile },
      { file: `other ${attack}.html`, bytes: 1, facts: undefined },
    ];
    const page = buildIndexPage(files, options);
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u202e");
    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(page).toContain("default-src 'none'");
  });

  it("says so where there is none", () => {
    expect(buildIndexPage([], options)).toContain("There is no report here yet");
  });
});
