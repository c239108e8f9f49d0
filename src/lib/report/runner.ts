import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { toWorkbenchError, WorkbenchError } from "../errors";

/** What `jupyterhub/export_report.py` tells, a line each. */
export type ExportEvent =
  | { event: "kernel" }
  | { event: "cell"; number: number; of: number; line: string }
  | { event: "executed" }
  | { event: "done"; bytes: number; charts: number }
  | CellFailure
  | { event: "failed"; reason: "no-kernel" | "kernel-died" | "stopped" };

/** A cell that failed; `number` counts code cells from 1. */
export interface CellFailure {
  event: "failed";
  reason: "cell";
  number: number;
  line: string;
  error: string;
}

/** A program and what it is given. */
export interface ExportCommand {
  python: string;
  script: string;
  job: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Asked once the notebook has been executed: what is to stand in the page beside it. */
  facts: () => Promise<Readonly<Record<string, unknown>>>;
}

/** A cell that is interrupted may take a while to stop what runs on a server. */
const killAfterMs = 20_000;

/**
 * Runs one export and resolves with its last event. Aborting interrupts the cell under way, so
 * that it stops what it has started, then ends the kernel.
 *
 * @throws {@link WorkbenchError} code MISSING_PROGRAM where python cannot be started, NOTEBOOK
 *   where it ends without a word
 */
export async function runExport(
  command: ExportCommand,
  onEvent: (event: ExportEvent) => void,
  signal?: AbortSignal,
): Promise<ExportEvent> {
  const child = spawn(command.python, [command.script], {
    cwd: command.cwd,
    env: { ...command.env },
    // A group of its own: a Ctrl-C at the terminal is for this process to pass on, once.
    detached: true,
  });
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill("SIGTERM");
    killTimer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  };
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  try {
    return await converse(child, command, onEvent);
  } finally {
    signal?.removeEventListener("abort", stop);
    clearTimeout(killTimer);
  }
}

async function converse(
  child: ChildProcessWithoutNullStreams,
  command: ExportCommand,
  onEvent: (event: ExportEvent) => void,
): Promise<ExportEvent> {
  let last: ExportEvent | undefined;
  let complaint = "";
  let refused: unknown;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    last = JSON.parse(line) as ExportEvent;
    onEvent(last);
    if (last.event !== "executed") return;
    command.facts().then(
      (facts) => child.stdin.write(`${JSON.stringify(facts)}\n`),
      // Without an answer the page cannot be made; the reason is for the caller.
      (error: unknown) => {
        refused = error;
        child.kill("SIGTERM");
      },
    );
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once("error", (error) => {
      reject(
        new WorkbenchError("MISSING_PROGRAM", `cannot run ${command.python}: ${error.message}`, {
          hint: "./scripts/up",
        }),
      );
    });
    child.once("close", (code, killedBy) => resolve(killedBy ?? `exit code ${String(code)}`));
  });
  // The pipe stays open: when this process dies, the other side sees it close and stops.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(command.job)}\n`);
  const how = await ended;
  if (refused !== undefined) throw toWorkbenchError(refused);
  if (last?.event === "done" || last?.event === "failed") return last;
  const reason = complaint.trim().split("\n").at(-1) ?? "";
  throw new WorkbenchError("NOTEBOOK", `the export ended with ${how}: ${reason}`, {
    hint: "./scripts/up sets up Python and the kernel",
    context: { complaint },
  });
}
