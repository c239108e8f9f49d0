import { randomUUID } from "node:crypto";
import type { Catalog } from "../catalog";
import { listAll } from "./glue-table";

/**
 * The database of one UNLOAD's table: its own, so that none of the user's ever shows that table.
 */
const namePattern = /^unload_[0-9a-f]{32}$/;

/** The table's name there. */
export const unloadTable = "result";

/** Makes a database for an UNLOAD. */
export async function createUnloadDatabase(catalog: Catalog): Promise<string> {
  const Name = `unload_${randomUUID().replaceAll("-", "")}`;
  await catalog.call("CreateDatabase", { DatabaseInput: { Name } });
  return Name;
}

/** Forgets an UNLOAD's table; its files stay. */
export async function dropUnloadDatabase(catalog: Catalog, Name: string): Promise<void> {
  // Of a query that failed there is no table.
  await catalog
    .call("DeleteTable", { DatabaseName: Name, Name: unloadTable })
    .catch(() => undefined);
  await catalog.call("DeleteDatabase", { Name });
}

/**
 * Drops what UNLOADs have left that were cut off with the gateway.
 *
 * @returns how many
 */
export async function dropStaleUnloads(catalog: Catalog): Promise<number> {
  const all = await listAll<{ Name: string }>(catalog, "GetDatabases", {}, "DatabaseList");
  const stale = all.filter(({ Name }) => namePattern.test(Name));
  for (const { Name } of stale) await dropUnloadDatabase(catalog, Name);
  return stale.length;
}
