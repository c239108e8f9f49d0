import { execFile } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { findJdk, sparkJdk } from "./jdk";

/** A program that this machine must have. */
export interface ProgramNeed {
  title: string;
  /** In words: `Maven ≥ 3.6`. */
  wanted: string;
  accepts: (version: string) => boolean;
  /** Debian's packages, the first that apt knows of each list; empty where these are too old. */
  packages: readonly (readonly string[])[];
  /** What to do where there is no apt. */
  otherwise: string;
  /** The version found, undefined for none. */
  find: () => Promise<string | undefined>;
}

/** How a need was met. */
export interface ProgramCheck {
  need: ProgramNeed;
  found: string | undefined;
  ok: boolean;
}

/** A program that ends before this is there; a JVM on a busy machine takes its time. */
const timeoutMs = 30_000;
const pythonNames = ["python3", "python3.12", "python3.11", "python3.10", "python3.13"];

/** The needs beside Node, which runs this very code. */
export const programNeeds: readonly ProgramNeed[] = [
  {
    title: "Python",
    wanted: "Python ≥ 3.10",
    accepts: (version) => isAtLeast(version, "3.10"),
    packages: [["python3"], ["python3-venv"]],
    otherwise: "install Python 3.10 or later with its venv module",
    find: async (): Promise<string | undefined> => (await findPython())?.version,
  },
  {
    title: "JDK",
    // Kafka runs on any from 17 on, Trino has its own: Spark is the choosy one.
    wanted: "a JDK from 17 to 21",
    accepts: (version) => sparkJdk.accepts(Number.parseInt(version, 10)),
    packages: [["openjdk-17-jdk-headless", "openjdk-21-jdk-headless"]],
    otherwise: "https://adoptium.net/temurin/releases/?version=17, or set JAVA_HOME to one",
    find: async (): Promise<string | undefined> => {
      const found = findJdk(sparkJdk, process.env);
      // One that will not do is worth naming.
      return found === undefined ? askVersion("java", ["-version"]) : String(found.version);
    },
  },
  {
    title: "Maven",
    wanted: "Maven ≥ 3.6",
    accepts: (version) => isAtLeast(version, "3.6"),
    packages: [["maven"]],
    otherwise: "https://maven.apache.org/install.html",
    find: () => askVersion("mvn", ["--version"]),
  },
];

/** Looks for every program. */
export async function checkPrograms(
  needs: readonly ProgramNeed[] = programNeeds,
): Promise<ProgramCheck[]> {
  return Promise.all(
    needs.map(async (need) => {
      const found = await need.find();
      return { need, found, ok: found !== undefined && need.accepts(found) };
    }),
  );
}

/** `needs Maven ≥ 3.6, found none` */
export function formatNeed({ need, found }: ProgramCheck): string {
  return `needs ${need.wanted}, found ${found ?? "none"}`;
}

/** The command that installs what is missing, or where to get it. */
export function fixOf(need: ProgramNeed, hasApt: boolean): string {
  if (!hasApt || need.packages.length === 0) return need.otherwise;
  return `sudo apt-get install ${need.packages.map(([first]) => first).join(" ")}`;
}

/** The first version number in what a program says of itself: `openjdk version "17.0.15"`. */
export function parseVersion(text: string): string | undefined {
  // Maven sets its name in bold, terminal or not: digits of an escape sequence are no version.
  const plain = stripVTControlCharacters(text);
  const version = /\d+(?:\.\d+)+|\d+/.exec(plain)?.[0];
  // Java 8 called itself 1.8.
  return version?.replace(/^1\.(\d)(?=\.|$)/, "$1");
}

/** Whether a dotted version is that or a later one; what is missing counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split(".").map(Number));
  for (const [index, wanted] of (need ?? []).entries()) {
    const part = have?.[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/**
 * The first Python that is new enough and can make environments: Debian has that module in a
 * package of its own. WORKBENCH_PYTHON names one to use before others.
 */
export async function findPython(): Promise<{ program: string; version: string } | undefined> {
  const own = process.env["WORKBENCH_PYTHON"];
  const probe = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])";
  for (const program of own === undefined ? pythonNames : [own, ...pythonNames]) {
    const version = await askVersion(program, ["-c", probe]);
    if (version !== undefined && isAtLeast(version, "3.10")) return { program, version };
  }
  return undefined;
}

/** Runs a program for its version; undefined when there is none or it fails. */
function askVersion(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: timeoutMs }, (error, stdout, stderr) => {
      resolve(error === null ? parseVersion(stdout.trim() === "" ? stderr : stdout) : undefined);
    });
  });
}
