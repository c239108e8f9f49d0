import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "dotenv";
import { settingNames } from "./schema";

/** One layer of settings: its name for messages, and its values. */
export interface SettingsLayer {
  name: string;
  values: Readonly<Record<string, string>>;
}

/** The checkout (or installation) this code runs from: the folder that holds package.json. */
export const installationDir = resolve(__dirname, "..", "..", "..");

/**
 * The layers, strongest first: the environment, `.env` of the working folder or of the checkout,
 * and what `workbench up` wrote of the local engines. An empty value counts as not set.
 */
export function readLayers(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): { layers: SettingsLayer[]; home: string } {
  const fromEnv = pick(env);
  const file = [join(cwd, ".env"), join(installationDir, ".env")].find((path) => existsSync(path));
  const fromFile: Record<string, string> =
    file === undefined ? {} : dropEmpty(parse(readFileSync(file, "utf8")));
  const home = resolve(
    installationDir,
    fromEnv["WORKBENCH_HOME"] ?? fromFile["WORKBENCH_HOME"] ?? ".workbench",
  );
  const local = join(home, "local.env");
  return {
    home,
    layers: [
      { name: "the environment", values: fromEnv },
      { name: ".env", values: fromFile },
      {
        name: "local engines",
        values: existsSync(local) ? dropEmpty(parse(readFileSync(local, "utf8"))) : {},
      },
    ],
  };
}

/** Names in `.env` that are no settings: a misspelt name must not be passed over in silence. */
export function unknownNames(values: Readonly<Record<string, string>>): string[] {
  return Object.keys(values).filter(
    (name) => !settingNames.includes(name) && !name.startsWith("AWS_"),
  );
}

function pick(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of settingNames) {
    const value = env[name];
    if (value !== undefined && value !== "") values[name] = value;
  }
  return values;
}

function dropEmpty(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}
