import { type Command, InvalidArgumentError, Option } from "commander";
import { consume, type ConsumeOptions, type ConsumeSummary } from "../../lib/consume";
import type { CliContext } from "../context";
import { consumeInstances } from "../instances/consume-instances";
import { runWorker } from "../instances/worker";
import { metricsPortOption } from "../metrics-server";
import { splitList } from "./produce";

interface ConsumeFlags {
  sinks: string;
  until: "caught-up" | "forever";
  group?: string;
  instances: number;
  worker?: number;
  metricsPort?: number;
  json?: boolean;
}

const maxInstances = 16;

/** `workbench consume`: Kafka → sinks. */
export function register(program: Command, context: CliContext): void {
  program
    .command("consume")
    .description("read messages from Kafka and land them")
    .option("--sinks <sinks>", "where messages go, comma-separated: s3", "s3")
    .addOption(
      new Option("--until <when>", "when to end: caught-up, with what is there now, or forever")
        .choices(["caught-up", "forever"])
        .default("caught-up"),
    )
    .option("--group <group>", "the consumer group; each sink adds its name (default: KAFKA_GROUP)")
    .addOption(
      new Option("--instances <n>", `processes that share the work, 1 to ${maxInstances}`)
        .default(1)
        .argParser(readInstances),
    )
    .addOption(metricsPortOption())
    .addOption(new Option("--worker <n>").argParser(Number).hideHelp())
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: ConsumeFlags) => {
      const { json = false, instances: count, worker, metricsPort } = flags;
      if (worker !== undefined) {
        await runWorker(worker, (effects) =>
          consume(context.settings(), readOptions(flags), effects),
        );
        return;
      }
      if (count === 1) {
        await context.run(
          { json, ...(metricsPort === undefined ? {} : { metricsPort }) },
          (effects) => consume(context.settings(), readOptions(flags), effects),
          formatConsume,
        );
        return;
      }
      await context.run(
        { json },
        (effects) => {
          const loggerOf = context.workerLogger ?? (() => effects.logger);
          const instances = {
            ...{ count, loggerOf },
            ...(metricsPort === undefined ? {} : { metricsPort }),
          };
          return consumeInstances(context.settings(), readOptions(flags), instances, effects);
        },
        formatConsume,
      );
    });
}

/** The summary in one line. */
export function formatConsume({ messages, objects, dead_letters, lag }: ConsumeSummary): string {
  return `${messages} messages landed in ${objects} objects, ${dead_letters} dead letters, lag ${lag}`;
}

/** What is no sink is refused by `consume` itself, by its name. */
function readOptions({ sinks, until, group }: ConsumeFlags): ConsumeOptions {
  return {
    sinks: splitList(sinks) as "s3"[],
    until,
    ...(group === undefined ? {} : { group }),
  };
}

function readInstances(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > maxInstances) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${maxInstances}.`);
  }
  return count;
}
