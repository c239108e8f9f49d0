import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { WorkbenchError } from "../lib/errors";

/** Linux gives outgoing connections their ports from 32768 up; a listener below meets none. */
const lastPort = 32_767;

/** The ports of a home's engines, by name: the same again at every start. */
export type Ports = Readonly<Record<string, number>>;

/** Whether nothing listens on that port of 127.0.0.1, nor on it of every address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * The preferred port, or the next free one above it.
 *
 * @param taken - ports given away already though nothing listens there yet
 * @throws {@link WorkbenchError} code ENGINE when there is none below 32768
 */
export async function choosePort(
  preferred: number,
  taken: ReadonlySet<number> = new Set(),
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<number> {
  for (let port = preferred; port <= lastPort; port += 1) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new WorkbenchError("ENGINE", `no port from ${preferred} to ${lastPort} is free`);
}

/** The ports chosen for this home before; none in a new one. */
export function readPorts(home: string): Ports {
  try {
    const text = readFileSync(join(home, "ports.json"), "utf8");
    return z.record(z.string(), z.int().min(1).max(65_535)).parse(JSON.parse(text));
  } catch {
    // Only a memory of preferences: without it ports are chosen anew.
    return {};
  }
}

/** Remembers the ports of this home. */
export function writePorts(home: string, ports: Ports): void {
  mkdirSync(home, { recursive: true });
  const file = join(home, "ports.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(ports, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
