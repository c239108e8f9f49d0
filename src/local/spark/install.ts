import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { findJdk, type Jdk, sitePackages, sparkJdk } from "../jdk";

/** Spark as it is installed. */
export interface SparkInstall {
  /** pyspark's folder: SPARK_HOME. */
  sparkHome: string;
  python: string;
  jdk: Jdk;
  /** Iceberg and the S3 file system. */
  extraJars: readonly string[];
  /** Where class-data archives are kept. */
  archiveFolder: string;
}

const neededJars = ["iceberg-spark-runtime", "iceberg-aws-bundle", "hadoop-aws"];

/**
 * Finds Spark's parts.
 *
 * @throws {@link WorkbenchError} code MISSING_PROGRAM naming the first part that is not there
 */
export function findSpark(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): SparkInstall {
  const { venv, engines } = homePaths(home);
  const hint = "./scripts/up installs it";
  const python = join(venv, "bin", "python");
  const sparkHome = sitePackages(venv)
    .map((folder) => join(folder, "pyspark"))
    .find((folder) => existsSync(join(folder, "jars")));
  if (!existsSync(python) || sparkHome === undefined) {
    const words = `Spark is not installed: no pyspark in ${venv}`;
    throw new WorkbenchError("MISSING_PROGRAM", words, { hint });
  }
  const folder = join(engines, "spark", "jars");
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".jar"))
    : [];
  for (const needed of neededJars) {
    if (!names.some((name) => name.startsWith(needed))) {
      const words = `Spark is not installed: no ${needed} jar in ${folder}`;
      throw new WorkbenchError("MISSING_PROGRAM", words, { hint });
    }
  }
  const jdk = findJdk(sparkJdk, env, venv);
  if (jdk === undefined) {
    throw new WorkbenchError("MISSING_PROGRAM", "Spark needs a JDK 17, and none was found", {
      hint: "./scripts/up installs one, or set JAVA17_HOME",
    });
  }
  // The class-data archive holds for the very paths: a link to them would not do.
  const jarsFolder = realpathSync(folder);
  return {
    sparkHome: realpathSync(sparkHome),
    python,
    jdk,
    extraJars: names.sort().map((name) => join(jarsFolder, name)),
    archiveFolder: join(engines, "spark"),
  };
}
