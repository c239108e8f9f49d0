import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InvalidArgumentError, Option } from "commander";
import { describeError, WorkbenchError } from "../lib/errors";
import type { PrometheusMetrics } from "../lib/metrics/prometheus";

/** What the endpoint shows. */
export type MetricsText = Pick<PrometheusMetrics, "text" | "contentType">;

/** An endpoint that Prometheus scrapes. */
export interface MetricsServer {
  /** Its address: `http://127.0.0.1:9464/metrics`. */
  url: string;
  close(): Promise<void>;
}

const host = "127.0.0.1";

/** The option `--metrics-port`. */
export function metricsPortOption(): Option {
  return new Option(
    "--metrics-port <port>",
    "show Prometheus metrics on http://127.0.0.1:PORT/metrics; 0 takes any free port",
  ).argParser(readPort);
}

/**
 * Listens on the loopback interface.
 *
 * @param port - 0 takes any free one
 * @throws {@link WorkbenchError} code USAGE where the port cannot be had
 */
export async function serveMetrics(port: number, source: MetricsText): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    if (path !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("see /metrics\n");
      return;
    }
    source.text().then(
      (text) => response.writeHead(200, { "content-type": source.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(`${describeError(error)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(portError(port, error)));
    server.listen(port, host, resolve);
  });
  // What is measured decides how long the program runs, not who looks at it.
  server.unref();
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(port: number, error: NodeJS.ErrnoException): WorkbenchError {
  const why =
    error.code === "EADDRINUSE"
      ? "is in use"
      : error.code === "EACCES"
        ? "is not allowed to this user"
        : `cannot be had: ${describeError(error)}`;
  return new WorkbenchError("USAGE", `the port ${port} for metrics ${why}`, {
    cause: error,
    hint: "give another --metrics-port; 0 takes any free one",
  });
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("It must be a port: a whole number from 0 to 65535.");
  }
  return port;
}
