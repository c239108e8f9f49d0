import type { KafkaSettings } from "../config/settings";
import { describeError, WorkbenchError } from "../errors";

const connectionNames = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSBrokerNotFound",
  "KafkaJSNoBrokerAvailableError",
]);

/** What TLS says of a certificate, and what mends it. */
const distrusted = new Map([
  ["ERR_TLS_CERT_ALTNAME_INVALID", "name the brokers in KAFKA_BROKERS as their certificate does"],
  ["CERT_HAS_EXPIRED", "renew the broker's certificate"],
  ["CERT_NOT_YET_VALID", "look at this machine's clock, or at the broker's certificate"],
  ...[
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_SIGNATURE_FAILURE",
  ].map((code): [string, string] => [
    code,
    "set KAFKA_SSL_CA to the PEM file of the authority that signed it",
  ]),
]);

/** What Node says where the other side does not speak TLS. */
const noTls = /before secure TLS connection was established|wrong version number|EPROTO/;

/** The settings that an error is told by. */
export type KafkaTarget = Pick<KafkaSettings, "brokers" | "topic"> &
  Partial<Pick<KafkaSettings, "ssl" | "sasl">>;

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
export function kafkaError(error: unknown, kafka: KafkaTarget): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const chain = causes(error);
  const brokers = kafka.brokers.join(", ");
  const reason = describeError(chain.at(-1) ?? error);
  const fail = (
    what: string,
    hint: string | undefined,
    retryable: boolean = hint === undefined && chain.some(({ retriable }) => retriable === true),
  ): WorkbenchError =>
    new WorkbenchError("KAFKA", what, {
      cause: error,
      retryable,
      ...(hint === undefined ? {} : { hint }),
    });

  if (chain.some(({ name, message }) => name.includes("SASL") || message.includes("SASL"))) {
    return fail(
      `Kafka at ${brokers} refused the login: ${reason}`,
      "check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and _PASSWORD",
    );
  }
  const doubt = chain.map(({ code }) => distrusted.get(code ?? "")).find((hint) => hint);
  if (doubt !== undefined) {
    return fail(`the certificate of Kafka at ${brokers} is not trusted: ${reason}`, doubt);
  }
  if (kafka.ssl === true && chain.some(({ message }) => noTls.test(message))) {
    return fail(
      `Kafka at ${brokers} does not speak TLS: ${reason}`,
      "set KAFKA_SSL=false, or the port for TLS in KAFKA_BROKERS",
    );
  }
  if (chain.some(({ name }) => connectionNames.has(name))) {
    return fail(`cannot reach Kafka at ${brokers}: ${reason}`, hintToReach(kafka, chain), true);
  }
  if (chain.some(({ type }) => type === "UNKNOWN_TOPIC_OR_PARTITION")) {
    return fail(
      `Kafka at ${brokers} has no topic ${kafka.topic}`,
      "npx workbench produce makes it",
    );
  }
  const lost = chain.find(({ type }) => lostProducer.has(type ?? ""));
  if (lost !== undefined) {
    return fail(
      `Kafka at ${brokers} does not know this producer any more: ${describeError(lost)}`,
      "run it again: it begins as a new producer",
      true,
    );
  }
  return fail(`Kafka at ${brokers}: ${reason}`, undefined);
}

/** Whether an error, or one underneath, tells of a connection that failed. */
export function isConnectionError(error: unknown): boolean {
  return causes(error).some(({ name }) => connectionNames.has(name));
}

/** Whether an error, or one underneath, is one of Kafka's of that kind. */
export function hasErrorType(error: unknown, types: ReadonlySet<string>): boolean {
  return causes(error).some(({ type }) => types.has(type ?? ""));
}

function hintToReach(kafka: KafkaTarget, chain: readonly KafkaJsError[]): string {
  const reach = isLocal(kafka.brokers)
    ? "start it: npx workbench up"
    : "check KAFKA_BROKERS, KAFKA_SSL and the network";
  if (!chain.some(({ name }) => name === "KafkaJSConnectionClosedError")) return reach;
  // It answered and hung up: so it does with who speaks plainly to TLS, or does not log in.
  const how = [
    ...(kafka.ssl === true ? [] : ["KAFKA_SSL=true if the port speaks TLS"]),
    ...(kafka.sasl === undefined ? ["KAFKA_SASL_MECHANISM if it wants a login"] : []),
  ];
  return how.length === 0 ? reach : `set ${how.join(", ")}; or ${reach}`;
}

function isLocal(brokers: readonly string[]): boolean {
  return brokers.every((broker) => /^(127\.0\.0\.1|localhost):/.test(broker));
}

interface KafkaJsError extends Error {
  type?: string;
  code?: string;
  retriable?: boolean;
}

/** The error and its causes, innermost last. */
function causes(error: unknown): KafkaJsError[] {
  const chain: KafkaJsError[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
