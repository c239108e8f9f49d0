import type { Command } from "commander";
import { type DownSummary, takeDown } from "../../local/down";
import { currentHome } from "../../local/home";
import type { CliContext } from "../context";

/** `workbench down`: stops what `up` started. */
export function register(program: Command, context: CliContext): void {
  program
    .command("down")
    .description("stop what `up` started, and nothing else; what they stored stays")
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: { json?: boolean }) => {
      await context.run(flags, (effects) => takeDown(currentHome(), effects), formatDown);
    });
}

function formatDown({ engines }: DownSummary): string {
  if (engines.length === 0) return "nothing was running";
  return engines
    .map(({ name, state }) => (state === "crashed" ? `${name} had crashed` : `${name} stopped`))
    .join("\n");
}
