import { readFileSync } from "node:fs";
import { conformanceFile } from "./clients";

/** The names of a script's checks, in order. */
export function readChecks(script: string): string[] {
  const text = readFileSync(conformanceFile(script), "utf8");
  return [...text.matchAll(/^@check\ndef (\w+)/gm)].map(([, name = ""]) => name);
}
