import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { findJdk, type JdkNeed } from "../jdk";
import { runProgram } from "../setup/run-program";
import { addressOf, type Engine, type EngineContext, plainEnv } from "./engine";
import {
  brokerFolder,
  brokerGraceMs,
  type BrokerName,
  brokerNames,
  clusterOf,
} from "./kafka-cluster";
import { controllerPort, formatProperties, kafkaProperties } from "./kafka-properties";

/** Kafka 4 needs 17 or later. */
export const kafkaJdk: JdkNeed = { setting: "JAVA17_HOME", accepts: (version) => version >= 17 };

/** Kafka's brokers: one, or three of a cluster; each is a controller too. */
export const kafkaBrokers: readonly Engine[] = brokerNames.map(broker);

/** The first broker, which every home has. */
export const kafka: Engine = broker("kafka", 0);

function broker(name: BrokerName, index: number): Engine {
  const port = 9092 + 2 * index;
  return {
    name,
    ports: { [name]: port, [controllerPort(name)]: port + 1 },
    after: [],
    async prepare(context, effects) {
      const { home, env, brokers = 1 } = context;
      const java = kafkaJava(context.installedIn ?? home, env);
      const dir = brokerFolder(home, brokers, name);
      const file = join(dir, "server.properties");
      mkdirSync(dir, { recursive: true });
      const properties = kafkaProperties(context, name, join(dir, "log"));
      writeFileSync(file, formatProperties(properties));
      if (!existsSync(join(dir, "log", "meta.properties"))) {
        const { id } = clusterOf(brokers);
        const format = ["format", "--cluster-id", id, "--config", file, "--ignore-formatted"];
        await runProgram({
          command: [...java, "kafka.tools.StorageTool", ...format],
          log: join(homePaths(home).logs, `${name}-format.log`),
          purpose: "formatting Kafka's storage",
          cwd: dir,
          ...(effects.signal === undefined ? {} : { signal: effects.signal }),
        });
      }
      return { command: [...java, "kafka.Kafka", file], env: plainEnv(env), cwd: dir };
    },
    // A cluster is up once each of its brokers knows of all.
    probe: (context) => probeKafka([addressOf(context, name)], context.brokers ?? 1),
    startTimeoutMs: 240_000,
    graceMs: brokerGraceMs,
  };
}

/**
 * The command line up to the class to run.
 *
 * @param flags - given in place of the class-data archive's
 * @throws {@link WorkbenchError} code MISSING_PROGRAM
 */
export function kafkaJava(
  home: string,
  env: EngineContext["env"],
  flags?: readonly string[],
): [string, ...string[]] {
  const { engines } = homePaths(home);
  const libs = join(engines, "kafka", "libs");
  const jdk = findJdk(kafkaJdk, env);
  if (!existsSync(libs) || jdk === undefined) {
    const what = jdk === undefined ? "a JDK of 17 or later for Kafka" : `Kafka (no ${libs})`;
    throw new WorkbenchError("MISSING_PROGRAM", `${what} is not installed`, {
      hint: "./scripts/up installs it",
    });
  }
  const archive = kafkaArchive(home);
  const share = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, "-Xlog:cds=off"] : [];
  return [
    jdk.java,
    ...["-Xmx384m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"],
    ...(flags ?? share),
    "-Dlog4j2.level=WARN",
    "-Djava.net.preferIPv4Stack=true",
    // The archive holds for this very path: a link to it would not do.
    ...["-cp", join(realpathSync(libs), "*")],
  ];
}

/** The class-data archive: a broker starts in a third of the time with it. */
export function kafkaArchive(home: string): string {
  return join(homePaths(home).engines, "kafka", "kafka.jsa");
}

/**
 * Asks a cluster for its brokers; rejects unless one answers and knows of so many.
 *
 * @param wanted - how many brokers there have to be
 */
export async function probeKafka(brokers: readonly string[], wanted = 1): Promise<number> {
  const { Kafka, logLevel } = await import("kafkajs");
  const client = new Kafka({
    clientId: "workbench-probe",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    const found = cluster.brokers.length;
    if (found < wanted) throw new Error(`the cluster has ${found} of ${wanted} brokers`);
    return found;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
