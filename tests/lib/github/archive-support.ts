import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type Effects, silentLogger, systemEffects } from "../../../src/lib/effects";
import { silentMetrics } from "../../../src/lib/metrics/definitions";

/** Answers one request for an hour file. */
export type HourAnswer = (response: ServerResponse, request: IncomingMessage) => void;

/** The lines of an hour, `count` events whose ids begin with `name`. */
export function hourLines(name: string, count: number, types = ["PushEvent"]): string {
  return Array.from(
    { length: count },
    (_, index) =>
      `${JSON.stringify({
        id: `${name}-${index}`,
        type: types[index % types.length],
        actor: { id: 1, login: "ada" },
        repo: { id: 2, name: "owner/parser" },
        // It does not compress away, so that half of a file holds half of its events.
        payload: { head: createHash("sha256").update(`${name}${index}`).digest("hex") },
        created_at: "2026-01-31T22:00:00Z",
      })}\n`,
  ).join("");
}

/** A whole file. */
export function whole(body: Buffer, headers: Record<string, string> = {}): HourAnswer {
  return (response) => {
    response.writeHead(200, { "content-length": body.length, ...headers });
    response.end(body);
  };
}

/** An hour of so many events, whole. */
export function goodHour(name: string, count: number): HourAnswer {
  return whole(gzipSync(hourLines(name, count)));
}

/** A status without a file. */
export function status(code: number, headers: Record<string, string> = {}, body = ""): HourAnswer {
  return (response) => {
    response.writeHead(code, headers);
    response.end(body);
  };
}

/** Half a file, announced whole; then `then`: the connection breaks, or nothing more comes. */
export function half(
  body: Buffer,
  then: "reset" | "stall",
  headers: Record<string, string> = {},
): HourAnswer {
  return (response) => {
    response.writeHead(200, { "content-length": body.length, ...headers });
    response.write(body.subarray(0, body.length / 2), () => {
      if (then === "reset") setTimeout(() => response.socket?.destroy(), 20);
    });
  };
}

/** Breaks the connection without an answer. */
export const hangUp: HourAnswer = (response) => void response.socket?.destroy();

/** A server of hour files: each file has its answers in order, the last of them for good. */
export class HourServer {
  readonly asked: string[] = [];
  private readonly server: Server;
  address = "";

  constructor(private readonly files: Record<string, readonly HourAnswer[]>) {
    this.server = createServer((request, response) => {
      const name = (request.url ?? "").replace(/^\/mirror\//, "").replace(/\.json\.gz$/, "");
      const before = this.asked.filter((other) => other === name).length;
      this.asked.push(name);
      const answers = this.files[name] ?? [];
      (answers[before] ?? answers.at(-1) ?? status(404, {}, "<Error/>"))(response, request);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mirror/`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A silent connection is given up after this time, which runs beside every read. */
const stallMs = 60_000;

/** Real timers, much faster, with what was waited for and said. */
export function quickEffects(overrides: Partial<Effects> = {}): {
  effects: Effects;
  waits: number[];
  warnings: string[];
  states: string[];
} {
  const real = systemEffects();
  const waits: number[] = [];
  const warnings: string[] = [];
  const states: string[] = [];
  return {
    waits,
    warnings,
    states,
    effects: {
      now: () => Date.UTC(2026, 5, 1),
      sleep: (ms, signal) => {
        if (ms === stallMs) return real.sleep(600, signal);
        waits.push(ms);
        return real.sleep(ms / 1000, signal);
      },
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
      metrics: silentMetrics,
      progress: ({ state }) => void states.push(state),
      ...overrides,
    },
  };
}
