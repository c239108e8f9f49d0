import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readLayers } from "../lib/config/sources";

/** Where things lie below WORKBENCH_HOME. Deleting the folder is starting anew. */
export interface HomePaths {
  home: string;
  /** The Python environment: JupyterHub, nbconvert, Spark, ministack. */
  venv: string;
  /** Python environment of the clients that only the conformance tests run. */
  clients: string;
  /** Installations: `kafka`, `spark`, `trino`. */
  engines: string;
  /** One record a running engine. */
  run: string;
  logs: string;
  /** What must survive `down` and `up`: one folder an engine. */
  data: string;
  /** Addresses of the engines, read as the weakest layer of settings. */
  localEnv: string;
}

/** Every path of a home, from its folder. */
export function homePaths(home: string): HomePaths {
  return {
    home,
    venv: join(home, "venv"),
    clients: join(home, "clients"),
    engines: join(home, "engines"),
    run: join(home, "run"),
    logs: join(home, "logs"),
    data: join(home, "data"),
    localEnv: join(home, "local.env"),
  };
}

/**
 * Links into a home what is installed in another: engines in a home of their own, for a test or a
 * bench, without installing anything again. What the home has already stays.
 */
export function linkInstallations(installed: string, home: string): void {
  const from = homePaths(installed);
  const to = homePaths(home);
  for (const name of ["venv", "engines", "clients"] as const) {
    if (existsSync(from[name]) && !existsSync(to[name])) symlinkSync(from[name], to[name]);
  }
}

/** The home in force, whatever else of the settings may be wrong. */
export function currentHome(
  env: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): string {
  return readLayers(env, cwd).home;
}
