import { WorkbenchError } from "../errors";
import type { ObjectMetadata, ObjectStore } from "./object-store";
import { wayOn } from "./origin";

/** An object that was there before ours. */
export interface AdoptedObject {
  /** The offset of its last record. */
  last: bigint;
  /** Whether it is the one we were writing: a time-out had hidden that the first try came through. */
  ours: boolean;
}

/**
 * Looks at an object that was there already, and takes it for what it is: what it holds is landed,
 * whoever wrote it.
 *
 * @param expected - the metadata ours would have had
 * @throws {@link WorkbenchError} code TOPIC_MISMATCH where it begins with another message
 */
export async function adoptObject(
  store: ObjectStore,
  key: string,
  expected: ObjectMetadata,
): Promise<AdoptedObject> {
  const found = await store.metadata(key);
  const address = store.address(key);
  if (found === undefined) {
    throw new WorkbenchError("S3", `${address} was there and is gone`, {
      hint: "nothing may delete raw objects while a consumer runs",
    });
  }
  const last = found["last-offset"] ?? "";
  if (!/^\d+$/.test(last)) {
    throw new WorkbenchError("S3", `${address} does not tell its last offset`, {
      hint: "only the workbench may write below the raw prefix: move that object away",
    });
  }
  const id = found["first-message-id"] ?? "";
  const expectedId = expected["first-message-id"] ?? "";
  if (id !== expectedId) {
    throw new WorkbenchError(
      "TOPIC_MISMATCH",
      `${address} begins with message "${id}", the topic has "${expectedId}" there`,
      { hint: wayOn },
    );
  }
  return { last: BigInt(last), ours: found["upload-id"] === expected["upload-id"] };
}
