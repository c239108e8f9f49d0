import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import type { Effects } from "../../lib/effects";
import { homePaths } from "../home";
import { type EngineState, stopEngine } from "../processes";
import type { EngineName } from "./engine";

/** How many brokers a home's cluster can have. */
export const brokerCounts = [1, 3] as const;

/** One of {@link brokerCounts}. */
export type BrokerCount = (typeof brokerCounts)[number];

/** The brokers' engines, first to last: node 1, 2 and 3. */
export const brokerNames = ["kafka", "kafka-2", "kafka-3"] as const satisfies EngineName[];

/** One of {@link brokerNames}. */
export type BrokerName = (typeof brokerNames)[number];

/** How long a broker may take to end in peace; one whose peers are gone would wait for minutes. */
export const brokerGraceMs = 30_000;

/**
 * A cluster of a home. The one of three brokers has storage, an id and raw objects of its own: it is
 * not the single broker with more copies, and what one of them stored must never pass for the
 * other's.
 */
export interface LocalCluster {
  /** Of the storage, 22 characters; one of each kind a home, so that it may be the same in all. */
  id: string;
  /** Its folder below the home's data. */
  folder: string;
  /** KAFKA_CLUSTER; undefined for the single broker. */
  name: string | undefined;
}

const clusters: Readonly<Record<BrokerCount, LocalCluster>> = {
  1: { id: "d29ya2JlbmNoLWV2ZW50cw", folder: "", name: undefined },
  3: { id: "d29ya2JlbmNoLTNub2Rlcw", folder: "kafka-brokers-3", name: "brokers-3" },
};

/** The cluster of so many brokers. */
export function clusterOf(brokers: BrokerCount): LocalCluster {
  return clusters[brokers];
}

/** The names of a cluster's brokers. */
export function brokersOf(brokers: BrokerCount): readonly BrokerName[] {
  return brokerNames.slice(0, brokers);
}

/** Whether an engine is one of Kafka's brokers. */
export function isBroker(name: string): name is BrokerName {
  return (brokerNames as readonly string[]).includes(name);
}

/** The folder of a broker: its configuration, and its log below. */
export function brokerFolder(home: string, brokers: BrokerCount, name: BrokerName): string {
  return join(homePaths(home).data, clusterOf(brokers).folder, name);
}

/** How many brokers the home's `local.env` names; 1 where there is none yet. */
export function readBrokerCount(home: string): BrokerCount {
  const { localEnv } = homePaths(home);
  if (!existsSync(localEnv)) return 1;
  const name = parse(readFileSync(localEnv, "utf8"))["KAFKA_CLUSTER"];
  return brokerCounts.find((count) => clusterOf(count).name === name) ?? 1;
}

/**
 * Stops every broker of a home, all at once: each asks the controllers for leave to go, and the last
 * of three, stopped one after the other, would find no majority of them left to give it.
 *
 * @returns what was there before, an entry a broker that was recorded
 */
export async function stopBrokers(
  home: string,
  effects: Pick<Effects, "now" | "sleep">,
): Promise<EngineState[]> {
  const states = await Promise.all(
    brokerNames.map((name) => stopEngine(home, name, effects, brokerGraceMs)),
  );
  return states.filter(({ state }) => state !== "stopped");
}
