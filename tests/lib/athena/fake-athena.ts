import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { loadSettings } from "../../../src/lib/config/load";
import type { Settings } from "../../../src/lib/config/settings";

type Body = Record<string, unknown>;

/** An answer of the fake: a body, or an error of AWS's. */
export type Answer = Body | { error: string; message: string };

/** A server that speaks Athena's wire format and answers as the test says. */
export interface FakeAthena {
  settings: Settings;
  /** Every call so far: the operation and its body. */
  calls: { operation: string; body: Body }[];
  close(): Promise<void>;
}

/**
 * Starts the fake; `answer` is asked for every call of Athena's, `objects` holds what S3 has by
 * `/bucket/key`: a text, or how many of its bytes come before the connection breaks.
 */
export async function startFakeAthena(
  answer: (operation: string, body: Body) => Answer,
  objects: Readonly<Record<string, FakeObject>> = {},
): Promise<FakeAthena> {
  const calls: FakeAthena["calls"] = [];
  const server: Server = createServer((request, response) => {
    if (request.method === "GET") {
      const path = decodeURIComponent(new URL(request.url ?? "", "http://fake").pathname);
      calls.push({ operation: "GetObject", body: { path } });
      sendObject(response, objects[path]);
      return;
    }
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace("AmazonAthena.", "");
      const body = JSON.parse(text) as Body;
      calls.push({ operation, body });
      const reply = answer(operation, body);
      const failed = "error" in reply;
      response.writeHead(failed ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(
        JSON.stringify(failed ? { __type: reply["error"], message: reply["message"] } : reply),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    settings: settingsAt(`http://127.0.0.1:${port}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** An object of the fake's S3. */
export interface FakeObject {
  text: string;
  /** Bytes that come before the connection breaks. Default: all, and it does not break. */
  breaksAfter?: number;
}

function sendObject(response: ServerResponse, object: FakeObject | undefined): void {
  if (object === undefined) {
    response.writeHead(403, { "content-type": "application/xml" });
    response.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    return;
  }
  const bytes = Buffer.from(object.text);
  response.writeHead(200, { "content-length": bytes.length });
  if (object.breaksAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, object.breaksAfter), () => response.destroy());
}

/** Settings whose Athena is at an address. */
export function settingsAt(endpointUrl: string): Settings {
  const settings = loadSettings({ env: { WORKBENCH_HOME: "/nonexistent" }, cwd: "/" });
  return { ...settings, aws: { ...settings.aws, endpointUrl } };
}

/** The state of an execution, as GetQueryExecution answers. */
export function execution(
  state: string,
  reason?: string,
  more: Record<string, unknown> = {},
): Answer {
  return {
    QueryExecution: {
      QueryExecutionId: "q-1",
      StatementType: "DML",
      Status: { State: state, ...(reason === undefined ? {} : { StateChangeReason: reason }) },
      Statistics: { DataScannedInBytes: 2048, EngineExecutionTimeInMillis: 12 },
      ...more,
    },
  };
}

/** A page of results, as GetQueryResults answers. */
export function page(
  columns: readonly (readonly [name: string, type: string])[],
  rows: readonly (readonly (string | null)[])[],
  nextToken?: string,
): Answer {
  return {
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map(([Name, Type]) => ({ Name, Type })) },
      Rows: rows.map((row) => ({
        Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
      })),
    },
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}
