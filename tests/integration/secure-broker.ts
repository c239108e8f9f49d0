/** A broker that speaks TLS and asks for a login, with a certificate authority of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemEffects } from "../../src/lib/effects";
import { kafkaJava, probeKafka } from "../../src/local/engines/kafka";
import { formatProperties } from "../../src/local/engines/kafka-properties";
import { claimPorts } from "../../src/local/port-claims";
import { choosePort, type Ports, writePorts } from "../../src/local/ports";
import { logFile, startEngine, stopEngine } from "../../src/local/processes";

export const username = "workbench";
export const password = "it's a secret";

export interface SecureBroker {
  /** `host:port` of the listener with TLS and login. */
  secure: string;
  /** `host:port` of one with neither. */
  plain: string;
  /** The authority that signed its certificate, and another. */
  caFile: string;
  otherCaFile: string;
  stop(): Promise<void>;
}

const effects = systemEffects();
const name = "kafka-secure";
const readyMs = 90_000;

/** Starts it in a home of its own, with what is installed in the tests' home. */
export async function startSecureBroker(): Promise<SecureBroker> {
  const home = mkdtempSync(join(tmpdir(), "workbench-secure-"));
  const java = kafkaJava(process.env["WORKBENCH_HOME"] ?? "", process.env);
  const ports = await claimPorts(home, choosePorts, effects);
  writePorts(home, ports);
  const address = (port: string): string => `127.0.0.1:${ports[port] ?? 0}`;
  const caFile = makeAuthority(home, "ca");
  const otherCaFile = makeAuthority(home, "other");
  const file = join(home, "server.properties");
  writeFileSync(file, properties(home, address, signCertificate(home)));
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const format = ["format", "--cluster-id", "c2VjdXJlLWJyb2tlci10ZQ", "--config", file];
  execFileSync(java[0], [...java.slice(1), "kafka.tools.StorageTool", ...format, ...scram]);
  await startEngine(
    home,
    { name, command: [...java, "kafka.Kafka", file], env: process.env, cwd: home },
    effects,
  );
  const stop = async (): Promise<void> => {
    await stopEngine(home, name, effects, 30_000);
    rmSync(home, { recursive: true, force: true });
  };
  const startedMs = effects.now();
  for (;;) {
    try {
      await probeKafka([address("plain")]);
      break;
    } catch (error) {
      if (effects.now() - startedMs < readyMs) {
        await effects.sleep(200);
        continue;
      }
      const log = readFileSync(logFile(home, name), "utf8").slice(-2000);
      await stop();
      throw new Error(`no answer of the broker: ${log}`, { cause: error });
    }
  }
  return { secure: address("secure"), plain: address("plain"), caFile, otherCaFile, stop };
}

function properties(home: string, address: (port: string) => string, pemFile: string): string {
  const login = "org.apache.kafka.common.security";
  const jaas = (mechanism: string, module: string, more = ""): [string, string] => [
    `listener.name.sasl_ssl.${mechanism}.sasl.jaas.config`,
    `${login}.${module} required${more};`,
  ];
  const listeners = `SASL_SSL://${address("secure")},PLAINTEXT://${address("plain")}`;
  return formatProperties({
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${address("controller")}`,
    listeners: `${listeners},CONTROLLER://${address("controller")}`,
    "advertised.listeners": listeners,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": join(home, "log"),
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": pemFile,
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    ...Object.fromEntries([
      jaas("plain", "plain.PlainLoginModule", ` user_${username}="${password}"`),
      jaas("scram-sha-256", "scram.ScramLoginModule"),
      jaas("scram-sha-512", "scram.ScramLoginModule"),
    ]),
  });
}

/** An authority of its own: the path of its certificate. */
function makeAuthority(home: string, ca: string): string {
  const pem = join(home, `${ca}.pem`);
  openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-subj", `/CN=workbench ${ca}`, "-keyout", join(home, `${ca}.key`), "-out", pem],
  );
  return pem;
}

/** A certificate for 127.0.0.1, signed by the authority `ca`, with its key in one file. */
function signCertificate(home: string): string {
  const at = (file: string): string => join(home, file);
  mkdirSync(at("log"), { recursive: true });
  writeFileSync(at("san.cnf"), "subjectAltName=IP:127.0.0.1\n");
  openssl(
    ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker"],
    ...["-keyout", at("broker.key"), "-out", at("broker.csr")],
  );
  openssl(
    ...["x509", "-req", "-in", at("broker.csr"), "-days", "2", "-CAcreateserial"],
    ...["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-extfile", at("san.cnf")],
    ...["-out", at("broker.pem")],
  );
  const parts = ["broker.key", "broker.pem", "ca.pem"].map((file) => readFileSync(at(file)));
  writeFileSync(at("keystore.pem"), Buffer.concat(parts), { mode: 0o600 });
  return at("keystore.pem");
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}

async function choosePorts(claimed: ReadonlySet<number>): Promise<Ports> {
  const secure = await choosePort(19_192, claimed);
  const plain = await choosePort(secure + 1, claimed);
  const controller = await choosePort(plain + 1, claimed);
  return { secure, plain, controller };
}
