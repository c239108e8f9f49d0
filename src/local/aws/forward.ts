import {
  Agent,
  type IncomingMessage,
  request as startRequest,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import { ApiError } from "./api-error";
import { parseTarget, writeApiError, writeXmlError } from "./wire";

/** Sends requests on to ministack, bodies streamed both ways. */
export interface Forwarder {
  forward(request: IncomingMessage, response: ServerResponse): void;
  /** Closes idle connections. */
  close(): void;
}

/** Belong to one connection, not to the message (RFC 9110, 7.6.1); `Expect` is answered by us. */
const perConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** A forwarder to one address. Host and signature go through as the client sent them. */
export function createForwarder(target: URL): Forwarder {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return {
    forward: (request, response) => forward(request, response, target, agent),
    close: () => agent.destroy(),
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
  agent: Agent,
): void {
  const headers = keepHeaders(request.rawHeaders);
  // A body of unknown length arrives in chunks and leaves in chunks.
  if (request.headers["transfer-encoding"] !== undefined) {
    headers.push("transfer-encoding", "chunked");
  }
  const upstream = startRequest({
    agent,
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers,
  });
  upstream.on("response", (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      keepHeaders(answer.rawHeaders),
    );
    pipeline(answer, response, () => undefined);
  });
  upstream.on("error", (error) => {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    writeUnavailable(request, response, error);
  });
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  pipeline(request, upstream, () => undefined);
}

function writeUnavailable(request: IncomingMessage, response: ServerResponse, error: Error): void {
  const words = `the local S3 (ministack) cannot be reached: ${error.message}; npx workbench status`;
  const call = parseTarget(request.headers["x-amz-target"] as string | undefined);
  if (call === undefined) {
    writeXmlError(response, 503, "ServiceUnavailable", words);
  } else {
    writeApiError(response, new ApiError("ServiceUnavailableException", words, {}, 503));
  }
}

/** Raw headers (name, value, name, value, …) without those of the connection. */
export function keepHeaders(raw: readonly string[]): string[] {
  const kept: string[] = [];
  const dropped = new Set(perConnection);
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]?.toLowerCase() !== "connection") continue;
    for (const name of (raw[at + 1] ?? "").split(",")) dropped.add(name.trim().toLowerCase());
  }
  for (let at = 0; at < raw.length; at += 2) {
    const [name, value] = [raw[at] ?? "", raw[at + 1] ?? ""];
    if (!dropped.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
