import { type Command, Option } from "commander";
import type { EventMessage } from "../../lib/events/message";
import { tail } from "../../lib/tail";
import type { CliContext } from "../context";
import { splitList } from "./produce";

interface TailFlags {
  from: "earliest" | "latest";
  types?: string;
  json?: boolean;
}

/** `workbench tail`: prints messages as they come. */
export function register(program: Command, context: CliContext): void {
  program
    .command("tail")
    .description("print messages as they come, until Ctrl-C")
    .addOption(
      new Option("--from <where>", "where to begin")
        .choices(["earliest", "latest"])
        .default("latest"),
    )
    .option("--types <types>", "event types to show, comma-separated, or all")
    .option("--json", "print each message as it is, one JSON object a line")
    .action(async ({ from, types, json }: TailFlags) => {
      await context.run(
        {},
        (effects) => {
          // One after the other, at the reader's pace.
          let written = Promise.resolve();
          return tail(
            context.settings(),
            {
              from,
              ...(types === undefined || types === "all" ? {} : { types: splitList(types) }),
              onMessage: (message) => {
                const line = json === true ? JSON.stringify(message) : formatMessage(message);
                written = written.then(() => context.write(`${line}\n`));
                return written;
              },
            },
            effects,
          );
        },
        () => undefined,
      );
    });
}

/** When, what, where and by whom. What outsiders wrote must not steer the terminal. */
export function formatMessage({ timestamp, event_type, repo, user }: EventMessage): string {
  const printable = (text: string): string => text.replaceAll(/\p{C}/gu, "�");
  return [timestamp, event_type.padEnd(20), printable(repo), printable(user)].join("  ");
}
