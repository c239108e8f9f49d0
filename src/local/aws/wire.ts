import type { IncomingMessage, ServerResponse } from "node:http";
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { ApiError } from "./api-error";

/** One call of the AWS JSON 1.1 protocol, `AmazonAthena.StartQueryExecution` for one. */
export interface JsonCall {
  service: string;
  operation: string;
}

/** Answers one operation: takes the request's members, gives the response's. */
export type Operation = (input: unknown) => unknown;

/** No request of Athena or Glue is near this; a script goes to S3, not into a call. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Reads `X-Amz-Target`; undefined for the REST protocols, S3 above all. */
export function parseTarget(header: string | undefined): JsonCall | undefined {
  const match = /^([A-Za-z0-9_]+)\.([A-Za-z0-9]+)$/.exec(header ?? "");
  return match === null ? undefined : { service: match[1] ?? "", operation: match[2] ?? "" };
}

/** Reads a request's JSON body. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new ApiError("SerializationException", "the body is too long");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new ApiError("SerializationException", "the body is not JSON");
  }
}

/** Checks an operation's input; a wrong member is answered by its name, as AWS does. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, errorType: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return `${path === "" ? "the request" : path}: ${issue.message}`;
  });
  throw new ApiError(errorType, words.join("; "));
}

/** Writes a JSON 1.1 answer. */
export function writeJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(text);
}

/** Writes an exception in the form that the SDKs read, whatever their version. */
export function writeApiError(response: ServerResponse, error: ApiError): void {
  response.setHeader("x-amzn-errortype", error.type);
  // Athena's model spells the member `Message`, Glue's and the protocol's own errors `message`.
  const words = { __type: error.type, message: error.message, Message: error.message };
  writeJson(response, error.status, { ...words, ...error.members });
}

/** Writes an S3 error document. */
export function writeXmlError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  const escaped = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<Error><Code>${code}</Code><Message>${escaped}</Message></Error>`;
  response.writeHead(status, {
    "content-type": "application/xml",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  response.end(text);
}

/** Seconds since 1970, as the JSON protocol writes a time. */
export function toEpochSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
