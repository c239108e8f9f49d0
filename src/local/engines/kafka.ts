import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { findJdk, type JdkNeed } from "../jdk";
import { runProgram } from "../setup/run-program";
import { addressOf, type Engine, type EngineContext, plainEnv } from "./engine";

/** Kafka 4 needs 17 or later. */
export const kafkaJdk: JdkNeed = { setting: "JAVA17_HOME", accepts: (version) => version >= 17 };

/** Of the storage, 22 characters; one cluster a home, so that it may be the same in all. */
const clusterId = "d29ya2JlbmNoLWV2ZW50cw";

/** Apache Kafka: one node that is broker and controller. */
export const kafka: Engine = {
  name: "kafka",
  ports: { kafka: 9092, "kafka-controller": 9093 },
  after: [],
  async prepare(context, effects) {
    const { home, env } = context;
    const java = kafkaJava(context.installedIn ?? home, env);
    const dir = join(homePaths(home).data, "kafka");
    const file = join(dir, "server.properties");
    mkdirSync(dir, { recursive: true });
    writeFileSync(file, properties(kafkaProperties(context, join(dir, "log"))));
    if (!existsSync(join(dir, "log", "meta.properties"))) {
      const format = ["format", "--cluster-id", clusterId, "--config", file, "--ignore-formatted"];
      await runProgram({
        command: [...java, "kafka.tools.StorageTool", ...format],
        log: join(homePaths(home).logs, "kafka-format.log"),
        purpose: "formatting Kafka's storage",
        cwd: dir,
        ...(effects.signal === undefined ? {} : { signal: effects.signal }),
      });
    }
    return { command: [...java, "kafka.Kafka", file], env: plainEnv(env), cwd: dir };
  },
  probe: (context) => probeKafka([addressOf(context, "kafka")]),
  startTimeoutMs: 240_000,
  graceMs: 30_000,
};

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

/** The settings of the single node. */
export function kafkaProperties(
  context: Pick<EngineContext, "ports">,
  logDir: string,
): Record<string, string> {
  const listener = addressOf(context, "kafka");
  const controller = addressOf(context, "kafka-controller");
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${controller}`,
    listeners: `PLAINTEXT://${listener},CONTROLLER://${controller}`,
    "advertised.listeners": `PLAINTEXT://${listener}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDir,
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "16777216",
  };
}

/** `name=value` lines. */
function properties(values: Readonly<Record<string, string>>): string {
  return `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}

/** Asks a cluster for its brokers; rejects unless one answers and knows of one. */
export async function probeKafka(brokers: readonly string[]): Promise<number> {
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
    if (cluster.brokers.length === 0) throw new Error("the cluster has no broker yet");
    return cluster.brokers.length;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
