import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { homePaths } from "../home";
import type { Installation } from "./installation";
import { runProgram } from "./run-program";

const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
const trinoVersion = "476";
const trinoArtifacts = [
  `io.trino:trino-server-core:${trinoVersion}:tar.gz`,
  `io.trino:trino-iceberg:${trinoVersion}:zip`,
] as const;

/** What is told of and asked about an installation from Maven Central. */
export interface MavenInstallation extends Installation {
  name: string;
  /** The folder of Maven's repository that most of it comes to. */
  group: string;
  /** About what it takes on the disk. */
  sizeMb: number;
  fill: (folder: string, run: MavenRun) => Promise<void>;
}

/** What a Maven run needs from outside. */
export interface MavenRun {
  log: string;
  /** Unpacks, since a bare machine has no unzip. */
  python: string;
  signal?: AbortSignal;
}

/** The installations from Maven Central, each in a folder of its own under `engines/`. */
export function mavenInstallations(home: string): MavenInstallation[] {
  const { engines } = homePaths(home);
  return [
    jars("kafka", "org/apache/kafka", "Kafka", join(engines, "kafka", "libs"), 45),
    jars("spark", "org/apache/iceberg", "Jars for Spark", join(engines, "spark", "jars"), 115),
    {
      name: "trino",
      group: "io/trino",
      title: `Trino ${trinoVersion}`,
      folder: join(engines, "trino"),
      pins: [plugin, ...trinoArtifacts],
      sizeMb: 600,
      fill: fillTrino,
    },
  ];
}

function jars(
  name: string,
  group: string,
  title: string,
  jarsFolder: string,
  sizeMb: number,
): MavenInstallation {
  const folder = dirname(jarsFolder);
  const below = basename(jarsFolder);
  const pom = join(installationDir, "src", "local", "maven", name, "pom.xml");
  return {
    name,
    group,
    title,
    folder,
    pins: [plugin, readFileSync(pom, "utf8")],
    sizeMb,
    fill: (fresh, run) =>
      maven(run, title, [
        "-f",
        pom,
        `${plugin}:copy-dependencies`,
        "-DincludeScope=runtime",
        `-DoutputDirectory=${join(fresh, below)}`,
      ]),
  };
}

/** The server and its one plugin; both archives hold a folder with the version in its name. */
async function fillTrino(folder: string, run: MavenRun): Promise<void> {
  const archives = join(folder, "archives");
  for (const artifact of trinoArtifacts) {
    await maven(run, "Trino", [
      `${plugin}:copy`,
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${archives}`,
    ]);
  }
  const archive = (end: string): string =>
    join(archives, readdirSync(archives).find((name) => name.endsWith(end)) ?? end);
  const purpose = "unpacking Trino";
  await runProgram({
    ...run,
    purpose,
    command: ["tar", "-xzf", archive(".tar.gz"), "--strip-components=1", "-C", folder],
  });
  const plugins = join(folder, "plugin");
  await runProgram({
    ...run,
    purpose,
    command: [run.python, "-m", "zipfile", "-e", archive(".zip"), plugins],
  });
  renameSync(join(plugins, `trino-iceberg-${trinoVersion}`), join(plugins, "iceberg"));
  rmSync(archives, { recursive: true });
}

async function maven(run: MavenRun, title: string, args: readonly string[]): Promise<void> {
  await runProgram({
    ...run,
    // Far from any folder with a pom.xml or a .mvn of somebody else's.
    cwd: "/",
    purpose: `installing ${title}`,
    command: ["mvn", "--batch-mode", "--no-transfer-progress", ...args],
    hint: "it needs Maven Central; the same command goes on where it stopped",
  });
}
