import type { Command } from "commander";
import type { Settings } from "../../lib/config/settings";
import type { Effects } from "../../lib/effects";
import { WorkbenchError } from "../../lib/errors";
import { engineNames } from "../../local/engines/engine";
import { followFile } from "../../local/follow";
import { currentHome } from "../../local/home";
import { findJobRunLogs } from "../../local/job-run-logs";
import { lastLines, logFile } from "../../local/processes";
import type { CliContext } from "../context";

interface Flags {
  lines: string;
  follow?: boolean;
}

/** `workbench logs`: what an engine, or a job run, has written. */
export function register(program: Command, context: CliContext): void {
  program
    .command("logs")
    .description("print the end of an engine's log, or of a Glue job run's two")
    .argument("<name>", `${engineNames.join(", ")}, or the id of a Glue job run`)
    .option("--lines <n>", "how many lines", "50")
    .option("-f, --follow", "and what is added, until interrupted")
    .action(async (name: string, flags: Flags) => {
      await context.run(
        {},
        async (effects) => {
          const lines = readLineCount(flags.lines);
          const files = findLogs(currentHome(), name);
          if (files === undefined) {
            await context.write(`${cloudWatchAddress(name, context.settings())}\n`);
            return;
          }
          await print(name, files, lines, context, effects);
          if (flags.follow === true) {
            const follow = (file: string): Promise<void> =>
              followFile(file, (part) => context.write(part), effects);
            await Promise.all(files.map(follow));
          }
        },
        () => undefined,
      );
    });
}

async function print(
  name: string,
  files: readonly string[],
  lines: number,
  context: CliContext,
  effects: Effects,
): Promise<void> {
  for (const file of files) {
    const text = lastLines(file, lines).map((line) => `${line}\n`);
    if (text.length === 0) effects.logger.info(`${name} has written nothing (${file})`);
    else if (files.length > 1) effects.logger.info(`the end of ${file}`);
    await context.write(text.join(""));
  }
}

function readLineCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new WorkbenchError("USAGE", `--lines is ${JSON.stringify(text)}`, {
    hint: "give a whole number from 0 to 999999",
  });
}

/** The files to print; undefined for a job run that is not this machine's. */
function findLogs(home: string, name: string): string[] | undefined {
  if ((engineNames as readonly string[]).includes(name)) return [logFile(home, name)];
  const run = findJobRunLogs(home, name);
  // The script's own words last: they stand right above the prompt.
  if (run !== undefined) return [run.spark, run.script];
  if (/^jr_[0-9a-f]+(_attempt_\d+)?$/.test(name)) return undefined;
  throw unknown(name);
}

function unknown(name: string): WorkbenchError {
  return new WorkbenchError("USAGE", `there is no engine and no job run ${JSON.stringify(name)}`, {
    hint: `the engines are ${engineNames.join(", ")}`,
  });
}

/**
 * Where AWS keeps a run's log: Glue writes it to CloudWatch, a stream a run.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
 * @throws {@link WorkbenchError} code USAGE where the jobs run on this machine
 */
export function cloudWatchAddress(id: string, { aws }: Pick<Settings, "aws">): string {
  if (aws.local) throw unknown(id);
  const group = "/aws-glue/jobs/error";
  const inAddress = encodeURIComponent(encodeURIComponent(group)).replaceAll("%", "$");
  return (
    `aws logs tail ${group} --region ${aws.region} --log-stream-names ${id}\n` +
    `https://${aws.region}.console.aws.amazon.com/cloudwatch/home?region=${aws.region}` +
    `#logsV2:log-groups/log-group/${inAddress}/log-events/${id}`
  );
}
