/**
 * Writes what follows from the definition of the tables in src/lib/tables: the Glue jobs' module and
 * the data dictionary. With --check it writes nothing, and fails where a file is not current.
 *
 *   npm run generate
 *   npm run generate -- --check
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generatedFiles } from "./generate/files";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const checkout = join(__dirname, "..");
  for (const { path, text } of await generatedFiles()) {
    const file = join(checkout, path);
    if (readText(file) === text) continue;
    if (values.check) {
      process.stderr.write(`${path} is not what src/lib/tables says: npm run generate\n`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      process.stdout.write(`${path} written\n`);
    }
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

void main();
