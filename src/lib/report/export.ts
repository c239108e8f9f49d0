import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDemoDataset } from "../config/dataset";
import { installationDir } from "../config/sources";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { describeFailure } from "./failure";
import { type NotebookFile, readNotebook } from "./notebooks";
import { setParameters } from "./parameters";
import { type ExportEvent, runExport } from "./runner";

/** What is exported when no notebook is named. */
export const defaultNotebooks = ["02-activity"] as const;

/** Which notebooks, where to, with which parameters. */
export interface ReportOptions {
  /** Names (`02-activity`) or paths. Default: {@link defaultNotebooks}. */
  notebooks?: readonly string[];
  /** Default: `reports` in the checkout. */
  outDir?: string;
  /** Values for the constants of cells tagged `parameters`. */
  set?: Readonly<Record<string, string>>;
  /** The kernel's name. Default: `tslab`. */
  kernel?: string;
}

/** The pages that were written. */
export interface ReportSummary {
  reports: WrittenReport[];
}

/** One page. */
export interface WrittenReport {
  /** The notebook's name: `02-activity`. */
  notebook: string;
  /** Absolute path of the page. */
  path: string;
  bytes: number;
  /** Interactive charts in it. */
  charts: number;
}

/**
 * Executes notebooks with a kernel of their own and writes each as one self-contained HTML page:
 * charts interactive, no request to any network. A page that is there already is replaced only
 * by a finished one.
 *
 * @throws {@link WorkbenchError} code NOTEBOOK naming the cell that failed and its error;
 *   NOT_FOUND for an unknown notebook; USAGE for an unknown parameter; MISSING_PROGRAM where
 *   Python, the kernel or the compiled library is not installed; ABORTED
 * @example
 * ```ts
 * const { reports } = await exportReport(loadSettings(), {}, systemEffects());
 * ```
 */
export async function exportReport(
  settings: Settings,
  options: ReportOptions,
  effects: Effects,
): Promise<ReportSummary> {
  const names = options.notebooks?.length ? options.notebooks : defaultNotebooks;
  const outDir = resolve(options.outDir ?? join(installationDir, "reports"));
  const python = findPython(settings);
  // All of them first: a wrong name must not be found out after minutes of work on another.
  const files: NotebookFile[] = [];
  for (const name of names) {
    const file = await readNotebook(name, process.cwd());
    files.push({ ...file, notebook: setParameters(file.notebook, options.set ?? {}, file.name) });
  }
  await mkdir(outDir, { recursive: true });
  const reports: WrittenReport[] = [];
  for (const file of files) {
    throwIfAborted(effects.signal);
    const job = { settings, file, outDir, python, kernel: options.kernel ?? "tslab" };
    reports.push(await exportOne(job, effects));
  }
  return { reports };
}

interface OneExport {
  settings: Settings;
  file: NotebookFile;
  outDir: string;
  python: string;
  kernel: string;
}

async function exportOne(one: OneExport, effects: Effects): Promise<WrittenReport> {
  const { settings, file, outDir } = one;
  const path = join(outDir, `${file.name}.html`);
  const partial = join(outDir, `.${file.name}.${process.pid}.partial`);
  const onEvent = (event: ExportEvent): void => {
    if (event.event === "kernel") {
      effects.progress({ step: "report", state: `${file.name}: starting the kernel`, fraction: 0 });
    } else if (event.event === "cell") {
      const state = `${file.name}: cell ${event.number} of ${event.of}`;
      effects.progress({ step: "report", state, fraction: (event.number - 1) / event.of });
    }
  };
  try {
    const command = {
      python: one.python,
      script: join(installationDir, "jupyterhub", "export_report.py"),
      job: await describeJob(one, partial, effects),
      env: kernelEnvironment(settings),
      cwd: file.folder,
    };
    const last = await runExport(command, onEvent, effects.signal);
    if (last.event !== "done") throw describeFailure(last, file.name);
    await rename(partial, path);
    effects.progress({ step: "report", state: `${file.name}: written`, fraction: 1 });
    return { notebook: file.name, path, bytes: last.bytes, charts: last.charts };
  } finally {
    await rm(partial, { force: true });
  }
}

async function describeJob(
  { settings, file, kernel }: OneExport,
  output: string,
  effects: Effects,
): Promise<Record<string, unknown>> {
  const manifest = await readFile(join(installationDir, "package.json"), "utf8");
  return {
    notebook: file.notebook,
    name: file.name,
    folder: file.folder,
    kernel,
    dataset: settings.dataset,
    notice: isDemoDataset(settings.dataset)
      ? "Invented events: the simulator made them, so that the workbench can be tried without GitHub."
      : null,
    generatedAt: new Date(effects.now()).toISOString(),
    version: (JSON.parse(manifest) as { version: string }).version,
    templates: join(installationDir, "jupyterhub", "templates"),
    scripts: ["vega", "vega-lite", "vega-embed"].map((name) =>
      join(installationDir, "node_modules", name, "build", `${name}.min.js`),
    ),
    output,
  };
}

/** The notebook sees the same settings as this process, and only the kernels of our own venv. */
function kernelEnvironment(settings: Settings): Record<string, string | undefined> {
  return {
    ...process.env,
    WORKBENCH_HOME: settings.home,
    DATASET: settings.dataset,
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_RUNTIME_DIR: join(settings.home, "jupyterhub", "runtime"),
    PYTHONUNBUFFERED: "1",
  };
}

function findPython(settings: Settings): string {
  const hint = "./scripts/up installs it";
  const python = join(settings.home, "venv", "bin", "python");
  if (!existsSync(python)) {
    throw new WorkbenchError("MISSING_PROGRAM", `${python} is missing`, { hint });
  }
  const kernel = join(settings.home, "venv", "share", "jupyter", "kernels", "tslab");
  if (!existsSync(join(kernel, "kernel.json"))) {
    throw new WorkbenchError("MISSING_PROGRAM", `the TypeScript kernel is missing in ${kernel}`, {
      hint,
    });
  }
  const library = join(installationDir, "dist", "lib", "index.js");
  if (!existsSync(library)) {
    throw new WorkbenchError("MISSING_PROGRAM", `${library} is missing: it has not been built`, {
      hint: "npm run build",
    });
  }
  return python;
}
