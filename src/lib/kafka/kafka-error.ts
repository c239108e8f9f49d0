import type { KafkaSettings } from "../config/settings";
import { describeError, WorkbenchError } from "../errors";

const connectionNames = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSBrokerNotFound",
  "KafkaJSNoBrokerAvailableError",
]);

/** Turns what kafkajs throws into a {@link WorkbenchError} code KAFKA, with what mends it. */
export function kafkaError(
  error: unknown,
  kafka: Pick<KafkaSettings, "brokers" | "topic">,
): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const chain = causes(error);
  const brokers = kafka.brokers.join(", ");
  const innermost = chain.at(-1) ?? error;
  if (chain.some(({ name }) => name.includes("SASL"))) {
    return new WorkbenchError(
      "KAFKA",
      `Kafka at ${brokers} refused the login: ${describeError(innermost)}`,
      { cause: error, hint: "check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and _PASSWORD" },
    );
  }
  if (chain.some(({ name }) => connectionNames.has(name))) {
    return new WorkbenchError(
      "KAFKA",
      `cannot reach Kafka at ${brokers}: ${describeError(innermost)}`,
      {
        cause: error,
        retryable: true,
        hint: isLocal(kafka.brokers)
          ? "start it: npx workbench up"
          : "check KAFKA_BROKERS, KAFKA_SSL and the network",
      },
    );
  }
  if (chain.some(({ type }) => type === "UNKNOWN_TOPIC_OR_PARTITION")) {
    return new WorkbenchError("KAFKA", `Kafka at ${brokers} has no topic ${kafka.topic}`, {
      cause: error,
      hint: "npx workbench produce makes it",
    });
  }
  return new WorkbenchError("KAFKA", `Kafka at ${brokers}: ${describeError(innermost)}`, {
    cause: error,
    retryable: chain.some(({ retriable }) => retriable === true),
  });
}

function isLocal(brokers: readonly string[]): boolean {
  return brokers.every((broker) => /^(127\.0\.0\.1|localhost):/.test(broker));
}

interface KafkaJsError extends Error {
  type?: string;
  retriable?: boolean;
}

/** The error and its causes, innermost last. */
function causes(error: unknown): KafkaJsError[] {
  const chain: KafkaJsError[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
