/**
 * Types of the public surface, checked by `npm run check:types`: this file is never run. Each
 * `@ts-expect-error` is a call that must not compile.
 */
import { expectTypeOf } from "vitest";
import { display, openWorkbench, Workbench, WorkbenchError } from "../../src/lib/index";
import type { AnalysisResult, ErrorCode, QueryResult } from "../../src/lib/index";

export async function fromANotebook(): Promise<void> {
  const wb = await openWorkbench();
  expectTypeOf(wb).toEqualTypeOf<Workbench>();

  const produced = await wb.produce({ for: "2m", types: ["PushEvent"] });
  expectTypeOf(produced.produced).toEqualTypeOf<number>();
  await wb.produce({ source: "file", files: ["events.jsonl.gz"], types: "all" });
  // @ts-expect-error a source that does not exist
  await wb.produce({ source: "twitter" });
  // @ts-expect-error durations are text with a unit
  await wb.produce({ for: 120 });
  // @ts-expect-error milliseconds are the library's affair, not the notebook's
  await wb.produce({ forMs: 120 });

  const consumed = await wb.consume({ until: "caught-up" });
  expectTypeOf(consumed.objects).toEqualTypeOf<number>();
  // @ts-expect-error there is no such end
  await wb.consume({ until: "tomorrow" });

  const etl = await wb.etl();
  expectTypeOf(etl.rows_written).toEqualTypeOf<number | null>();

  const result = await wb.query("SELECT ?", { params: [7, "x", null, true, 7n, new Date(0)] });
  expectTypeOf(result).toEqualTypeOf<QueryResult>();
  // @ts-expect-error an object is no parameter of a query
  await wb.query("SELECT ?", { params: [{ days: 7 }] });
  await result.show();
  display(result.frame());

  const busiest = await wb.analyse("repository-activity", { days: 7, limit: 20 });
  expectTypeOf(busiest).toEqualTypeOf<AnalysisResult>();
  await busiest.chart().show();
  // @ts-expect-error days is a number
  await wb.analyse("repository-activity", { days: "7" });
}

export function fromAnErrorHandler(error: unknown): string {
  if (!(error instanceof WorkbenchError)) return "not ours";
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
  // @ts-expect-error the list of codes is closed
  if (error.code === "OOPS") return "never";
  return error.hint ?? error.message;
}
