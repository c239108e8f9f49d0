/** TLS with a private authority and each kind of login, against a real broker. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import type { SaslMechanism, Settings } from "../../src/lib/config/settings";
import { consume } from "../../src/lib/consume";
import { systemEffects } from "../../src/lib/effects";
import type { WorkbenchError } from "../../src/lib/errors";
import { produce } from "../../src/lib/produce";
import { password, type SecureBroker, startSecureBroker, username } from "./secure-broker";
import { eventFile, readRaw } from "./stream-support";

const effects = systemEffects();
let broker: SecureBroker;

beforeAll(async () => {
  broker = await startSecureBroker();
});
afterAll(() => broker.stop());

/** Settings as they are read from the environment; undefined takes one away. */
function secureSettings(
  dataset: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Settings {
  const env = {
    ...process.env,
    KAFKA_BROKERS: broker.secure,
    KAFKA_PARTITIONS: "2",
    KAFKA_SSL: "true",
    KAFKA_SSL_CA: broker.caFile,
    KAFKA_SASL_MECHANISM: "scram-sha-512",
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
    ...changes,
  };
  return loadSettings({ env, dataset });
}

it.each<SaslMechanism>(["scram-sha-512", "scram-sha-256", "plain"])(
  "writes, reads and lands by a login of %s",
  async (mechanism) => {
    const dataset = `secure${mechanism.replaceAll("-", "")}${Date.now().toString(36)}`;
    const settings = secureSettings(dataset, { KAFKA_SASL_MECHANISM: mechanism });
    const files = [eventFile(300)];
    const { produced } = await produce(settings, { source: "file", files }, effects);
    expect(produced).toBe(300);
    const { messages, lag } = await consume(settings, { until: "caught-up" }, effects);
    expect([messages, lag]).toEqual([300, 0]);
    const ids = (await readRaw(settings)).flatMap(({ lines }) => lines.map(({ id }) => Number(id)));
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
  },
);

const noLogin = {
  KAFKA_SASL_MECHANISM: undefined,
  KAFKA_SASL_USERNAME: undefined,
  KAFKA_SASL_PASSWORD: undefined,
};
const noTls = { KAFKA_SSL: "false", KAFKA_SSL_CA: undefined };

describe("what is wrong is told at once, in one line, with the setting that mends it", () => {
  it.each<[string, () => Record<string, string | undefined>, RegExp]>([
    [
      "the password",
      () => ({ KAFKA_SASL_PASSWORD: "wrong" }),
      /refused the login: .*\(check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and _PASSWORD\)/,
    ],
    [
      "the password, by PLAIN",
      () => ({ KAFKA_SASL_PASSWORD: "wrong", KAFKA_SASL_MECHANISM: "plain" }),
      /refused the login: .*\(check KAFKA_SASL_MECHANISM/,
    ],
    [
      "the user",
      () => ({ KAFKA_SASL_USERNAME: "nobody" }),
      /refused the login: .*\(check KAFKA_SASL_MECHANISM/,
    ],
    [
      "the authority",
      () => ({ KAFKA_SSL_CA: broker.otherCaFile }),
      /certificate of Kafka at .* is not trusted: .*\(set KAFKA_SSL_CA to/,
    ],
    [
      "no authority",
      () => ({ KAFKA_SSL_CA: undefined }),
      /certificate of Kafka at .* is not trusted: .*\(set KAFKA_SSL_CA to/,
    ],
    ["no TLS", () => ({ ...noTls, ...noLogin }), /cannot reach Kafka at .*\(set KAFKA_SSL=true/],
    ["a login without TLS", () => noTls, /Kafka at .*KAFKA_SSL=true/],
    ["no login", () => noLogin, /cannot reach Kafka at .*KAFKA_SASL_MECHANISM if it wants a login/],
    [
      "TLS where there is none",
      () => ({ KAFKA_BROKERS: broker.plain }),
      /does not speak TLS: .*\(set KAFKA_SSL=false/,
    ],
    [
      "a login where there is none",
      () => ({ ...noTls, KAFKA_BROKERS: broker.plain }),
      /refused the login: .*\(check KAFKA_SASL_MECHANISM/,
    ],
  ])("%s", async (_what, changes, line) => {
    const settings = secureSettings("securewrong", changes());
    const startedMs = effects.now();
    const error: unknown = await produce(
      settings,
      { source: "file", files: [eventFile(1)] },
      effects,
    ).catch((thrown: unknown) => thrown);
    const { code, oneLine } = error as WorkbenchError;
    expect([code, oneLine]).toEqual(["KAFKA", expect.stringMatching(line) as string]);
    expect(oneLine).not.toContain("\n");
    expect(oneLine).not.toContain(password);
    expect(effects.now() - startedMs).toBeLessThan(10_000);
  });
});
