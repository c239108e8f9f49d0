import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

const surface = resolve(__dirname, "..", "..", "dist", "lib", "index.d.ts");

/** Every package that the declarations reached from the public surface import. */
function reachedPackages(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  // An example in a comment imports nothing.
  const text = readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
  for (const [, name = ""] of text.matchAll(/(?:from |import\()["']([^"']+)["']/g)) {
    if (!name.startsWith(".")) packages.add(name);
    else {
      const target = join(dirname(file), `${name}.d.ts`);
      const found = existsSync(target) ? target : join(dirname(file), name, "index.d.ts");
      for (const one of reachedPackages(found, seen)) packages.add(one);
    }
  }
  return packages;
}

it("keeps heavy packages out of what a notebook's first cell has to check", () => {
  expect(existsSync(surface), "npm run build makes it").toBe(true);
  const packages = [...reachedPackages(surface)].filter((name) => !name.startsWith("node:"));
  expect(packages).toEqual(packages.filter((name) => name === "danfojs-node"));
});
