import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "../../lib/effects";
import { describeError } from "../../lib/errors";
import { ApiError } from "./api-error";
import type { Forwarder } from "./forward";
import {
  type Operation,
  parseTarget,
  readJson,
  writeApiError,
  writeJson,
  writeXmlError,
} from "./wire";

/** What the server answers itself; the rest is forwarded. */
export interface Routes {
  /** By `Service.Operation`. */
  operations: ReadonlyMap<string, Operation>;
  /** Services of which nothing is forwarded: how an operation not listed is refused, by name. */
  closedServices: ReadonlyMap<string, (operation: string) => ApiError>;
}

/**
 * The HTTP server of the local AWS endpoint. Not listening yet.
 *
 * Requests that a browser sends for a page are refused: nothing here is signed, and a page from
 * anywhere could reach a loopback port.
 */
export function createGateway(routes: Routes, forwarder: Forwarder, logger: Logger): Server {
  const server = createServer((request, response) => {
    handle(request, response, routes, forwarder, logger).catch((error: unknown) => {
      logger.warn("a request failed", { url: request.url, error: describeError(error) });
      response.destroy();
    });
  });
  // Bodies of hundreds of megabytes take their time; a slow one is no attack on loopback.
  server.requestTimeout = 0;
  // Longer than the SDKs' own, so that they never write into a connection being closed.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
  forwarder: Forwarder,
  logger: Logger,
): Promise<void> {
  const refusal = refuse(request);
  if (refusal !== undefined) {
    writeXmlError(response, 403, "AccessDenied", refusal);
    return;
  }
  const call = parseTarget(request.headers["x-amz-target"] as string | undefined);
  const operation = call && routes.operations.get(`${call.service}.${call.operation}`);
  const closed = call && routes.closedServices.get(call.service);
  if (call === undefined || (operation === undefined && closed === undefined)) {
    forwarder.forward(request, response);
    return;
  }
  try {
    if (operation === undefined) throw refuseOperation(call, closed);
    writeJson(response, 200, (await operation(await readJson(request))) ?? {});
  } catch (error) {
    if (!(error instanceof ApiError)) {
      logger.warn(`${call.operation} failed`, { error: String((error as Error).stack ?? error) });
    }
    writeApiError(response, toApiError(error));
  }
}

function refuseOperation(
  call: { operation: string },
  refuseByName: ((operation: string) => ApiError) | undefined,
): ApiError {
  return refuseByName?.(call.operation) ?? new ApiError("UnknownOperationException", "");
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError("InternalServerException", describeError(error), {}, 500);
}

/** Why a request is not served at all; undefined for an ordinary one. */
export function refuse(request: Pick<IncomingMessage, "headers" | "url">): string | undefined {
  if (request.headers.origin !== undefined) return "requests from web pages are not served";
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  // ministack's own switches, one of which erases everything.
  if (/^\/_(ministack|localstack)\//.test(path) && !/^\/_ministack\/(health|ready)$/.test(path)) {
    return `${path} is not served`;
  }
  // Glue's Iceberg REST catalog: ministack has one, over tables of its own.
  if (/\/glue\/aws4_request/.test(request.headers.authorization ?? "") && path !== "/") {
    return "the local Glue has no Iceberg REST catalog";
  }
  return undefined;
}
