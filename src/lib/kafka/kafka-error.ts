import type { KafkaSettings } from "../config/settings";
import { describeError, WorkbenchError } from "../errors";

const connectionNames = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSBrokerNotFound",
  "KafkaJSNoBrokerAvailableError",
]);

/** Codes of Kafka's answers to a batch that are looked at one by one. */
export const ProduceCode = {
  none: 0,
  unknownPartition: 3,
  messageTooLarge: 10,
  batchTooLarge: 18,
  /** It is in the log already. */
  duplicate: 46,
} as const;

/** The cluster has lost, or given to another, what it knew of this producer. */
const lostProducer = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "DUPLICATE_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH",
  "PRODUCER_FENCED",
]);

/** The error of a code, as kafkajs would throw it. */
export function produceError(code: number): Error {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- CommonJS, and without types
  const { createErrorFromCode } = require("kafkajs/src/protocol/error") as {
    createErrorFromCode: (code: number) => Error;
  };
  return createErrorFromCode(code);
}

/**
 * Whether what kafkajs has thrown may pass by itself. Its error of having tried too often says no,
 * whatever it tried: the errors underneath tell.
 */
export function isRetriable(error: unknown): boolean {
  if (error instanceof WorkbenchError) return error.retryable;
  const chain = causes(error);
  const outer = chain[0];
  if (outer?.name.startsWith("KafkaJS") !== true) return false;
  if (chain.some(({ name }) => name.includes("SASL"))) return false;
  return (
    outer.retriable !== false ||
    chain.some(({ name, retriable }) => connectionNames.has(name) || retriable === true)
  );
}

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
  const lost = chain.find(({ type }) => lostProducer.has(type ?? ""));
  if (lost !== undefined) {
    return new WorkbenchError(
      "KAFKA",
      `Kafka at ${brokers} does not know this producer any more: ${describeError(lost)}`,
      { cause: error, retryable: true, hint: "run it again: it begins as a new producer" },
    );
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
