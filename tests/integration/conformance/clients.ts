import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../../src/lib/config/load";
import { homePaths } from "../../../src/local/home";

/** A file beside this one. */
export function conformanceFile(name: string): string {
  return join(__dirname, name);
}

/**
 * Runs a program of the clients' own Python environment against the tests' endpoint.
 *
 * @returns what it printed
 */
export function runClient(script: string, ...args: string[]): Promise<string> {
  const { home, aws } = loadSettings();
  const python = join(homePaths(home).clients, "bin", "python");
  if (!existsSync(python)) {
    throw new Error(`the clients are not installed: no ${python}; run ./scripts/setup --tests`);
  }
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    AWS_ACCESS_KEY_ID: "workbench",
    AWS_SECRET_ACCESS_KEY: "workbench",
    AWS_DEFAULT_REGION: aws.region,
    AWS_ENDPOINT_URL: aws.endpointUrl,
    AWS_EC2_METADATA_DISABLED: "true",
    PYTHONWARNINGS: "ignore",
  };
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    execFile(python, [conformanceFile(script), ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script} ended with ${String(error.code)}: ${stderr.slice(-3000)}`));
    });
  });
}
