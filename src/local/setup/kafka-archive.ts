import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effects } from "../../lib/effects";
import { kafka, kafkaArchive, kafkaJava } from "../engines/kafka";
import { claimPorts } from "../port-claims";
import { choosePort, type Ports } from "../ports";
import { startEngine, stopEngine, waitUntilReady } from "../processes";

/**
 * Makes Kafka's class-data archive: a broker is started once in a home of its own, which writes
 * at its end which classes it had loaded. Only the very same jars at the very same place can use
 * it; the JVM checks that, and starts without it otherwise.
 */
export async function makeKafkaArchive(home: string, effects: Effects): Promise<void> {
  const archive = kafkaArchive(home);
  if (existsSync(archive)) return;
  const fresh = `${archive}.new`;
  rmSync(fresh, { force: true });
  const scratch = mkdtempSync(join(tmpdir(), "workbench-kafka-"));
  try {
    const ports = await claimPorts(scratch, choosePorts, effects);
    const context = { home: scratch, ports, env: process.env, installedIn: home };
    const java = kafkaJava(home, process.env, [
      `-XX:ArchiveClassesAtExit=${fresh}`,
      "-Xlog:cds=off",
      "-Xlog:cds+dynamic=off",
    ]);
    const launch = await kafka.prepare(context, effects);
    const command = [...java, ...launch.command.slice(-2)] as [string, ...string[]];
    try {
      await startEngine(scratch, { ...launch, command, name: "kafka" }, effects);
      const probe = (): Promise<unknown> => kafka.probe(context);
      await waitUntilReady(scratch, "kafka", probe, effects, kafka.startTimeoutMs);
    } finally {
      await stopEngine(scratch, "kafka", effects, 60_000);
    }
    if (existsSync(fresh)) renameSync(fresh, archive);
    else effects.logger.warn("no class-data archive was made: Kafka starts, but more slowly");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function choosePorts(claimed: ReadonlySet<number>): Promise<Ports> {
  const broker = await choosePort(19_092, claimed);
  const controller = await choosePort(broker + 1, claimed);
  return { kafka: broker, "kafka-controller": controller };
}
