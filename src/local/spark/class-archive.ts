import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SparkInstall } from "./install";

/**
 * The file of Spark's class-data archive: with it the JVM maps some twenty thousand classes into
 * memory as they were, instead of reading and verifying each. It holds for the very same jars and
 * JVM, so its name says which: one of another Spark is never found.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing
 */
export function sparkArchive(install: SparkInstall): string {
  const digest = createHash("sha256");
  digest.update(JSON.stringify([install.jdk.home, install.jdk.version]));
  for (const jar of [...jarsIn(join(install.sparkHome, "jars")), ...install.extraJars]) {
    const { size, mtimeMs } = statSync(jar);
    digest.update(JSON.stringify([jar, size, Math.floor(mtimeMs)]));
  }
  return join(install.archiveFolder, `${archivePrefix}${digest.digest("hex").slice(0, 16)}.jsa`);
}

/** What the names of such archives begin with. */
export const archivePrefix = "classes-";

/** The JVM's flags for an archive; none where it has not been made. */
export function archiveFlags(archive: string): string[] {
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
}

function jarsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jar"))
    .sort()
    .map((name) => join(folder, name));
}
