import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import ts from "typescript";
import { expect, it } from "vitest";
import { toAnalysisResult } from "../../../src/lib/analyses/analyse";
import type { Analysis } from "../../../src/lib/analyses/analysis";
import { checkParameters } from "../../../src/lib/analyses/parameters";
import type { Row } from "../../../src/lib/athena/values";
import { queryOf } from "./answer";

const root = join(__dirname, "../../..");

/** The analysis that the documentation gives as its example, run as it stands there. */
async function documentedAnalysis(): Promise<Analysis> {
  const page = readFileSync(join(root, "docs/topics/analyses.md"), "utf8");
  const source = /```ts\n(\s+import type \{ Row \}.*?)```/s.exec(page)?.[1] ?? "";
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules = new Map<string, unknown>();
  for (const [, path = ""] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
    modules.set(path, await import(join(root, "src/lib/analyses", `${path}.ts`)));
  }
  const exported: { eventTypes?: Analysis } = {};
  const run = runInThisContext(`(function (require, exports) {${outputText}\n})`) as (
    require: (path: string) => unknown,
    exports: object,
  ) => void;
  run((path) => modules.get(path), exported);
  if (exported.eventTypes === undefined) throw new Error("the example exports no eventTypes");
  return exported.eventTypes;
}

it("the analysis in the documentation works as it stands", async () => {
  const analysis = await documentedAnalysis();
  const parameters = checkParameters(analysis, { days: 7 });
  const { sql, params } = analysis.sql(parameters);
  expect(sql.match(/\?/g)).toHaveLength(params.length);
  const answer = (rows: Row[]) =>
    toAnalysisResult(queryOf(rows), analysis, { dataset: "github", parameters });
  const rows = ["PushEvent", "ForkEvent"].map((event_type, at) => ({
    event_type,
    events: 9 - at,
    data_events: 17,
    data_from: "2026-11-20T00:00:00Z",
    data_to: "2026-11-21T00:00:00Z",
  }));
  expect(answer(rows).finding).toBe("PushEvent leads with 9 events");
  expect(answer([]).finding).toBe("No events yet");
  expect(await answer(rows).chart().toSvg()).toContain(">ForkEvent<");
});
