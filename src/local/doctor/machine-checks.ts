import { findJdk, sparkJdk, trinoJdk } from "../jdk";
import { homePaths } from "../home";
import { availableMemoryBytes, formatGb, freeDiskBytes, hasApt, neededMemoryGb } from "../machine";
import { checkPrograms, fixOf, formatNeed, isAtLeast } from "../programs";
import { setupState } from "../setup/setup";
import { type Check, check } from "./check";

/** Room to work in; set-up asks for more. */
const workingDiskGb = 1;
const leastNode = "20.19";

/** What this machine has, and what set-up has installed on it. */
export async function checkMachine(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Check[]> {
  const node = process.versions.node;
  const nodeFix = "https://nodejs.org/en/download, or: nvm install 22";
  const programs = (await checkPrograms()).map((one) =>
    check(
      one.need.title,
      one.ok,
      one.ok ? (one.found ?? "") : formatNeed(one),
      fixOf(one.need, hasApt()),
    ),
  );
  const { venv } = homePaths(home);
  const jdks = [
    {
      name: "Java for Spark",
      jdk: findJdk(sparkJdk, env),
      fix: "sudo apt-get install openjdk-17-jdk-headless, or set JAVA17_HOME",
    },
    {
      name: "Java for Trino",
      jdk: findJdk(trinoJdk, env, venv),
      fix: "./scripts/up, or set JAVA25_HOME",
    },
  ].map(({ name, jdk, fix }) =>
    check(
      name,
      jdk !== undefined,
      jdk === undefined ? "none that serves" : `${jdk.version}, ${jdk.home}`,
      fix,
    ),
  );
  const disk = freeDiskBytes(home);
  const memory = availableMemoryBytes();
  const up = "./scripts/up";
  return [
    check("Node", isAtLeast(node, leastNode), node, nodeFix),
    ...programs,
    ...jdks,
    check("Disk", disk > workingDiskGb * 1e9, `${formatGb(disk)} free`, `make room at ${home}`),
    check(
      "Memory",
      memory > (neededMemoryGb * 1e9) / 2,
      `${formatGb(memory)} free`,
      "end other programs: Spark and Trino need about 2.5 GB between them",
    ),
    ...setupState({ home, tests: false }).map(({ title, done }) =>
      check(title, done, done ? "installed" : "not installed, or other versions", up),
    ),
  ];
}
