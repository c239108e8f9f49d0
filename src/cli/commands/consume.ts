import { type Command, Option } from "commander";
import { consume, type ConsumeOptions, type ConsumeSummary } from "../../lib/consume";
import type { CliContext } from "../context";
import { splitList } from "./produce";

interface ConsumeFlags {
  sinks: string;
  until: "caught-up" | "forever";
  group?: string;
  json?: boolean;
}

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
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: ConsumeFlags) => {
      await context.run(
        flags,
        (effects) => consume(context.settings(), readOptions(flags), effects),
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
