import { join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { addressOf, type Engine, plainEnv, probeHttp } from "./engine";

/** Our gateway: the address that everything speaks to as AWS. */
export const aws: Engine = {
  name: "aws",
  ports: { aws: 4566 },
  after: ["ministack"],
  prepare: (context) =>
    Promise.resolve({
      command: [
        process.execPath,
        join(installationDir, "dist", "local", "aws", "main.js"),
        ...["--port", String(context.ports["aws"] ?? 0)],
        ...["--ministack", `http://${addressOf(context, "ministack")}`],
        ...["--home", context.home],
      ],
      cwd: context.home,
      env: plainEnv(context.env),
    }),
  // Through the gateway to ministack behind it.
  probe: (context) => probeHttp(`http://${addressOf(context, "aws")}/_ministack/health`),
  startTimeoutMs: 180_000,
  graceMs: 30_000,
};
