import { afterEach, expect, it } from "vitest";
import { coverageOf } from "../../../src/lib/analyses/coverage";
import { systemEffects } from "../../../src/lib/effects";
import {
  type Answer,
  execution,
  type FakeAthena,
  page,
  startFakeAthena,
} from "../athena/fake-athena";

const span = { from: "2026-11-24T10:00:30Z", to: "2026-11-24T11:00:00Z" };
const effects = systemEffects({ sleep: () => Promise.resolve() });
const columns = [
  ["captured", "bigint"],
  ["estimated", "double"],
] as const;
let fake: FakeAthena | undefined;
afterEach(() => fake?.close());

async function athena(state: Answer, row: readonly (string | null)[]): Promise<FakeAthena> {
  fake = await startFakeAthena((operation) => {
    if (operation === "StartQueryExecution") return { QueryExecutionId: "q-1" };
    if (operation === "GetQueryExecution") return state;
    return page(
      [...columns.map(([name, type]): [string, string] => [name, type])],
      [["captured", "estimated"], row],
    );
  });
  return fake;
}

it.each([
  [["40", "1000.0"], 0.04],
  [["1000", "999.5"], 1],
  [[null, null], undefined],
  [["0", "0.0"], undefined],
] as const)("captured and estimated %j are the share %s", async (row, share) => {
  const { settings, calls } = await athena(execution("SUCCEEDED"), row);
  expect((await coverageOf(settings, span, {}, effects)).share).toBe(share);
  expect(calls[0]?.body["ExecutionParameters"]).toEqual([`'${span.from}'`, `'${span.to}'`]);
});

it("a lake without the table is one that nobody measured", async () => {
  const failed = execution("FAILED", "TABLE_NOT_FOUND: line 3:6: Table 'coverage' does not exist");
  const { settings } = await athena(failed, []);
  expect((await coverageOf(settings, span, {}, effects)).share).toBeUndefined();
});

it("any other failure is one", async () => {
  const { settings } = await athena(execution("FAILED", "GENERIC_INTERNAL_ERROR: no"), []);
  await expect(coverageOf(settings, span, {}, effects)).rejects.toMatchObject({ code: "ATHENA" });
});
