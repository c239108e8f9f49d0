import type { Command } from "commander";
import { type Check, examine } from "../../local/doctor";
import { currentHome } from "../../local/home";
import type { CliContext } from "../context";

/** `workbench doctor`: a line a check. */
export function register(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .description("check the machine, the installation and each engine, with what mends it")
    .option("--json", "print one JSON object on standard output")
    .action(async (flags: { json?: boolean }) => {
      await context.run(
        flags,
        async (effects) => {
          const checks = await examine(currentHome(), () => context.settings(), effects);
          const ok = checks.every((one) => one.ok);
          if (!ok) process.exitCode = 1;
          return { ok, checks };
        },
        ({ checks }) => formatChecks(checks),
      );
    });
}

/** `✗ Kafka: 127.0.0.1:9092: connection refused → npx workbench up` */
export function formatChecks(checks: readonly Check[]): string {
  return checks
    .map(({ name, ok, detail, fix }) =>
      [ok ? "✓" : "✗", `${name}: ${detail}`, ...(fix === undefined ? [] : ["→", fix])].join(" "),
    )
    .join("\n");
}
