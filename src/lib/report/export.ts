import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDemoDataset } from "../config/dataset";
import { installationDir } from "../config/sources";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { describeDataSpan, readDataSpan } from "./data-span";
import { describeFailure } from "./failure";
import { reportFileName } from "./file-name";
import { reportsDir, writeIndex, type WrittenIndex } from "./folder";
import { type NotebookFile, readNotebook } from "./notebooks";
import { listParameters, literalText, setParameters } from "./parameters";
import { type ExportEvent, runExport } from "./runner";

/** What is exported when no notebook is named. */
export const defaultNotebooks = ["02-activity"] as const;

/** How a page has the notebook's code: folded away, left out, or open. */
export const codeModes = ["folded", "hidden", "shown"] as const;

/** One of {@link codeModes}. */
export type CodeMode = (typeof codeModes)[number];

/** Which notebooks, where to, with which parameters. */
export interface ReportOptions {
  /** Names (`02-activity`) or paths. Default: {@link defaultNotebooks}. */
  notebooks?: readonly string[];
  /** Default: `reports` in the checkout. */
  outDir?: string;
  /** Values for the constants of cells tagged `parameters`. */
  set?: Readonly<Record<string, string>>;
  /** Default: folded. */
  code?: CodeMode;
  /** The kernel's name. Default: `tslab`. */
  kernel?: string;
}

/** The pages that were written. */
export interface ReportSummary {
  reports: WrittenReport[];
  /** The page that lists all reports of the folder. */
  index: WrittenIndex;
}

/** One page. */
export interface WrittenReport {
  /** The notebook's name: `02-activity`. */
  notebook: string;
  /** Absolute path of the page; the file's name tells the parameters that were set. */
  path: string;
  bytes: number;
  /** Interactive charts in it. */
  charts: number;
}

/**
 * Executes notebooks with a kernel of their own and writes each as one self-contained HTML page:
 * charts interactive, no request to any network. A page that is there already is replaced only
 * by a finished one. After each, `index.html` beside it lists all pages of the folder anew.
 *
 * @throws {@link WorkbenchError} code NOTEBOOK naming the cell that failed and its error;
 *   NOT_FOUND for an unknown notebook; USAGE for an unknown parameter; MISSING_PROGRAM where
 *   Python, the kernel or the compiled library is not installed; ABORTED
 * @example
 * ```ts
 * const set = { repo: "octo/hello", days: "30" };
 * const options = { notebooks: ["04-repository-report"], set };
 * const { reports } = await exportReport(loadSettings(), options, systemEffects());
 * ```
 */
export async function exportReport(
  settings: Settings,
  options: ReportOptions,
  effects: Effects,
): Promise<ReportSummary> {
  const names = options.notebooks?.length ? options.notebooks : defaultNotebooks;
  const outDir = reportsDir(options.outDir);
  const python = findPython(settings);
  // All of them first: a wrong name must not be found out after minutes of work on another.
  const files: NotebookFile[] = [];
  for (const name of names) {
    const file = await readNotebook(name, process.cwd());
    files.push({ ...file, notebook: setParameters(file.notebook, options.set ?? {}, file.name) });
  }
  await mkdir(outDir, { recursive: true });
  const reports: WrittenReport[] = [];
  let index: WrittenIndex | undefined;
  for (const [at, file] of files.entries()) {
    throwIfAborted(effects.signal);
    const place = files.length === 1 ? "" : ` (${at + 1} of ${files.length})`;
    const job = { settings, options, file, outDir, python, label: `${file.name}${place}` };
    reports.push(await exportOne(job, effects));
    index = await writeIndex(outDir, effects);
  }
  return { reports, index: index ?? (await writeIndex(outDir, effects)) };
}

interface OneExport {
  settings: Settings;
  options: ReportOptions;
  file: NotebookFile;
  outDir: string;
  python: string;
  /** The notebook in progress. */
  label: string;
}

async function exportOne(one: OneExport, effects: Effects): Promise<WrittenReport> {
  const { settings, file, outDir, label } = one;
  const parameters = parametersOf(one);
  const fileName = reportFileName(
    file.name,
    parameters.filter(({ set }) => set),
  );
  const path = join(outDir, fileName);
  const partial = join(outDir, `.${fileName}.${process.pid}.partial`);
  const tell = (state: string, fraction: number): void => {
    effects.progress({ step: "report", state: `${label}: ${state}`, fraction });
  };
  const onEvent = (event: ExportEvent): void => {
    if (event.event === "kernel") tell("starting the kernel", 0);
    else if (event.event === "cell") {
      tell(`cell ${event.number} of ${event.of}`, (event.number - 1) / event.of);
    } else if (event.event === "executed") tell("writing the page", 1);
  };
  try {
    const command = {
      python: one.python,
      script: join(installationDir, "jupyterhub", "export_report.py"),
      job: await describeJob(one, parameters, partial, effects),
      env: kernelEnvironment(settings),
      cwd: file.folder,
      // Asked afterwards: the notebook itself may have filled the tables.
      facts: async () => {
        const data = await readDataSpan(settings, effects);
        return { data: data ?? null, coverage: describeDataSpan(data) };
      },
    };
    const last = await runExport(command, onEvent, effects.signal);
    if (last.event !== "done") throw describeFailure(last, file.name);
    await rename(partial, path);
    tell("written", 1);
    return { notebook: file.name, path, bytes: last.bytes, charts: last.charts };
  } finally {
    await rm(partial, { force: true });
  }
}

/** A parameter as the page shows it. */
interface ReportParameter {
  name: string;
  value: string;
  /** From outside, not by the notebook. */
  set: boolean;
}

/** In the notebook's order, whatever the order they were set in. */
function parametersOf({ file, options }: OneExport): ReportParameter[] {
  return listParameters(file.notebook).map(({ name, literal }) => ({
    name,
    value: literalText(literal),
    set: Object.hasOwn(options.set ?? {}, name),
  }));
}

async function describeJob(
  { settings, options, file }: OneExport,
  parameters: readonly ReportParameter[],
  output: string,
  effects: Effects,
): Promise<Record<string, unknown>> {
  const manifest = await readFile(join(installationDir, "package.json"), "utf8");
  return {
    notebook: file.notebook,
    name: file.name,
    folder: file.folder,
    kernel: options.kernel ?? "tslab",
    code: options.code ?? "folded",
    // One that is empty has no say, as long as nobody has made it so.
    parameters: parameters.filter(({ value, set }) => set || value !== ""),
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
