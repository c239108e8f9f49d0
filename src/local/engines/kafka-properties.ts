import { addressOf, type EngineContext } from "./engine";
import { type BrokerName, brokersOf } from "./kafka-cluster";

/** The port of a broker's controller, by the name it is remembered by. */
export function controllerPort(name: BrokerName): string {
  return `${name}-controller`;
}

/**
 * The settings of a node that is broker and controller, alone or one of three.
 *
 * @param logDir - where it keeps its log
 */
export function kafkaProperties(
  context: Pick<EngineContext, "ports" | "brokers">,
  name: BrokerName,
  logDir: string,
): Record<string, string> {
  const nodes = brokersOf(context.brokers ?? 1);
  const listener = addressOf(context, name);
  const voters = nodes.map((node, index) => {
    return `${index + 1}@${addressOf(context, controllerPort(node))}`;
  });
  const copies = String(nodes.length);
  // One copy may be missing, as many as may be lost.
  const minIsr = nodes.length === 1 ? "1" : "2";
  return {
    "process.roles": "broker,controller",
    "node.id": String(nodes.indexOf(name) + 1),
    "controller.quorum.voters": voters.join(","),
    listeners: `PLAINTEXT://${listener},CONTROLLER://${addressOf(context, controllerPort(name))}`,
    "advertised.listeners": `PLAINTEXT://${listener}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDir,
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "default.replication.factor": copies,
    "min.insync.replicas": minIsr,
    "offsets.topic.replication.factor": copies,
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": minIsr,
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": minIsr,
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "16777216",
    ...(nodes.length === 1 ? {} : quickFailover),
  };
}

/** A broker that is gone is noticed in six seconds instead of nine. */
const quickFailover = {
  "broker.session.timeout.ms": "6000",
  "broker.heartbeat.interval.ms": "1000",
};

/** `name=value` lines. */
export function formatProperties(values: Readonly<Record<string, string>>): string {
  return `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}
