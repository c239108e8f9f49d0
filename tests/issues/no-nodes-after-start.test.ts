/**
 * A query sent right after Trino's start failed with NO_NODES_AVAILABLE: Trino answered `SELECT 1`
 * some seconds before it had heard that it may run scans of the catalog itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { type Execution, isOver, noFigures } from "../../src/local/aws/athena/execution";
import { ExecutionStore, newExecutionId } from "../../src/local/aws/athena/execution-store";
import { QueryRunner } from "../../src/local/aws/athena/query-runner";
import type { Objects } from "../../src/local/aws/objects";
import { readStatement } from "../../src/local/aws/athena/statement";
import { TrinoClient } from "../../src/local/trino/client";

let folder: string;
let server: Server;
let refusals: number;
let statements: number;
let error: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "no-nodes-"));
  [refusals, statements, error] = [0, 0, "NO_NODES_AVAILABLE"];
  // Trino's protocol, as far as a statement without pages needs it.
  server = createServer((_request, response) => {
    statements += 1;
    const columns = [
      { name: "n", type: "bigint", typeSignature: { rawType: "bigint", arguments: [] } },
    ];
    const stats = { state: "RUNNING" };
    const refused = statements <= refusals;
    const failure = { message: "No nodes", errorCode: 1, errorName: error, errorType: "INTERNAL" };
    const body = refused
      ? { id: "q", columns, stats, error: failure }
      : { id: "q", columns, data: [[7]], stats };
    response.end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function runQuery(): Promise<Execution> {
  const client = new TrinoClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const store = new ExecutionStore(folder);
  const trino = {
    ready: () => Promise.resolve(client),
    isUp: () => true,
    explainLoss: (words: string) => words,
  };
  const objects = { upload: () => Promise.resolve() } as unknown as Objects;
  const catalog = { call: () => Promise.reject(new Error("nothing asks the catalog")) };
  const effects = systemEffects({ sleep: () => Promise.resolve() });
  const id = newExecutionId(0);
  await new QueryRunner(store, trino, { objects, catalog }, effects).start(
    {
      id,
      query: "SELECT n",
      statement: readStatement("SELECT n"),
      parameters: [],
      database: undefined,
      workgroup: "primary",
      output: `s3://b/${id}.csv`,
      state: "QUEUED",
      submittedMs: 0,
      figures: noFigures,
      columns: [],
      rows: 0,
    },
    undefined,
  );
  for (;;) {
    const found = store.get(id);
    if (found !== undefined && isOver(found.state)) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it("is sent again until there is a node, and its rows come once", async () => {
  refusals = 3;
  expect(await runQuery()).toMatchObject({ state: "SUCCEEDED", rows: 1 });
  expect(statements).toBe(4);
});

it("fails in the end where there never is one", async () => {
  refusals = Infinity;
  expect(await runQuery()).toMatchObject({
    state: "FAILED",
    reason: "NO_NODES_AVAILABLE: No nodes",
  });
  expect(statements).toBe(40);
});

it("sends no other failure again", async () => {
  refusals = 1;
  error = "GENERIC_INTERNAL_ERROR";
  expect(await runQuery()).toMatchObject({ state: "FAILED" });
  expect(statements).toBe(1);
});
