import type { Effects } from "../../lib/effects";
import type { SimulatedApi } from "./api";
import type { SimulatedAnswer } from "./exchange";

/**
 * A `fetch` that asks a simulated API directly, in the time of the given effects: for octokit's
 * `request.fetch`, so that a crawler can be tried over hours in seconds. Faults of the connection
 * become the errors that Node's own `fetch` throws.
 *
 * @param networkMs - how long a request is under way before the API has it
 * @example
 * ```ts
 * const time = new VirtualTime();
 * const api = new SimulatedApi(firehoseDefaults, time.nowMs);
 * const answer = await simulatedFetch(api, time.effects())("http://simulated/events");
 * ```
 */
export function simulatedFetch(
  api: SimulatedApi,
  { now, sleep }: Pick<Effects, "now" | "sleep">,
  networkMs = 0,
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    const wait = async (ms: number): Promise<void> => {
      if (ms > 0) await sleep(ms, signal).catch(() => undefined);
      signal.throwIfAborted();
    };
    const startedMs = now();
    await wait(networkMs);
    const { pathname, search, host } = new URL(request.url);
    const headers = { ...Object.fromEntries(request.headers), host };
    const path = `${pathname}${search}`;
    const answer = api.answer({ method: request.method, path, headers, startedMs }, now());
    await wait(answer.delayMs);
    return toResponse(answer);
  };
}

function toResponse({ status, headers, body, fault }: SimulatedAnswer): Response {
  if (fault === "reset" || fault === "hang") throw networkError("ECONNRESET", "read ECONNRESET");
  const content = fault === "cut" ? cutStream(body) : status === 304 ? null : body;
  return new Response(content, { status, headers: { ...headers } });
}

function cutStream(body: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) {
        controller.error(networkError("UND_ERR_SOCKET", "other side closed", "terminated"));
      } else {
        controller.enqueue(bytes.subarray(0, bytes.length >> 1));
        sent = true;
      }
    },
  });
}

function networkError(code: string, text: string, message = "fetch failed"): TypeError {
  return new TypeError(message, { cause: Object.assign(new Error(text), { code }) });
}
