import { expect, it } from "vitest";
import { ApiError } from "../../../../src/local/aws/api-error";
import {
  createUnloadDatabase,
  dropStaleUnloads,
} from "../../../../src/local/aws/athena/unload-database";
import type { Catalog } from "../../../../src/local/aws/catalog";

/** A catalog of databases that have no tables. */
function catalogOf(names: string[]): Catalog {
  return {
    call: (operation, input) => {
      const { Name = "", DatabaseInput } = input as {
        Name?: string;
        DatabaseInput?: { Name: string };
      };
      if (operation === "GetDatabases") {
        return Promise.resolve({ DatabaseList: names.map((each) => ({ Name: each })) });
      }
      if (operation === "CreateDatabase") names.push(DatabaseInput?.Name ?? "");
      else if (operation === "DeleteDatabase") names.splice(names.indexOf(Name), 1);
      else return Promise.reject(new ApiError("EntityNotFoundException", "no such table"));
      return Promise.resolve({});
    },
  };
}

it("drops what cut-off UNLOADs left, and no database of anybody's", async () => {
  const names = ["unload_mine", "github_events"];
  const catalog = catalogOf(names);
  await createUnloadDatabase(catalog);
  await createUnloadDatabase(catalog);
  expect(names).toHaveLength(4);
  expect(await dropStaleUnloads(catalog)).toBe(2);
  expect(names).toEqual(["unload_mine", "github_events"]);
});
