import { expect, it } from "vitest";
import { writeCsv } from "../../../src/cli/format/result";
import { tellGuarded } from "../../../src/cli/format/csv";

const columns = [
  { name: "=1+1", type: "varchar" },
  { name: "n", type: "integer" },
];
const pages = [[{ "=1+1": "@SUM(1)", n: -1 }], [{ "=1+1": "plain", n: null }]];

it.each([
  ["guarded", "'=1+1,n\n'@SUM(1),-1\nplain,\n", 1],
  ["exact", "=1+1,n\n@SUM(1),-1\nplain,\n", 0],
] as const)("texts are %s, and what was changed is counted", async (texts, csv, guarded) => {
  let written = "";
  const context = {
    write: (text: string) => {
      written += text;
      return Promise.resolve();
    },
  };
  expect(await writeCsv(context, { columns, pages }, texts)).toEqual({ rows: 2, guarded });
  expect(written).toBe(csv);
});

it.each([
  [0, []],
  [1, [/^1 text begins as a formula does .* --exact-texts/]],
  [1200, [/^1,200 texts begin/]],
])("of %d guarded texts it is said", (count, expected) => {
  const lines: string[] = [];
  const logger = { info: (line: string) => lines.push(line), debug: () => 0, warn: () => 0 };
  tellGuarded(count, { logger });
  expect(lines).toHaveLength(expected.length);
  for (const [at, words] of expected.entries()) expect(lines[at]).toMatch(words);
});
