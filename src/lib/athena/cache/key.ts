import { createHash } from "node:crypto";
import type { Settings } from "../../config/settings";
import { type QueryParameter, renderParameter } from "../parameters";

/** Raised when an entry's form changes: what an older version wrote is then never found. */
const version = 1;

/**
 * The name of a query's entry: the same text with the same parameters, asked of the same database
 * and workgroup of the same endpoint, by the same caller, about the same dataset.
 *
 * @param caller - see `callerIdentity`
 */
export function cacheKey(
  settings: Pick<Settings, "dataset" | "athena" | "glue">,
  sql: string,
  params: readonly QueryParameter[],
  caller: readonly string[],
): string {
  const members = [
    version,
    sql,
    params.map(renderParameter),
    settings.glue.database,
    settings.athena.workgroup,
    settings.dataset,
    caller,
  ];
  return createHash("sha256").update(JSON.stringify(members)).digest("hex");
}
