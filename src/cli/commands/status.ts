import type { Command } from "commander";
import { currentHome } from "../../local/home";
import { type EngineStatus, readStatus } from "../../local/status";
import type { CliContext } from "../context";

/** `workbench status`: how the engines stand. */
export function register(program: Command, context: CliContext): void {
  program
    .command("status")
    .description("show each engine: running, stopped or crashed; exit code 1 if any crashed")
    .option("--json", "print one JSON object on standard output")
    .action(async (flags: { json?: boolean }) => {
      await context.run(
        flags,
        () => {
          const engines = readStatus(currentHome());
          if (engines.some(({ state }) => state === "crashed")) process.exitCode = 1;
          return Promise.resolve({ engines });
        },
        ({ engines }) => formatStatus(engines),
      );
    });
}

/** A table, and below it the last words of what has crashed. */
export function formatStatus(engines: readonly EngineStatus[]): string {
  const rows = engines.map(({ name, state, pid, address, since }) => [
    name,
    state,
    pid === null ? "-" : String(pid),
    address ?? "-",
    since === null ? "-" : since.slice(0, 19).replace("T", " "),
  ]);
  const lines = columns([["engine", "state", "pid", "address", "since (UTC)"], ...rows]);
  for (const { name, state, log } of engines) {
    if (state !== "crashed") continue;
    lines.push("", `${name} crashed; npx workbench up starts it again. Its log ends:`);
    lines.push(...log.map((line) => `  ${line}`));
  }
  return lines.join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => (row[index] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
