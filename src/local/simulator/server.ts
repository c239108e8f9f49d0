import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Timeline, type TimelineOptions } from "./timeline";

/** How the simulator answers. */
export interface SimulatorOptions extends Omit<TimelineOptions, "nowMs"> {
  /** 0 for any free one. */
  port: number;
  /** Requests an hour. */
  requestLimit: number;
  /** What `X-Poll-Interval` says, in seconds. */
  pollIntervalSeconds: number;
  /** The real time. */
  now: () => number;
}

/** The defaults: some thousands of events over several days in half a minute of polling. */
export const simulatorDefaults = {
  seed: 1,
  rate: 150,
  speed: 14_400,
  days: 30,
  idleCapMs: 1200,
  requestLimit: 100_000,
  pollIntervalSeconds: 1,
} as const;

/** A running simulator. */
export interface Simulator {
  address: string;
  close(): Promise<void>;
}

const hourMs = 3_600_000;

/**
 * Serves `GET /events` and `GET /rate_limit` as GitHub's API does, on loopback, with invented
 * events.
 *
 * @see https://docs.github.com/en/rest/activity/events#list-public-events
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const api = new SimulatedApi(options);
  const server = createServer((request, response) => {
    try {
      api.handle(request, response);
    } catch (error) {
      sendJson(response, 500, { message: String(error) });
    }
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class SimulatedApi {
  private readonly timeline: Timeline;
  private limitHour = 0;
  private used = 0;

  constructor(private readonly options: SimulatorOptions) {
    this.timeline = new Timeline({ ...options, nowMs: options.now() });
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    response.setHeader("Server", "github-events-simulator");
    const nowMs = this.options.now();
    const hour = Math.floor(nowMs / hourMs);
    if (hour !== this.limitHour) {
      this.limitHour = hour;
      this.used = 0;
    }
    if (request.method === "GET" && url.pathname === "/rate_limit") {
      // As on GitHub, asking for the limit costs nothing of it.
      this.setLimitHeaders(response);
      sendJson(response, 200, { resources: { core: this.limit() }, rate: this.limit() });
      return;
    }
    if (request.method !== "GET" || url.pathname !== "/events") {
      sendJson(response, 404, { message: "Not Found" });
      return;
    }
    if (this.used >= this.options.requestLimit) {
      this.setLimitHeaders(response);
      sendJson(response, 403, { message: "API rate limit exceeded" });
      return;
    }
    this.answer(request, response, url, nowMs);
  }

  private answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    nowMs: number,
  ): void {
    const perPage = Math.min(100, readCount(url, "per_page", 30));
    const page = readCount(url, "page", 1);
    if ((page - 1) * perPage >= Timeline.windowSize) {
      this.used += 1;
      this.setLimitHeaders(response);
      sendJson(response, 422, {
        message:
          "In order to keep the API fast for everyone, pagination is limited for this resource.",
        documentation_url: "https://docs.github.com/v3/#pagination",
      });
      return;
    }
    const events = this.timeline.at(nowMs).slice((page - 1) * perPage, page * perPage);
    const body = JSON.stringify(events);
    const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
    response.setHeader("ETag", etag);
    response.setHeader("X-Poll-Interval", String(this.options.pollIntervalSeconds));
    if (request.headers["if-none-match"] === etag) {
      this.setLimitHeaders(response);
      response.writeHead(304).end();
      return;
    }
    this.used += 1;
    this.setLimitHeaders(response);
    response.setHeader("Link", linkHeader(url, perPage, page));
    sendJson(response, 200, body);
  }

  private setLimitHeaders(response: ServerResponse): void {
    response.setHeader("X-RateLimit-Resource", "core");
    for (const [name, value] of Object.entries(this.limit())) {
      response.setHeader(`X-RateLimit-${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`, value);
    }
  }

  private limit(): { limit: number; remaining: number; used: number; reset: number } {
    const { requestLimit: limit } = this.options;
    return {
      limit,
      remaining: Math.max(0, limit - this.used),
      used: this.used,
      reset: ((this.limitHour + 1) * hourMs) / 1000,
    };
  }
}

function linkHeader(url: URL, perPage: number, page: number): string {
  const last = Math.ceil(Timeline.windowSize / perPage);
  const link = (to: number, rel: string): string =>
    `<http://127.0.0.1${url.pathname}?per_page=${perPage}&page=${to}>; rel="${rel}"`;
  return [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ].join(", ");
}

function readCount(url: URL, name: string, otherwise: number): number {
  const value = Number(url.searchParams.get(name) ?? otherwise);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(text);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
