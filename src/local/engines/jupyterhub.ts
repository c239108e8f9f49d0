import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { addressOf, type Engine, probeHttp } from "./engine";

/** JupyterHub, on loopback, with one generated password. */
export const jupyterhub: Engine = {
  name: "jupyterhub",
  ports: { jupyterhub: 8888, "jupyterhub-api": 8081, "jupyterhub-proxy-api": 8001 },
  after: [],
  prepare({ home, ports, env }) {
    const program = join(homePaths(home).venv, "bin", "jupyterhub");
    if (!existsSync(program)) {
      throw new WorkbenchError("MISSING_PROGRAM", `JupyterHub is not installed: no ${program}`, {
        hint: "./scripts/up installs it",
      });
    }
    ensurePassword(home);
    const path = [join(installationDir, "node_modules", ".bin"), dirname(process.execPath)];
    return Promise.resolve({
      command: [program, "-f", join(installationDir, "jupyterhub", "jupyterhub_config.py")],
      cwd: jupyterDir(home),
      env: {
        // Whole: the settings in it reach the notebooks, as they reach the command line.
        ...env,
        PATH: [...path, env["PATH"] ?? ""].join(delimiter),
        WORKBENCH_NODE: process.execPath,
        WORKBENCH_PASSWORD_FILE: passwordFile(home),
        JUPYTERHUB_PORT: String(ports["jupyterhub"] ?? 0),
        JUPYTERHUB_API_PORT: String(ports["jupyterhub-api"] ?? 0),
        JUPYTERHUB_PROXY_API_PORT: String(ports["jupyterhub-proxy-api"] ?? 0),
      },
    });
  },
  probe: (context) => probeHttp(`http://${addressOf(context, "jupyterhub")}/hub/login`),
  startTimeoutMs: 300_000,
  graceMs: 30_000,
};

function jupyterDir(home: string): string {
  return join(home, "jupyterhub");
}

/** Where the password lies, readable by its owner alone. */
export function passwordFile(home: string): string {
  return join(jupyterDir(home), "password");
}

/** The password of the hub, made when there is none. */
export function ensurePassword(home: string): string {
  const file = passwordFile(home);
  if (!existsSync(file)) {
    mkdirSync(jupyterDir(home), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${generatePassword()}\n`, { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}

/** Four groups of five letters and digits that are not mistaken for one another: 98 bits. */
function generatePassword(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const group = (): string =>
    Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
