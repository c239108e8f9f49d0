import { type TableDefinition } from "../../src/lib/tables/definition";
import { tables } from "../../src/lib/tables";
import { dataDictionary } from "./data-dictionary";
import { pythonTables } from "./python-tables";

/** A file that follows from the tables' definition. */
export interface GeneratedFile {
  /** From the checkout's root. */
  path: string;
  text: string;
}

export async function generatedFiles(
  definitions: readonly TableDefinition[] = Object.values(tables),
): Promise<GeneratedFile[]> {
  return [
    { path: "glue/tables.py", text: pythonTables(definitions) },
    { path: "docs/topics/data-dictionary.md", text: await dataDictionary(definitions) },
  ];
}
