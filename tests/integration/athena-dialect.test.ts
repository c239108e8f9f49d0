/** Athena's dialect on the endpoint of this machine: what the pages say a query gives, it gives. */
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { dialectStatements } from "./athena-dialect-statements";
import { clientOptions, until } from "./local-aws-client";

let settings: Settings;
let athena: AthenaClient;
beforeAll(() => {
  settings = loadSettings();
  athena = new AthenaClient(clientOptions(settings.aws.endpointUrl));
});
afterAll(() => athena.destroy());

it.each(dialectStatements)("$sql", async ({ sql, rows, page }) => {
  const { workgroup: WorkGroup } = settings.athena;
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: sql, WorkGroup }),
  );
  const status = await until(
    async () => {
      const command = new GetQueryExecutionCommand({ QueryExecutionId });
      return (await athena.send(command)).QueryExecution?.Status;
    },
    (seen) => !["QUEUED", "RUNNING"].includes(seen?.State ?? ""),
  );
  expect(status?.StateChangeReason, page).toBeUndefined();
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const [, ...seen] = ResultSet?.Rows ?? [];
  const texts = seen.map(({ Data = [] }) => Data.map((datum) => datum.VarCharValue ?? null));
  expect(texts, page).toEqual(rows);
});
