import { ApiError } from "./api-error";

/** How Athena's operations that are not there are refused. */
export function refuseAthena(operation: string): ApiError {
  const words = `the local Athena does not support ${operation}`;
  return new ApiError("InvalidRequestException", words, { AthenaErrorCode: "NOT_SUPPORTED" });
}

/** What a family of Glue's operations is about, and what there is in its place. */
const glueFamilies: readonly (readonly [RegExp, string])[] = [
  [/Bookmark/, "there are no job bookmarks: a job keeps its own account of what it has read"],
  [/Crawler|Classifier/, "there are no crawlers: create tables and partitions, or let a job do it"],
  [/Trigger|Workflow|Blueprint/, "there are no triggers and workflows: start job runs yourself"],
  [/DevEndpoint|Session|Statement/, "there are no development endpoints and interactive sessions"],
  [/PartitionIndex/, "there are no partition indexes"],
  [/UserDefinedFunction/, "there are no user-defined functions"],
  [/DataQuality/, "there is no data quality service"],
  [/Connection|SecurityConfiguration/, "there are no connections and security configurations"],
  [/Schema|Registry/, "there is no schema registry"],
  [/Tag/, "there are no tags"],
];

/**
 * How Glue's operations that are not there are refused. Nothing of Glue is left to the emulator
 * behind, which would answer many of them as done and do nothing.
 */
export function refuseGlue(operation: string): ApiError {
  const why = glueFamilies.find(([pattern]) => pattern.test(operation))?.[1];
  const words = `the local Glue does not support ${operation}`;
  return new ApiError(
    "OperationNotSupportedException",
    why === undefined ? words : `${words}: ${why}`,
  );
}
