import type { Effects } from "../../../src/lib/effects";
import type { Answer } from "../../../src/lib/github/answer";
import { type AskPage, pageSize } from "../../../src/lib/github/api-client";
import type { SimulatedApi } from "../../../src/local/simulator/api";
import { Random } from "../../../src/local/simulator/random";

/** How long a request is under way, each direction for itself. */
export interface Latency {
  minMs: number;
  maxMs: number;
  seed?: number;
}

/** A client of the simulated API over a network that takes its time, on any clock. */
export function simulatedNetwork(api: SimulatedApi, latency: Latency): AskPage {
  const random = new Random(latency.seed ?? 7);
  const wayMs = (): number => (latency.minMs + random.next() * (latency.maxMs - latency.minMs)) / 2;
  return async ({ path, page, etag, token }, effects): Promise<Answer> => {
    const startedMs = effects.now();
    const [outMs, backMs] = [wayMs(), wayMs()];
    await pass(effects, outMs);
    const answer = api.answer(
      {
        method: "GET",
        path: `${path}?per_page=${pageSize}&page=${page}`,
        headers: {
          ...(etag === undefined ? {} : { "if-none-match": etag }),
          ...(token === undefined ? {} : { authorization: `token ${token}` }),
        },
        startedMs,
      },
      effects.now(),
    );
    await pass(effects, answer.delayMs + backMs);
    if (answer.fault !== undefined) return { status: 0, headers: {}, text: "ECONNRESET" };
    return { status: answer.status, headers: answer.headers, text: answer.body };
  };
}

async function pass(effects: Effects, ms: number): Promise<void> {
  if (ms > 0) await effects.sleep(ms);
}
