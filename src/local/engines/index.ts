import { aws } from "./aws";
import type { Engine } from "./engine";
import { jupyterhub } from "./jupyterhub";
import { kafkaBrokers } from "./kafka";
import { type BrokerCount, brokersOf, isBroker } from "./kafka-cluster";
import { ministack } from "./ministack";
import { simulator } from "./simulator";

/** What `up` can start. Trino and Spark are started by the gateway when first needed. */
export const engines: readonly Engine[] = [...kafkaBrokers, ministack, aws, simulator, jupyterhub];

/** What `up` starts where Kafka has so many brokers. */
export function enginesWith(brokers: BrokerCount): readonly Engine[] {
  const names = new Set<string>(brokersOf(brokers));
  return engines.filter(({ name }) => !isBroker(name) || names.has(name));
}
