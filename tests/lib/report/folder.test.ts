import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scanReports, writeIndex } from "../../../src/lib/report/folder";

function pageOf(title: string): string {
  const facts = {
    title,
    notebook: "02-activity",
    parameters: [],
    dataset: "demo",
    generatedAt: "2026-11-24T12:00:00.000Z",
    charts: 7,
    data: null,
  };
  const content = JSON.stringify(facts).replaceAll('"', "&#34;");
  return `<!DOCTYPE html><head><meta name="workbench-report" content="${content}"></head>`;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  writeFileSync(join(folder, "b.html"), pageOf("Second"));
  writeFileSync(join(folder, "a.html"), pageOf("First"));
  return folder;
}

describe("the folder of reports", () => {
  it("lists pages and nothing else", async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "folder.html"));
    for (const name of ["index.html", ".c.html.1.partial", ".hidden.html", "notes.txt"]) {
      writeFileSync(join(folder, name), pageOf("No"));
    }
    const files = await scanReports(folder);
    expect(files.map(({ file, facts }) => [file, facts?.title])).toEqual([
      ["a.html", "First"],
      ["b.html", "Second"],
    ]);
  });

  it("is listed whatever else lies in it", async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "empty.html"), "");
    writeFileSync(join(folder, "cut.html"), pageOf("Cut").slice(0, 90));
    writeFileSync(join(folder, "noise.html"), Buffer.alloc(100_000, 0xff));
    const { path, reports } = await writeIndex(folder, { now: () => 0 });
    expect(reports).toBe(2);
    const page = readFileSync(path, "utf8");
    for (const name of ["a.html", "b.html", "empty.html", "cut.html", "noise.html"]) {
      expect(page).toContain(`href="${name}"`);
    }
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("is listed where it does not exist yet", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "reports-")), "new");
    expect(await writeIndex(folder, { now: () => 0 })).toEqual({
      path: join(folder, "index.html"),
      reports: 0,
    });
  });

  it("misses no report that is added while the list is written", async () => {
    const folder = makeFolder();
    let added = false;
    // The clock is asked between the look at the folder and the writing.
    const now = (): number => {
      if (!added) writeFileSync(join(folder, "c.html"), pageOf("Third"));
      added = true;
      return 0;
    };
    expect((await writeIndex(folder, { now })).reports).toBe(3);
    expect(readFileSync(join(folder, "index.html"), "utf8")).toContain("c.html");
  });
});
