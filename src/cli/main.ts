import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { commands } from "./commands";
import { processContext, reportError } from "./context";
import { filterWarnings } from "./warnings";
import { WorkbenchError } from "../lib/errors";

/** The `workbench` command with all its subcommands. */
export function buildProgram(): Command {
  const program = new Command("workbench")
    .description("Ask questions of GitHub's public events: capture, store, query, chart, report.")
    .version(readVersion())
    .showHelpAfterError(false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.\n" +
        "Settings come from the environment or a .env file; `workbench doctor` checks this machine.",
    );
  const context = processContext();
  for (const register of commands) register(program, context);
  // Commander writes its own usage errors; ours are one line with the way to help.
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  return program;
}

async function main(argv: readonly string[]): Promise<void> {
  filterWarnings();
  const program = buildProgram();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      reportError(error);
      return;
    }
    if (error.exitCode === 0) return;
    if (error.code === "commander.help") {
      process.stderr.write(program.helpInformation());
      process.exitCode = 2;
      return;
    }
    const name = program.commands.find((command) => argv.includes(command.name()))?.name();
    reportError(
      new WorkbenchError("USAGE", error.message.replace(/^error: /, "").replaceAll("\n", " "), {
        hint: `npx workbench ${name === undefined ? "" : `${name} `}--help`,
      }),
    );
  }
}

function readVersion(): string {
  const manifest = join(__dirname, "..", "..", "package.json");
  if (!existsSync(manifest)) return "unknown";
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

if (require.main === module || process.argv[1]?.endsWith("workbench") === true) {
  void main(process.argv);
}
