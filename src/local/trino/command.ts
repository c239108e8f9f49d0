import { existsSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { findJdk, trinoJdk } from "../jdk";
import { heapMb } from "./config";

/** The folder `up` installs Trino into. */
export function trinoDir(home: string): string {
  return join(homePaths(home).engines, "trino");
}

/** The folder of its configuration and state. */
export function trinoDataDir(home: string): string {
  return join(homePaths(home).data, "trino");
}

/**
 * The command line that runs Trino, checked against what is installed.
 *
 * @throws {@link WorkbenchError} code MISSING_PROGRAM naming what is not there
 */
export function trinoCommand(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): [string, ...string[]] {
  const dir = trinoDir(home);
  for (const part of ["lib", "plugin/iceberg"]) {
    if (!existsSync(join(dir, part))) {
      throw new WorkbenchError("MISSING_PROGRAM", `Trino is not installed: no ${join(dir, part)}`, {
        hint: "./scripts/up installs it",
      });
    }
  }
  const jdk = findJdk(trinoJdk, env, homePaths(home).venv);
  if (jdk === undefined) {
    throw new WorkbenchError("MISSING_PROGRAM", "Trino needs a JDK 25, and none was found", {
      hint: "./scripts/up installs one, or set JAVA25_HOME",
    });
  }
  const etc = join(trinoDataDir(home), "etc");
  return [
    jdk.java,
    `-Xmx${heapMb}M`,
    "-Xms256M",
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:ReservedCodeCacheSize=256M",
    // Two seconds off the start; kept up to date by the JVM itself.
    "-XX:+AutoCreateSharedArchive",
    `-XX:SharedArchiveFile=${join(trinoDataDir(home), "trino.jsa")}`,
    "-Xlog:cds=off",
    "-Xlog:cds+dynamic=off",
    "-Djdk.attach.allowAttachSelf=true",
    "-Djdk.nio.maxCachedBufferSize=2000000",
    "-Dfile.encoding=UTF-8",
    "-Duser.timezone=UTC",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-cp",
    join(dir, "lib", "*"),
    `-Dconfig=${join(etc, "config.properties")}`,
    `-Dlog.levels-file=${join(etc, "log.properties")}`,
    `-Dcatalog.config-dir=${join(etc, "catalog")}`,
    "io.trino.server.TrinoServer",
  ];
}
