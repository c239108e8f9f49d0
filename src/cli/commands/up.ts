import { userInfo } from "node:os";
import { type Command, Option } from "commander";
import { ensurePassword } from "../../local/engines/jupyterhub";
import { engineNames } from "../../local/engines/engine";
import { brokerCounts } from "../../local/engines/kafka-cluster";
import { currentHome } from "../../local/home";
import { bringUp, type UpSummary } from "../../local/up";
import type { CliContext } from "../context";
import { ensureFirstReport, type FirstReport } from "../first-run";
import { tunnelLine } from "../tunnel-line";

interface Flags {
  hub: boolean;
  brokers?: string;
  firstRun?: boolean;
  json?: boolean;
}

/** What `up` tells at the end. */
interface Summary {
  engines: UpSummary["engines"];
  hub: { url: string; password: string; tunnel: string } | null;
  report: FirstReport | null;
}

/** `workbench up`: the engines of this machine. */
export function register(program: Command, context: CliContext): void {
  program
    .command("up")
    .description("start the engines of this machine and JupyterHub; what runs already stays")
    .option("--no-hub", "leave JupyterHub out")
    .addOption(
      new Option(
        "--brokers <n>",
        "how many brokers Kafka has; each number is a cluster with topics and raw objects of its " +
          "own (default: as many as the last time, else 1)",
      ).choices(brokerCounts.map(String)),
    )
    .option("--first-run", "where there is no report yet, run the pipeline and leave one")
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: Flags) => {
      await context.run(
        flags,
        async (effects): Promise<Summary> => {
          const home = currentHome();
          const engines = engineNames.filter((name) => flags.hub || name !== "jupyterhub");
          const brokers = brokerCounts.find((count) => String(count) === flags.brokers);
          const options = { home, env: process.env, engines };
          const up = await bringUp(
            brokers === undefined ? options : { ...options, brokers },
            effects,
          );
          const report = flags.firstRun === true ? await ensureFirstReport(context, effects) : null;
          const hub = up.engines.find(({ name }) => name === "jupyterhub");
          return {
            engines: up.engines,
            hub: hub === undefined ? null : describeHub(home, hub.address),
            report,
          };
        },
        formatUp,
      );
    });
}

function describeHub(home: string, address: string): NonNullable<Summary["hub"]> {
  const port = address.split(":").at(-1) ?? "";
  return {
    url: `http://${address}`,
    password: ensurePassword(home),
    tunnel: tunnelLine(port),
  };
}

function formatUp({ engines, hub, report }: Summary): string {
  const lines = engines.map(
    ({ name, state, address }) => `${name.padEnd(11)} ${state.padEnd(8)} ${address}`,
  );
  if (report !== null) lines.push("", `Report      ${report.path}`);
  if (hub !== null) {
    lines.push(
      "",
      `JupyterHub  ${hub.url}`,
      `User        ${userInfo().username}`,
      `Password    ${hub.password}`,
      `From afar   ${hub.tunnel}`,
    );
  }
  return lines.join("\n");
}
