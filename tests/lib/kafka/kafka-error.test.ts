import { describe, expect, it } from "vitest";
import { WorkbenchError } from "../../../src/lib/errors";
import { isRetriable, kafkaError } from "../../../src/lib/kafka/kafka-error";

const local = { brokers: ["127.0.0.1:9092"], topic: "github-events" };
const remote = { brokers: ["kafka.example.org:9093"], topic: "github-events" };

function named(name: string, message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

describe("kafkaError", () => {
  it("says what cannot be reached and how to start it", () => {
    const cause = named("KafkaJSConnectionError", "Connection error: connect ECONNREFUSED");
    const error = named("KafkaJSNumberOfRetriesExceeded", "gave up", { cause });
    expect(kafkaError(error, local)).toMatchObject({
      code: "KAFKA",
      retryable: true,
      message: "cannot reach Kafka at 127.0.0.1:9092: Connection error: connect ECONNREFUSED",
      hint: "start it: npx workbench up",
    });
    expect(kafkaError(error, remote).hint).toMatch(/KAFKA_BROKERS/);
  });

  it.each([
    ["SELF_SIGNED_CERT_IN_CHAIN", /is not trusted/, /KAFKA_SSL_CA/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /is not trusted/, /KAFKA_BROKERS/],
    ["CERT_HAS_EXPIRED", /is not trusted/, /renew/],
  ])("says of a certificate what mends it: %s", (code, message, hint) => {
    const cause = named("KafkaJSConnectionError", "Connection error: no", { code });
    const error = kafkaError(named("KafkaJSNumberOfRetriesExceeded", "gave up", { cause }), remote);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.retryable).toBe(false);
  });

  it("names the settings where a broker answers and hangs up", () => {
    const error = named("KafkaJSConnectionClosedError", "Closed connection");
    expect(kafkaError(error, remote).hint).toMatch(/KAFKA_SSL=true .*KAFKA_SASL_MECHANISM/);
    const sasl = { mechanism: "plain" as const, username: "u", password: "p" };
    expect(kafkaError(error, { ...remote, ssl: true, sasl }).hint).toMatch(/^check KAFKA_BROKERS/);
  });

  it("sees a port that does not speak TLS", () => {
    const text = "Client network socket disconnected before secure TLS connection was established";
    const error = named("KafkaJSConnectionError", text, { code: "ECONNRESET" });
    expect(kafkaError(error, { ...remote, ssl: true })).toMatchObject({
      message: expect.stringContaining("does not speak TLS") as string,
      hint: expect.stringContaining("KAFKA_SSL=false") as string,
    });
  });

  it.each([
    ["KafkaJSSASLAuthenticationError", {}, /refused the login: no/, /KAFKA_SASL/],
    [
      "KafkaJSProtocolError",
      { type: "UNKNOWN_TOPIC_OR_PARTITION" },
      /has no topic github-events/,
      /produce makes it/,
    ],
  ])("%s", (name, fields, message, hint) => {
    const error = kafkaError(named(name, "no", fields), local);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.retryable).toBe(false);
  });

  it("leaves what is one of ours alone", () => {
    const error = new WorkbenchError("TOPIC_MISMATCH", "other topic");
    expect(kafkaError(error, local)).toBe(error);
  });
});

describe("isRetriable", () => {
  it("looks for the cause where kafkajs has tried too often", () => {
    const gaveUp = (cause: Error): Error =>
      named("KafkaJSNumberOfRetriesExceeded", "gave up", { cause, retriable: false });
    expect(isRetriable(gaveUp(named("KafkaJSConnectionError", "refused")))).toBe(true);
    expect(isRetriable(gaveUp(named("KafkaJSProtocolError", "no", { retriable: false })))).toBe(
      false,
    );
    expect(isRetriable(named("KafkaJSSASLAuthenticationError", "no", { retriable: true }))).toBe(
      false,
    );
    expect(isRetriable(new TypeError("ours"))).toBe(false);
  });
});
