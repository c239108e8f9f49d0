import { createHash } from "node:crypto";
import { Client, clientName, tokenOf } from "./clients";
import type {
  ClientCounts,
  EventCounts,
  RequestCounts,
  SimulatedAnswer,
  SimulatedRequest,
  Violation,
} from "./exchange";
import { applyFault, Faults } from "./fault-answers";
import type { Feed } from "./feed";
import { Firehose } from "./firehose";
import type { ApiOptions } from "./options";
import { findResource, type Resource } from "./resources";
import { TimelineFeed } from "./timeline-feed";
import { answerTruth } from "./truth";

const violationsKept = 1000;
const rateLimitDocs =
  "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting";

/**
 * GitHub's events API without a socket and without a clock: what it answers follows from its
 * options, from the requests so far and from the moment it is told, so that hours of polling pass
 * in seconds of a test. {@link startSimulator} puts it behind a port.
 *
 * It serves `/events`, `/repos/{o}/{r}/events`, `/orgs/{o}/events`, `/users/{u}/events`, compare,
 * pulls and `/rate_limit`; `/_simulator/truth` and `/_simulator/keys` tell what really happened.
 *
 * @example
 * ```ts
 * const api = new SimulatedApi({ ...firehoseDefaults, rate: 120 }, nowMs);
 * const request = { method: "GET", path: "/events?per_page=100", headers: {} };
 * const { status, headers, body } = api.answer(request, nowMs + 1000);
 * api.feed.count(nowMs, nowMs + 1000).events; // 120
 * ```
 * @see https://docs.github.com/en/rest/activity/events
 */
export class SimulatedApi {
  /** What really happened. */
  readonly feed: Feed;
  /** Requests made before a time that the client had been told; the first thousand. */
  readonly violations: Violation[] = [];
  private readonly clients = new Map<string, Client>();
  private readonly badTokens: Map<string, number>;
  private readonly faults: Faults;

  constructor(
    readonly options: ApiOptions,
    readonly startMs: number,
  ) {
    this.feed =
      options.mode === "firehose"
        ? new Firehose(options, startMs)
        : new TimelineFeed(options, startMs);
    this.badTokens = new Map(Object.entries(options.badTokens));
    this.faults = new Faults(options.faults);
  }

  /** Answers a request that comes at a moment; moments never go back. */
  answer(request: SimulatedRequest, nowMs: number): SimulatedAnswer {
    const origin = `http://${request.headers["host"] ?? "127.0.0.1"}`;
    const url = new URL(request.path, "http://127.0.0.1");
    const truth = answerTruth(this, url, nowMs);
    if (truth !== undefined) return truth;
    const client = this.clientOf(request.headers["authorization"]);
    client.counts.total += 1;
    const free = url.pathname === "/rate_limit";
    const startedMs = Math.min(nowMs, request.startedMs ?? nowMs);
    this.judge(client, request.path, startedMs, free);
    const answer = this.limited(request, client, url, nowMs, startedMs, origin);
    const status =
      answer.fault === "reset" || answer.fault === "hang" ? "none" : String(answer.status);
    client.counts.byStatus[status] = (client.counts.byStatus[status] ?? 0) + 1;
    if (status !== "none") this.noteTold(client, answer, nowMs, free);
    return answer;
  }

  /** What all clients did together. */
  get requests(): RequestCounts {
    const sum: RequestCounts = { total: 0, byStatus: {}, faults: 0, earlyPolls: 0, violations: 0 };
    for (const { counts } of this.clients.values()) {
      for (const name of ["total", "faults", "earlyPolls", "violations"] as const) {
        sum[name] += counts[name];
      }
      for (const [status, count] of Object.entries(counts.byStatus)) {
        sum.byStatus[status] = (sum.byStatus[status] ?? 0) + count;
      }
    }
    return sum;
  }

  /** What the client with a token did, or those without one. */
  client(token?: string): ClientCounts {
    return this.clientOf(token).counts;
  }

  /** What each client did, under names that do not show its token. */
  get clientCounts(): Record<string, ClientCounts> {
    return Object.fromEntries([...this.clients].map(([name, { counts }]) => [name, counts]));
  }

  /** Events generated from the start until a moment. */
  truth(nowMs: number): EventCounts {
    return this.feed.count(this.startMs, nowMs);
  }

  /** Refuses a token with 401 from a moment on. */
  revoke(token: string, fromMs: number): void {
    this.badTokens.set(token, fromMs);
  }

