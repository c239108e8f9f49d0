import type { Octokit } from "@octokit/rest";
import type { Effects } from "../effects";
import { describeError } from "../errors";
import type { Answer } from "./answer";
import { findNetworkCode } from "./network-code";

/** One page of a list of events. */
export interface PageRequest {
  /** `/events`, `/repos/OWNER/NAME/events`, … */
  path: string;
  /** From 1. */
  page: number;
  etag?: string | undefined;
  token?: string | undefined;
}

/** Asks an API for one page of events. */
export type AskPage = (request: PageRequest, effects: Effects) => Promise<Answer>;

/** Events a page, and pages: the API has 300 events and no more. */
export const pageSize = 100;
export const pageCount = 3;

/** The window has moved on long before; a page that takes this long is asked for anew. */
const requestTimeoutMs = 10_000;
const timeOut = Symbol("time-out");

/**
 * Makes the function that asks for a page through octokit. It answers with whatever came, network
 * errors included, and never throws.
 *
 * @see https://docs.github.com/en/rest/activity/events#list-public-events
 */
export async function createApiClient(address: string): Promise<AskPage> {
  const octokit = await openOctokit(address);
  return ({ path, page, etag, token }, effects) =>
    readAnswer(effects, (signal) =>
      octokit.request(`GET ${path}`, {
        per_page: pageSize,
        page,
        headers: {
          ...(etag === undefined ? {} : { "if-none-match": etag }),
          ...(token === undefined ? {} : { authorization: `token ${token}` }),
        },
        request: { signal, ...asText },
      }),
    );
}

/** Octokit's own reading makes BigInt of long numbers, and "" of a body that is cut off. */
export const asText = { parseSuccessResponseBody: false } as const;

/** Makes an octokit client that says nothing by itself: its callers do. */
export async function openOctokit(address: string, token?: string): Promise<Octokit> {
  const { Octokit } = await import("@octokit/rest");
  const ignore = (): undefined => undefined;
  return new Octokit({
    baseUrl: address.replace(/\/+$/, ""),
    userAgent: "github-events-workbench",
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...(token === undefined ? {} : { auth: token }),
  });
}

/**
 * Sends a request made with {@link asText}; answers with whatever came, network errors included,
 * and never throws.
 */
export function readAnswer(
  effects: Effects,
  send: (signal: AbortSignal) => Promise<{ status: number; headers: object; data: unknown }>,
): Promise<Answer> {
  return withTimeout(effects, async (signal) => {
    const { status, headers, data } = await send(signal);
    const body = data as ReadableStream | null;
    return {
      status,
      headers: textHeaders(headers),
      text: body === null ? "" : await new Response(body).text(),
    };
  });
}

async function withTimeout(
  effects: Effects,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const request = new AbortController();
  const done = new AbortController();
  const stop = (): void => request.abort();
  effects.signal?.addEventListener("abort", stop, { once: true });
  effects.sleep(requestTimeoutMs, done.signal).then(
    () => request.abort(timeOut),
    () => undefined,
  );
  try {
    if (effects.signal?.aborted === true) stop();
    return await ask(request.signal);
  } catch (error) {
    if (request.signal.reason === timeOut)
      return { status: 0, headers: {}, text: `no answer in ${requestTimeoutMs} ms` };
    return failedAnswer(error);
  } finally {
    done.abort();
    effects.signal?.removeEventListener("abort", stop);
  }
}

/** Octokit throws on every status from 304 up, and on network errors with status 500. */
function failedAnswer(error: unknown): Answer {
  const failure = error as {
    response?: { status: number; headers: Record<string, unknown> };
    cause?: unknown;
  };
  if (failure.response !== undefined) {
    return {
      status: failure.response.status,
      headers: textHeaders(failure.response.headers),
      text: describeError(error),
    };
  }
  const networkCode = findNetworkCode(error);
  return {
    status: 0,
    headers: {},
    text: networkCode ?? describeError(error),
    ...(networkCode === undefined ? {} : { networkCode }),
  };
}

function textHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
