import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const checkout = join(__dirname, "..", "..", "..");
const files = ["jupyterhub", "glue", "src/local", "tests"];

/** `name==version` or `name==version; marker`, by file. */
function pins(folder: string): { name: string; version: string; marker: string }[] {
  return readFileSync(join(checkout, folder, "requirements.txt"), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const match = /^([a-z0-9-]+)==([\w.]+)(?:; (.+))?$/.exec(line);
      if (match === null) throw new Error(`${folder}: not an exact pin: ${line}`);
      return { name: match[1] ?? "", version: match[2] ?? "", marker: match[3] ?? "" };
    });
}

describe("the Python requirements", () => {
  // The last one has an environment of its own, and need not agree with the others.
  it.each([...files, "tests/integration/conformance"])("%s holds exact pins only", (folder) => {
    expect(pins(folder).length).toBeGreaterThan(0);
  });

  it("agree with one another, since all go into one environment", () => {
    const seen = new Map<string, string>();
    for (const { name, version, marker } of files.flatMap(pins)) {
      const key = `${name}; ${marker}`;
      expect(`${key} ${seen.get(key) ?? version}`).toBe(`${key} ${version}`);
      seen.set(key, version);
    }
  });
});
