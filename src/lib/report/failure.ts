import { WorkbenchError } from "../errors";
import type { ExportEvent } from "./runner";

/** The longest error text worth a line. */
const maxLength = 300;

/** The error for an export that did not end well. */
export function describeFailure(event: ExportEvent, name: string): WorkbenchError {
  if (event.event !== "failed") {
    return new WorkbenchError("INTERNAL", `the export of ${name} ended with ${event.event}`);
  }
  switch (event.reason) {
    case "cell": {
      const { message, hint } = readCellError(event.error);
      return new WorkbenchError(
        "NOTEBOOK",
        `${name} failed in code cell ${event.number} (${event.line}): ${message}`,
        {
          hint: hint ?? "open the notebook in JupyterLab and run that cell",
          context: { ...event },
        },
      );
    }
    case "no-kernel":
      return new WorkbenchError("MISSING_PROGRAM", "the TypeScript kernel is not installed", {
        hint: "./scripts/up installs it",
      });
    case "kernel-died":
      return new WorkbenchError("NOTEBOOK", `the kernel died while it executed ${name}`, {
        hint: "it may have run out of memory: free -m",
        retryable: true,
      });
    case "stopped":
      return new WorkbenchError("ABORTED", `the export of ${name} was stopped`);
  }
}

/**
 * What a kernel wrote of an error, without the stack, on one line; a `→` line is the hint that our
 * own errors print.
 */
export function readCellError(text: string): { message: string; hint?: string } {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^at\s/.test(line));
  const hint = lines.find((line) => line.startsWith("→"))?.slice(1);
  const message = lines.filter((line) => !line.startsWith("→")).join(" ");
  const short = message.length > maxLength ? `${message.slice(0, maxLength)}…` : message;
  return { message: short || "no message", ...(hint === undefined ? {} : { hint: hint.trim() }) };
}
