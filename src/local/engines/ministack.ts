import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { addressOf, type Engine, plainEnv, probeHttp } from "./engine";

/** ministack: S3, the Glue catalog, STS and CloudFormation, behind our gateway. */
export const ministack: Engine = {
  name: "ministack",
  ports: { ministack: 4567 },
  after: [],
  prepare({ home, ports, env }) {
    const { venv, data } = homePaths(home);
    const program = join(venv, "bin", "ministack");
    if (!existsSync(program)) {
      throw new WorkbenchError("MISSING_PROGRAM", `ministack is not installed: no ${program}`, {
        hint: "./scripts/up installs it",
      });
    }
    const dir = join(data, "ministack");
    const tmp = join(dir, "tmp");
    mkdirSync(tmp, { recursive: true });
    return Promise.resolve({
      command: [program],
      cwd: dir,
      env: {
        ...plainEnv(env),
        TMPDIR: tmp,
        GATEWAY_PORT: String(ports["ministack"] ?? 0),
        // Without this it listens on every address.
        BIND_HOST: "127.0.0.1",
        // Its IoT listener would take every address.
        IOT_MTLS_ENABLED: "0",
        MINISTACK_HOST: "127.0.0.1",
        MINISTACK_REGION: "us-east-1",
        PERSIST_STATE: "1",
        S3_PERSIST: "1",
        STATE_DIR: join(dir, "state"),
        S3_DATA_DIR: join(dir, "s3"),
        LOG_LEVEL: "WARNING",
      },
    });
  },
  probe: (context) => probeHttp(`http://${addressOf(context, "ministack")}/_ministack/health`),
  startTimeoutMs: 180_000,
  // It writes the catalog when it ends: it must have the time.
  graceMs: 30_000,
};