  private limited(
    request: SimulatedRequest,
    client: Client,
    url: URL,
    nowMs: number,
    startedMs: number,
    origin: string,
  ): SimulatedAnswer {
    const { latencyMs, secondary } = this.options;
    const sentMs = nowMs + latencyMs;
    const token = tokenOf(request.headers["authorization"]);
    if (token !== undefined && nowMs >= (this.badTokens.get(token) ?? Infinity)) {
      return this.send(
        client,
        nowMs,
        refusal(401, "Bad credentials", "https://docs.github.com/rest"),
      );
    }
    if (client.blockedMs(nowMs) > 0) return this.refuse(client, 403, nowMs);
    if (secondary !== undefined && client.enter(nowMs, sentMs, secondary)) {
      client.block(sentMs + secondary.retryAfterSeconds * 1000);
      return this.refuse(client, 403, nowMs);
    }
    if (request.method === "GET" && url.pathname === "/rate_limit") {
      // As on GitHub, asking for the limit costs nothing of it.
      const rate = client.status(nowMs);
      const body = JSON.stringify({ resources: { core: rate }, rate });
      return this.send(client, nowMs, { status: 200, body: () => body, polled: false });
    }
    if (client.status(nowMs).remaining === 0) {
      return this.send(client, nowMs, refusal(403, "API rate limit exceeded", rateLimitDocs));
    }
    const resource: Resource =
      request.method === "GET"
        ? findResource(this.feed, url, nowMs, origin)
        : refusal(404, "Not Found", "https://docs.github.com/rest");
    if (resource.polled) client.poll(request.path, startedMs);
    const etag = resource.version === undefined ? undefined : etagOf(resource.version);
    const unchanged = etag !== undefined && request.headers["if-none-match"] === etag;
    const fault = this.faults.next();
    if (fault?.kind === "secondary" || fault?.kind === "429") {
      client.counts.faults += 1;
      client.block(sentMs + fault.value * 1000);
      return this.refuse(client, fault.kind === "429" ? 429 : 403, nowMs);
    }
    // A 304 costs nothing; what goes wrong costs what it would have cost.
    if (!unchanged) client.spend(nowMs);
    const whole = this.send(client, nowMs, resource, etag, unchanged);
    if (fault !== undefined) client.counts.faults += 1;
    const answer = fault === undefined ? whole : applyFault(fault, whole);
    const good = answer.status === 200 || answer.status === 304;
    if (resource.polled && good && answer.fault === undefined) {
      client.served(request.path, startedMs);
    }
    return answer;
  }

  private send(
    client: Client,
    nowMs: number,
    resource: Resource,
    etag?: string,
    unchanged = false,
  ): SimulatedAnswer {
    const limit = client.status(nowMs);
    return {
      status: unchanged ? 304 : resource.status,
      headers: {
        server: "github-events-simulator",
        ...(unchanged ? {} : { "content-type": "application/json; charset=utf-8" }),
        "x-ratelimit-resource": "core",
        "x-ratelimit-limit": String(limit.limit),
        "x-ratelimit-remaining": String(limit.remaining),
        "x-ratelimit-used": String(limit.used),
        "x-ratelimit-reset": String(limit.reset),
        ...(etag === undefined ? {} : { etag }),
        ...(resource.polled ? { "x-poll-interval": String(this.options.pollIntervalSeconds) } : {}),
        ...(resource.link === undefined || unchanged ? {} : { link: resource.link }),
      },
      body: unchanged ? "" : resource.body(),
      delayMs: this.options.latencyMs,
    };
  }

  private refuse(client: Client, status: 403 | 429, nowMs: number): SimulatedAnswer {
    const message = "You have exceeded a secondary rate limit. Please wait before you try again.";
    const answer = this.send(client, nowMs, refusal(status, message, rateLimitDocs));
    const seconds = Math.max(1, Math.ceil(client.blockedMs(nowMs + answer.delayMs) / 1000));
    return { ...answer, headers: { ...answer.headers, "retry-after": String(seconds) } };
  }

  private judge(client: Client, path: string, startedMs: number, free: boolean): void {
    const ignored = client.ignoredNotice(startedMs, free);
    if (ignored === undefined) return;
    client.counts.violations += 1;
    if (this.violations.length >= violationsKept) return;
    this.violations.push({ ...ignored, client: client.name, path, startedMs });
  }

  private noteTold(client: Client, answer: SimulatedAnswer, nowMs: number, free: boolean): void {
    const { headers, delayMs } = answer;
    const toldMs = nowMs + delayMs;
    const retryAfter = headers["retry-after"];
    if (retryAfter !== undefined) {
      client.tell("retry-after", toldMs, toldMs + Number(retryAfter) * 1000, nowMs);
    }
    if (!free && headers["x-ratelimit-remaining"] === "0") {
      client.tell("limit", toldMs, Number(headers["x-ratelimit-reset"]) * 1000, nowMs);
    }
  }

  private clientOf(authorization: string | undefined): Client {
    const name = clientName(authorization);
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    const { requestLimit, tokenLimit } = this.options;
    const limit = authorization === undefined ? requestLimit : tokenLimit;
    const client = new Client(name, limit, this.options);
    this.clients.set(name, client);
    return client;
  }
}

function refusal(status: number, message: string, documentation: string): Resource {
  const body = { message, documentation_url: documentation, status: String(status) };
  return { status, body: () => JSON.stringify(body), polled: false };
}

function etagOf(version: string): string {
  return `W/"${createHash("sha1").update(version).digest("hex")}"`;
}
