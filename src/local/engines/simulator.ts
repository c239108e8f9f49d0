import { join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { addressOf, type Engine, plainEnv, probeHttp } from "./engine";

/** Its events follow from this number alone. */
const defaultSeed = 1;

/** The stand-in for GitHub's API, for tests and machines that cannot reach GitHub. */
export const simulator: Engine = {
  name: "simulator",
  ports: { simulator: 8790 },
  after: [],
  prepare: ({ home, ports, env }) =>
    Promise.resolve({
      command: [
        process.execPath,
        join(installationDir, "dist", "local", "simulator", "main.js"),
        ...["--port", String(ports["simulator"] ?? 0)],
        ...["--seed", String(defaultSeed)],
      ],
      cwd: home,
      env: plainEnv(env),
    }),
  probe: (context) => probeHttp(`http://${addressOf(context, "simulator")}/rate_limit`),
  startTimeoutMs: 120_000,
  graceMs: 5_000,
};
