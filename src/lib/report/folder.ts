import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { installationDir } from "../config/sources";
import type { Effects } from "../effects";
import { readReportFacts } from "./facts";
import { indexFileName } from "./file-name";
import { buildIndexPage, type ReportFile } from "./index-page";

/** The list of all reports. */
export interface WrittenIndex {
  /** Absolute path of the page. */
  path: string;
  /** Reports it lists. */
  reports: number;
}

/** What a page tells of itself stands before its style and its scripts. */
const headBytes = 64 * 1024;
/** How often the folder may change while its list is written. */
const maxRounds = 5;

/** The folder for reports: `reports` in the checkout, unless another is named. */
export function reportsDir(outDir?: string): string {
  return resolve(outDir ?? join(installationDir, "reports"));
}

/**
 * The pages of a folder, by name, the list of all left out. A file that cannot be read is in it too,
 * without facts.
 */
export async function scanReports(folder: string): Promise<ReportFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && /^[^.].*\.html$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => name !== indexFileName)
    .sort();
  const files: ReportFile[] = [];
  for (const file of names) files.push({ file, ...(await readHead(join(folder, file))) });
  return files;
}

/**
 * Writes `index.html`, which lists all reports of the folder. It is replaced as a whole; where
 * another process adds a report meanwhile, it is written once more.
 */
export async function writeIndex(
  folder: string,
  effects: Pick<Effects, "now">,
): Promise<WrittenIndex> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, indexFileName);
  const templates = join(installationDir, "jupyterhub", "templates", "workbench");
  const sheets = ["report.css", "reports-index.css"].map((name) =>
    readFile(join(templates, name), "utf8"),
  );
  const style = (await Promise.all(sheets)).join("\n");
  let files = await scanReports(folder);
  for (let round = 0; round < maxRounds; round++) {
    const page = buildIndexPage(files, { style, madeAt: new Date(effects.now()).toISOString() });
    await replaceFile(path, page);
    const after = await scanReports(folder);
    const same = JSON.stringify(after) === JSON.stringify(files);
    files = after;
    if (same) break;
  }
  return { path, reports: files.filter(({ facts }) => facts !== undefined).length };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const partial = join(path, "..", `.${indexFileName}.${randomUUID()}.partial`);
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

async function readHead(path: string): Promise<Pick<ReportFile, "bytes" | "facts">> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return { bytes: size, facts: readReportFacts(buffer.toString("utf8", 0, bytesRead)) };
    } finally {
      await file.close();
    }
  } catch {
    return { bytes: 0, facts: undefined };
  }
}
