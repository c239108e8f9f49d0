import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { WorkbenchError } from "../../lib/errors";
import { engineNames } from "../../local/engines/engine";
import { followFile } from "../../local/follow";
import { currentHome, homePaths } from "../../local/home";
import { lastLines, logFile } from "../../local/processes";
import type { CliContext } from "../context";

interface Flags {
  lines: string;
  follow?: boolean;
}

/** `workbench logs`: what an engine has written. */
export function register(program: Command, context: CliContext): void {
  program
    .command("logs")
    .description("print the end of an engine's log")
    .argument("<name>", `${engineNames.join(", ")}, or the id of a Glue job run`)
    .option("--lines <n>", "how many lines", "50")
    .option("-f, --follow", "and what is added, until interrupted")
    .action(async (name: string, flags: Flags) => {
      await context.run(
        {},
        async (effects) => {
          const lines = readLineCount(flags.lines);
          const file = findLog(currentHome(), name);
          const text = lastLines(file, lines).map((line) => `${line}\n`);
          await context.write(text.join(""));
          if (text.length === 0 && flags.follow !== true) {
            effects.logger.info(`${name} has written nothing (${file})`);
          }
          if (flags.follow === true) await followFile(file, (part) => context.write(part), effects);
        },
        () => undefined,
      );
    });
}

function readLineCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new WorkbenchError("USAGE", `--lines is ${JSON.stringify(text)}`, {
    hint: "give a whole number from 0 to 999999",
  });
}

function findLog(home: string, name: string): string {
  if ((engineNames as readonly string[]).includes(name)) return logFile(home, name);
  if (/^[\w-]+$/.test(name)) {
    // Spark tells what it does on its standard error.
    const file = join(homePaths(home).data, "aws", "glue", name, "stderr.log");
    if (existsSync(file)) return file;
  }
  throw new WorkbenchError("USAGE", `there is no engine and no job run ${JSON.stringify(name)}`, {
    hint: `the engines are ${engineNames.join(", ")}`,
  });
}
