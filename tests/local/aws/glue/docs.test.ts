/** docs/topics/local-aws.md lists what is there, and the conformance tests call all of it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Catalog } from "../../../../src/local/aws/catalog";
import { Adoption } from "../../../../src/local/aws/glue/catalog/adoption";
import { CatalogStore } from "../../../../src/local/aws/glue/catalog/catalog-store";
import { glueCatalogOperations } from "../../../../src/local/aws/glue/catalog/operations";
import { glueOperations } from "../../../../src/local/aws/glue/operations";

let dir: string;
let names: string[];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "glue-docs-"));
  const store = new CatalogStore(join(dir, "catalog.log"));
  const adoption = new Adoption(store, {} as Catalog);
  const now = (): number => 0;
  names = [
    ...Object.keys(glueCatalogOperations({ store, adoption, now, pageSize: 1 })),
    ...Object.keys(glueOperations({} as never, {} as never, now)),
  ].sort();
  store.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("the page names each of Glue's calls that is there, and no other", () => {
  const page = readFileSync(join("docs", "topics", "local-aws.md"), "utf8");
  const from = page.indexOf("### Glue's calls");
  const section = page.slice(from, page.indexOf("\n### ", from + 1));
  const cells = section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1] ?? "");
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(listed.sort()).toEqual(names);
});

it("the conformance tests make each call", () => {
  const file = join("tests", "integration", "conformance", "glue-calls.json");
  const steps = JSON.parse(readFileSync(file, "utf8")) as { call: string; error?: string }[];
  const made = new Set(steps.map(({ call }) => call));
  expect(names.filter((name) => !made.has(name))).toEqual([]);
});
