import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Effects } from "../../lib/effects";
import { kafkaArchive } from "../engines/kafka";
import { homePaths } from "../home";
import { withLock } from "../lock";
import { folderBytes, formatMb } from "./growth";
import { clientsInstallation, installClients } from "./clients";
import { installOnce, isInstalled, stampInstalled } from "./installation";
import { makeKafkaArchive } from "./kafka-archive";
import { installKernel, isKernelReady } from "./kernel";
import { mavenInstallations } from "./maven";
import { ensurePrerequisites } from "./prerequisites";
import { installPython, isPythonReady } from "./python";
import { isSparkArchiveMade, makeSparkArchive } from "./spark-archive";

/** What {@link setUp} is to make. */
export interface SetupOptions {
  home: string;
  /** Whether the tests' own Python packages are wanted too. */
  tests: boolean;
  /** The Python that makes the environment and unpacks; default: `python3`. */
  python?: string;
}

/** One thing that is installed, with how its growth is seen. */
interface Step {
  title: string;
  done: () => boolean;
  install: () => Promise<unknown>;
  /** Folders that grow meanwhile. */
  watch: readonly string[];
  /** About how much it is on the disk; 0 where it is not worth telling. */
  expectedMb: number;
}

/** What to do when a set-up step is still missing, told by `doctor` too. */
export interface SetupState {
  title: string;
  done: boolean;
}

const reportIntervalMs = 5_000;

/** What is installed and what is not. */
export function setupState(options: SetupOptions): SetupState[] {
  const none = { signal: new AbortController().signal };
  return [...tracks(options, none as Effects).flat(), ...lastSteps(options, none as Effects)].map(
    ({ title, done }) => ({ title, done: done() }),
  );
}

/**
 * Installs what is missing: the Python environment with the notebook's kernel, and the engines
 * from Maven Central, side by side. With all in place it takes milliseconds.
 *
 * @throws WorkbenchError code MISSING_PROGRAM or ENGINE
 */
export async function setUp(
  { home, tests }: Pick<SetupOptions, "home" | "tests">,
  effects: Effects,
): Promise<string[]> {
  const first = missingSteps({ home, tests }, effects).flat();
  if (first.length === 0 && missingLastSteps({ home, tests }, effects).length === 0) return [];
  const installedMb = first.reduce((sum, { expectedMb }) => sum + expectedMb, 0);
  // Packed, unpacked and in Maven's own store: two and a half times, and a gigabyte to work in.
  const diskGb = Math.ceil((installedMb * 2.5) / 1000) + 1;
  const { python } = await ensurePrerequisites(home, diskGb, effects);
  const options = { home, tests, python };
  mkdirSync(homePaths(home).logs, { recursive: true });
  return withLock(home, "setup", async () => {
    const steps = missingSteps(options, effects);
    // All tracks end before an error is told, so that no download is cut off by another's failure.
    const results = await Promise.allSettled(steps.map((track) => runTrack(track, effects)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    const last = missingLastSteps(options, effects);
    await runTrack(last, effects);
    return [...steps.flat(), ...last].map(({ title }) => title);
  });
}

function missingSteps(options: SetupOptions, effects: Effects): Step[][] {
  return tracks(options, effects).map((track) => track.filter((step) => !step.done()));
}

function missingLastSteps(options: SetupOptions, effects: Effects): Step[] {
  return lastSteps(options, effects).filter((step) => !step.done());
}

async function runTrack(steps: readonly Step[], effects: Effects): Promise<void> {
  for (const step of steps) await runStep(step, effects);
}

async function runStep(step: Step, effects: Effects): Promise<void> {
  const { title, expectedMb } = step;
  const startedMs = effects.now();
  const size = (): number => step.watch.reduce((sum, folder) => sum + folderBytes(folder), 0);
  const before = size();
  const tell = (): void => {
    const seconds = Math.round((effects.now() - startedMs) / 1000);
    const grown =
      expectedMb === 0
        ? ""
        : `${formatMb(Math.max(0, size() - before))} of about ${expectedMb} MB, `;
    effects.logger.info(`  ${title}: ${grown}${seconds} s`);
  };
  effects.logger.info(`${title}: installing${expectedMb === 0 ? "" : `, about ${expectedMb} MB`}`);
  const timer = setInterval(tell, reportIntervalMs);
  try {
    await step.install();
  } finally {
    clearInterval(timer);
  }
  const seconds = ((effects.now() - startedMs) / 1000).toFixed(0);
  effects.logger.info(`${title}: installed in ${seconds} s`);
}

/** What is installed side by side; within a track, one after the other. */
function tracks(options: SetupOptions, effects: Effects): Step[][] {
  const { home, tests, python: program = "python3" } = options;
  const { venv, logs } = homePaths(home);
  const signal = effects.signal === undefined ? {} : { signal: effects.signal };
  const python = { home, tests, program, log: join(logs, "setup-python.log"), ...signal };
  const log = join(logs, "setup-maven.log");
  const kernel = { home, log: python.log, ...signal };
  const pythonTrack: Step[] = [
    {
      title: tests ? "Python packages, the tests' too" : "Python packages",
      done: () => isPythonReady(python),
      install: () => installPython(python),
      watch: [venv],
      expectedMb: tests ? 950 : 850,
    },
    {
      title: "TypeScript kernel for notebooks",
      done: () => isKernelReady(kernel),
      install: () => installKernel(kernel),
      watch: [],
      expectedMb: 0,
    },
  ];
  const clients = clientsInstallation(home);
  if (tests) {
    pythonTrack.push({
      title: clients.title,
      done: () => isInstalled(clients),
      install: async () => {
        await installClients(home, { program, log: python.log, ...signal });
        stampInstalled(clients);
      },
      watch: [clients.folder],
      expectedMb: 480,
    });
  }
  const mavenTrack: Step[] = mavenInstallations(home).map((installation) => ({
    title: installation.title,
    done: () => isInstalled(installation),
    install: () =>
      installOnce(installation, (folder) =>
        installation.fill(folder, { log, python: program, ...signal }),
      ),
    watch: [mavenRepository(installation.group), `${installation.folder}.new`],
    expectedMb: installation.sizeMb,
  }));
  const archive: Step = {
    title: "Kafka's class-data archive",
    done: () => existsSync(kafkaArchive(home)),
    install: () => makeKafkaArchive(home, effects),
    watch: [],
    expectedMb: 0,
  };
  mavenTrack.splice(1, 0, archive);
  return [pythonTrack, mavenTrack];
}

/** What needs all that the tracks install. */
function lastSteps({ home }: SetupOptions, effects: Effects): Step[] {
  return [
    {
      title: "Spark's class-data archive",
      done: () => isSparkArchiveMade(home),
      install: () => makeSparkArchive(home, effects),
      watch: [],
      expectedMb: 0,
    },
  ];
}

/** Where Maven keeps what it downloads of a group. */
function mavenRepository(group: string): string {
  return join(homedir(), ".m2", "repository", group);
}
