import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/lib/effects";
import { invalidRequest } from "../../../src/local/aws/api-error";
import { refuseAthena } from "../../../src/local/aws/refusals";
import { createForwarder, type Forwarder, keepHeaders } from "../../../src/local/aws/forward";
import { createGateway } from "../../../src/local/aws/server";
import { parseTarget } from "../../../src/local/aws/wire";

let upstream: Server;
let gateway: Server;
let forwarder: Forwarder;
let url: string;
let seen: { request: IncomingMessage; body: Buffer }[];

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  seen = [];
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      seen.push({ request, body });
      response.writeHead(207, { "x-from": "upstream", etag: '"1"' });
      response.end(body);
    });
  });
  forwarder = createForwarder(new URL(await listen(upstream)));
  const operations = new Map([
    ["AmazonAthena.Echo", (input: unknown) => ({ input })],
    [
      "AmazonAthena.Fail",
      () => {
        throw invalidRequest("no such thing");
      },
    ],
  ]);
  const closedServices = new Map([["AmazonAthena", refuseAthena]]);
  gateway = createGateway({ operations, closedServices }, forwarder, silentLogger);
  url = await listen(gateway);
});

afterEach(() => {
  gateway.closeAllConnections();
  gateway.close();
  forwarder.close();
  upstream.close();
});

function call(target: string, body = "{}"): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "x-amz-target": target }, body });
}

describe("the gateway", () => {
  it("answers its own operations", async () => {
    const response = await call("AmazonAthena.Echo", '{"a":1}');
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(await response.json()).toEqual({ input: { a: 1 } });
    expect(seen).toEqual([]);
  });

  it.each([
    ["AmazonAthena.Fail", "{}", "InvalidRequestException", "no such thing"],
    [
      "AmazonAthena.CreateNotebook",
      "{}",
      "InvalidRequestException",
      "the local Athena does not support CreateNotebook",
    ],
    ["AmazonAthena.Echo", "{", "SerializationException", "the body is not JSON"],
  ])("answers %s with %s by an exception the SDKs read", async (target, body, type, message) => {
    const response = await call(target, body);
    expect(response.status).toBe(400);
    expect(response.headers.get("x-amzn-errortype")).toBe(type);
    expect(await response.json()).toMatchObject({ __type: type, message });
  });

  it("forwards everything else unchanged, bodies of megabytes too", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024, "x");
    const response = await fetch(`${url}/bucket/a%2Fb?x=1`, {
      method: "PUT",
      headers: { "if-none-match": "*" },
      body,
    });
    expect(response.status).toBe(207);
    expect(response.headers.get("etag")).toBe('"1"');
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
    expect(seen[0]?.request.url).toBe("/bucket/a%2Fb?x=1");
    expect(seen[0]?.request.headers["if-none-match"]).toBe("*");
    // Host is part of what is signed, and names the bucket in one of S3's two styles.
    expect(seen[0]?.request.headers.host).toBe(new URL(url).host);
  });

  it("forwards catalog calls", async () => {
    await call("AWSGlue.GetTable", '{"Name":"t"}');
    expect(seen[0]?.body.toString()).toBe('{"Name":"t"}');
  });

  it("says 503 in S3's form and in JSON when ministack is gone", async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    const s3 = await fetch(`${url}/bucket/key`);
    expect(s3.status).toBe(503);
    expect(await s3.text()).toContain("<Code>ServiceUnavailable</Code>");
    const glue = await call("AWSGlue.GetTable");
    expect(glue.status).toBe(503);
    expect(await glue.json()).toMatchObject({ __type: "ServiceUnavailableException" });
  });

  it.each([
    ["/_ministack/reset", {}, 403],
    ["/_localstack/state", {}, 403],
    ["/_ministack/health", {}, 207],
    ["/bucket/key", { origin: "https://example.com" }, 403],
  ])("%s with %j answers %d", async (path, headers, status) => {
    const response = await fetch(`${url}${path}`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
    if (status === 403) expect(seen).toEqual([]);
  });
});

describe("headers", () => {
  it("leave those of the connection behind", () => {
    const raw = ["Host", "h", "Connection", "close, X-Hop", "X-Hop", "1", "Expect", "100-continue"];
    expect(keepHeaders([...raw, "Set-Cookie", "a", "Set-Cookie", "b"])).toEqual([
      ...["Host", "h"],
      ...["Set-Cookie", "a"],
      ...["Set-Cookie", "b"],
    ]);
  });

  it.each([
    ["AmazonAthena.GetQueryResults", { service: "AmazonAthena", operation: "GetQueryResults" }],
    [undefined, undefined],
    ["nonsense", undefined],
  ])("target %j", (header, expected) => {
    expect(parseTarget(header)).toEqual(expected);
  });
});
