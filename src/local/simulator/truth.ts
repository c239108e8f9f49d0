import type {
  ClientCounts,
  EventCounts,
  RequestCounts,
  SimulatedAnswer,
  Violation,
} from "./exchange";
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
  requests: RequestReport;
  /** By client: a token's name that does not show the token, or "no token". */
  clients: Record<string, RequestReport & { used: number; peak_used: number }>;
  /** How many there were; the first thousand are listed. */
  violation_count: number;
  violations: readonly {
    kind: Violation["kind"];
    client: string;
    path: string;
    started_ms: number;
    told_ms: number;
    until_ms: number;
  }[];
}

/** What was asked and answered, in the names of JSON. */
export interface RequestReport {
  total: number;
  by_status: Record<string, number>;
  faults: number;
  early_polls: number;
  violations: number;
}

/** More would not fit an answer. */
const maxKeys = 2_000_000;

/**
 * Answers `/_simulator/truth` and `/_simulator/keys`, over the whole time or from `?from=` to `&to=`
 * (milliseconds since 1970); undefined for any other path.
 */
export function answerTruth(
  witness: Witness,
  url: URL,
  nowMs: number,
): SimulatedAnswer | undefined {
  if (url.pathname !== truthPath && url.pathname !== keysPath) return undefined;
  const fromMs = readMoment(url, "from", witness.startMs);
  const toMs = Math.min(nowMs, readMoment(url, "to", nowMs));
  if (!(fromMs <= toMs)) {
    return json(422, { message: "from and to are milliseconds since 1970, the earlier one first" });
  }
  const { events, byType } = witness.feed.count(fromMs, toMs);
  if (url.pathname === keysPath) {
    if (events > maxKeys) {
      return json(422, { message: `${events} keys are too many: narrow them with from and to` });
    }
    const keys = [...witness.feed.keys(fromMs, toMs)];
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return { status: 200, headers, body: keys.map((key) => `${key}\n`).join(""), delayMs: 0 };
  }
  const { mode, seed, rate } = witness.options;
  const report: TruthReport = {
    invented: true,
    ...{ mode, seed, rate, start_ms: witness.startMs, from_ms: fromMs, to_ms: toMs },
    ...{ events, by_type: byType, requests: reportRequests(witness.requests) },
    clients: Object.fromEntries(
      Object.entries(witness.clientCounts).map(([name, counts]) => [
        name,
        { ...reportRequests(counts), used: counts.used, peak_used: counts.peakUsed },
      ]),
    ),
    violation_count: witness.requests.violations,
    violations: witness.violations.map(({ startedMs, toldMs, untilMs, ...rest }) => ({
      ...rest,
      ...{ started_ms: startedMs, told_ms: toldMs, until_ms: untilMs },
    })),
  };
  return json(200, report);
}

function json(status: number, value: unknown): SimulatedAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: `${JSON.stringify(value, null, 2)}\n`, delayMs: 0 };
}

function reportRequests(counts: RequestCounts): RequestReport {
  const { total, byStatus, faults, earlyPolls, violations } = counts;
  return { total, by_status: byStatus, faults, early_polls: earlyPolls, violations };
}

/** A moment of the query; not a number where it cannot be read. */
function readMoment(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  return text === null ? otherwise : Number(text);
}
