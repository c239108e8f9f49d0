import type { Effects } from "../../lib/effects";
import type { Ports } from "../ports";
import type { EngineCommand } from "../processes";
import type { BrokerCount } from "./kafka-cluster";

/** What an engine is started with. */
export interface EngineContext {
  home: string;
  ports: Ports;
  env: Readonly<Record<string, string | undefined>>;
  /** How many brokers Kafka has. Default: 1. */
  brokers?: BrokerCount;
  /** The home whose installation serves, where it is another one than `home`. */
  installedIn?: string;
}

/** An engine that `up` starts. */
export interface Engine {
  name: EngineName;
  /** Ports it listens on: each its name in the home's memory, and the one preferred. */
  ports: Readonly<Record<string, number>>;
  /** What must be ready before it is started. */
  after: readonly EngineName[];
  /** Writes its configuration and gives the command line; throws when it is not installed. */
  prepare(context: EngineContext, effects: Effects): Promise<Omit<EngineCommand, "name" | "port">>;
  /** Asks it something real; rejects until it answers. */
  probe(context: EngineContext): Promise<unknown>;
  /** Generous: seconds on an idle machine; one that ends instead is told at once. */
  startTimeoutMs: number;
  /** How long it may take to end in peace. */
  graceMs: number;
}

/** Every engine, in the order `status` lists them. */
export const engineNames = [
  "kafka",
  "kafka-2",
  "kafka-3",
  "ministack",
  "aws",
  "trino",
  "simulator",
  "jupyterhub",
] as const;

/** One of {@link engineNames}. */
export type EngineName = (typeof engineNames)[number];

/** The address of an engine's port, `127.0.0.1:PORT`. */
export function addressOf(context: Pick<EngineContext, "ports">, port: string): string {
  return `127.0.0.1:${context.ports[port] ?? 0}`;
}

/**
 * The environment of an engine: paths, language and Java, and none of the keys and tokens that
 * may lie in the caller's.
 */
export function plainEnv(env: EngineContext["env"]): Record<string, string | undefined> {
  const names = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "JAVA_HOME", "JAVA17_HOME", "JAVA25_HOME"];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** Asks an HTTP address; rejects unless its answer is below 400. */
export async function probeHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "manual" });
  await response.arrayBuffer();
  if (response.status >= 400) throw new Error(`${url} answers ${response.status}`);
}
