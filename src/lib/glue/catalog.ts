import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted } from "../effects";
import { awsError, errorName, openGlue } from "./client";

/**
 * Whether the dataset's database has its tables, which is so after the first job run.
 *
 * @throws {@link WorkbenchError} code GLUE or ENGINE where the catalog does not answer
 */
export async function databaseHasTables(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket">,
  effects: Effects,
): Promise<boolean> {
  throwIfAborted(effects.signal);
  const { sdk, client } = await openGlue(settings);
  const { database } = settings.glue;
  try {
    const request = new sdk.GetTableCommand({ DatabaseName: database, Name: "github_events" });
    const { signal } = effects;
    await client.send(request, signal === undefined ? {} : { abortSignal: signal });
    return true;
  } catch (error) {
    if (errorName(error) === "EntityNotFoundException") return false;
    throwIfAborted(effects.signal);
    throw awsError(error, "GLUE", `looking for the tables of ${database}`, settings);
  } finally {
    client.destroy();
  }
}
