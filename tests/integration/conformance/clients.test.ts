/** awswrangler and PyAthena, unchanged, at the tests' endpoint; and the table in docs/ that says so. */
import { beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import { runClient } from "./clients";
import { readCallTable } from "./docs-table";
import { readChecks } from "./python-checks";

const stamp = Date.now().toString(36);

interface Outcome {
  checks: Record<string, string | null>;
  calls: string[];
}

describe.each([
  ["awswrangler", "clients_awswrangler.py"],
  ["PyAthena", "clients_pyathena.py"],
])("%s", (client, script) => {
  let outcome: Outcome = { checks: {}, calls: [] };
  beforeAll(async () => {
    const run = `${client.toLowerCase()}_${stamp}`;
    const place = `s3://${loadSettings().processedBucket}/${run}/`;
    outcome = JSON.parse(await runClient(script, run, place)) as Outcome;
  });

  it.each(readChecks(script))("%s", (name) => {
    expect(outcome.checks[name]).toBeNull();
  });

  it("makes the calls that docs/topics/local-aws.md names it for", () => {
    const named = readCallTable()
      .filter(({ clients }) => clients.includes(client))
      .map(({ call }) => `athena.${call}`);
    const made = outcome.calls.filter((call) => call.startsWith("athena."));
    expect(made).toEqual(named.sort());
  });
});
