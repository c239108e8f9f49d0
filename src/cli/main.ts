import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { commands } from "./commands";
import { type ProcessContext, processContext } from "./context";
import { addLogOptions, type LogFormat, type LogLevel, readLogOptions } from "./log-options";
import { filterWarnings } from "./warnings";
import { WorkbenchError } from "../lib/errors";

/** The `workbench` command with all its subcommands. */
export function buildProgram(context: ProcessContext = processContext()): Command {
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
  for (const register of commands) register(program, context);
  for (const command of withSubcommands(program)) {
    if (command !== program && command.commands.length === 0) addLogOptions(command);
  }
  program.hook("preAction", (_program, command) => {
    const flags = command.opts<{ logFormat?: LogFormat; logLevel?: LogLevel }>();
    context.configureLogs(readLogOptions(flags, process.env));
  });
  // Commander writes its own usage errors; ours are one line with the way to help.
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

async function main(argv: readonly string[]): Promise<void> {
  const context = processContext();
  filterWarnings((line) => context.note(line));
  const program = buildProgram(context);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      context.fail(error);
      return;
    }
    if (error.exitCode === 0) return;
    const command = program.commands.find((one) => argv.includes(one.name()));
    if (error.code === "commander.help") {
      process.stderr.write((command ?? program).helpInformation());
      process.exitCode = 2;
      return;
    }
    const name = command?.name();
    context.fail(
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
