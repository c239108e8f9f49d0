import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SimulatedApi } from "./api";
import type { SimulatedAnswer } from "./exchange";
import { type ApiOptions, timelineDefaults } from "./options";

/** How the simulator answers, and where. */
export interface SimulatorOptions extends ApiOptions {
  /** 0 for any free one. */
  port: number;
  /** The real time. */
  now: () => number;
}

/** On a real clock a busy machine may take a moment to read what it was told. */
export const realClockGrace = { inFlightMs: 250, earlyMs: 5 } as const;

/** The defaults: some thousands of events over several days in half a minute of polling. */
export const simulatorDefaults: ApiOptions = {
  ...timelineDefaults,
  grace: realClockGrace,
};

/** A running simulator. */
export interface Simulator {
  address: string;
  /** What it answers from, with the truth and the violations. */
  api: SimulatedApi;
  close(): Promise<void>;
}

/**
 * Serves a simulated GitHub's events API on loopback, with invented events; see
 * {@link SimulatedApi} for what it knows.
 *
 * @see https://docs.github.com/en/rest/activity/events#list-public-events
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const api = new SimulatedApi(options, options.now());
  const server = createServer((request, response) => {
    try {
      const answer = api.answer(
        {
          method: request.method ?? "GET",
          path: request.url ?? "/",
          headers: singleHeaders(request),
        },
        options.now(),
      );
      sendLater(answer, response);
    } catch (error) {
      response.writeHead(500, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify({ message: String(error) }));
    }
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    api,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}

function sendLater(answer: SimulatedAnswer, response: ServerResponse): void {
  if (answer.delayMs <= 0) {
    send(answer, response);
    return;
  }
  const timer = setTimeout(() => send(answer, response), answer.delayMs);
  response.once("close", () => clearTimeout(timer));
}

function send({ status, headers, body, fault }: SimulatedAnswer, response: ServerResponse): void {
  const { socket } = response;
  if (fault === "reset" || fault === "hang") {
    socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(body);
  const length = status === 304 ? {} : { "content-length": bytes.length };
  response.writeHead(status, { ...headers, ...length });
  if (fault !== "cut") {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => socket?.destroy());
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`port ${port} is in use; choose another with --port`, { cause: error })
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
