import type { ClientCounts, EventCounts, RequestCounts, Violation } from "./exchange";
import type { Feed } from "./feed";
import type { ApiOptions } from "./options";

/** Where the simulator tells what really happened. */
export const truthPath = "/_simulator/truth";
/** Where it lists the keys of the events of a span. */
export const keysPath = "/_simulator/keys";

interface Witness {
  options: ApiOptions;
  startMs: number;
  feed: Feed;
  requests: RequestCounts;
  clientCounts: Record<string, ClientCounts>;
  violations: readonly Violation[];
}

/** What `GET /_simulator/truth` answers. */
export interface TruthReport {
  invented: true;
  mode: ApiOptions["mode"];
  seed: number;
  rate: number;
  start_ms: number;
  from_ms: number;
  to_ms: number;
  events: number;
  by_type: EventCounts["byType"];
  requests: RequestCounts;
  clients: Record<string, ClientCounts>;
  violation_count: number;
  violations: readonly Violation[];
}

/**
 * Answers `/_simulator/truth` and `/_simulator/keys`, over the whole time or from `?from=` to `&to=`
 * (milliseconds since 1970); undefined for any other path.
 */
export function writeTruth(
  witness: Witness,
  url: URL,
  nowMs: number,
): { headers: Record<string, string>; body: string } | undefined {
  if (url.pathname !== truthPath && url.pathname !== keysPath) return undefined;
  const fromMs = readMoment(url, "from", witness.startMs);
  const toMs = Math.min(nowMs, readMoment(url, "to", nowMs));
  if (url.pathname === keysPath) {
    const keys = [...witness.feed.keys(fromMs, toMs)];
    return {
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: keys.map((key) => `${key}\n`).join(""),
    };
  }
  const { events, byType } = witness.feed.count(fromMs, toMs);
  const { mode, seed, rate } = witness.options;
  const report: TruthReport = {
    invented: true,
    ...{ mode, seed, rate, start_ms: witness.startMs, from_ms: fromMs, to_ms: toMs },
    ...{ events, by_type: byType, requests: witness.requests, clients: witness.clientCounts },
    violation_count: witness.requests.violations,
    violations: witness.violations,
  };
  return {
    headers: { "content-type": "application/json; charset=utf-8" },
    body: `${JSON.stringify(report, null, 2)}\n`,
  };
}

function readMoment(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  const value = text === null ? otherwise : Number(text);
  return Number.isFinite(value) ? value : otherwise;
}
