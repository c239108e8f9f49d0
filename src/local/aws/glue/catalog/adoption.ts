import { ApiError } from "../../api-error";
import type { Catalog } from "../../catalog";
import {
  type CatalogStore,
  fold,
  putAdopted,
  putDatabase,
  putPartition,
  putTable,
} from "./catalog-store";
import type { Change } from "../../durable-map";
import type { Database, Partition, Table } from "./records";

type Answer = Record<string, unknown>;

/**
 * What ministack has and the catalog has not: what CloudFormation made, and what a home of an
 * earlier version kept there. It is taken over when first asked for, once: its time of creation
 * tells whether it is the same thing that was taken over, and perhaps dropped, before.
 */
export class Adoption {
  constructor(
    private readonly store: CatalogStore,
    private readonly ministack: Catalog,
  ) {}

  /** Takes over a database with its tables, where the catalog does not have it. */
  async database(name: string): Promise<void> {
    if (this.store.database(name) !== undefined) return;
    const answer = await this.#find("GetDatabase", { Name: fold(name) });
    if (answer !== undefined) await this.#takeDatabase(answer["Database"] as Database);
  }

  /** Takes over a table, where the catalog does not have it. */
  async table(database: string, name: string): Promise<void> {
    await this.database(database);
    if (this.store.database(database) === undefined) return;
    if (this.store.table(database, name) !== undefined) return;
    const names = { DatabaseName: fold(database), Name: fold(name) };
    const answer = await this.#find("GetTable", names);
    if (answer === undefined) return;
    const changes = await this.#changesOfTable(answer["Table"] as Table);
    if (this.store.table(database, name) === undefined) this.store.apply(changes);
  }

  /** Takes over every database there is. */
  async databases(): Promise<void> {
    const answer = await this.#find("GetDatabases", {});
    for (const database of (answer?.["DatabaseList"] ?? []) as Database[]) {
      if (this.store.database(database.Name) === undefined) await this.#takeDatabase(database);
    }
  }

  /** Takes over every table of a database. */
  async tables(database: string): Promise<void> {
    await this.database(database);
    const answer = await this.#find("GetTables", { DatabaseName: fold(database) });
    for (const { Name } of (answer?.["TableList"] ?? []) as Table[]) {
      await this.table(database, Name);
    }
  }

  /** Removes what was taken over where it came from, too. */
  async forget(operation: "DeleteDatabase" | "DeleteTable", input: object): Promise<void> {
    const { DatabaseName, Name } = input as { DatabaseName?: string; Name: string };
    const names = DatabaseName === undefined ? [Name] : [DatabaseName, Name];
    if (this.store.adopted(markOf(...names)) !== undefined) await this.#find(operation, input);
  }

  async #takeDatabase(database: Database): Promise<void> {
    const mark = markOf(database.Name);
    if (this.store.adopted(mark) === database.CreateTime) return;
    const kept = withoutNulls(database) as Database;
    const changes: Change[] = [putDatabase(kept), putAdopted(mark, database.CreateTime)];
    const answer = await this.#find("GetTables", { DatabaseName: database.Name });
    for (const table of (answer?.["TableList"] ?? []) as Table[]) {
      changes.push(...(await this.#changesOfTable(table)));
    }
    // Somebody may have created it while we asked: theirs stays.
    if (this.store.database(database.Name) === undefined) this.store.apply(changes);
  }

  async #changesOfTable(table: Table): Promise<Change[]> {
    const { DatabaseName, Name, CreateTime } = table;
    const mark = markOf(DatabaseName, Name);
    if (this.store.adopted(mark) === CreateTime) return [];
    const changes = [putTable(withoutNulls(table) as Table), putAdopted(mark, CreateTime)];
    if ((table.PartitionKeys ?? []).length > 0) {
      const answer = await this.#find("GetPartitions", { DatabaseName, TableName: Name });
      for (const partition of (answer?.["Partitions"] ?? []) as Partition[]) {
        changes.push(putPartition({ ...partition, DatabaseName, TableName: Name }));
      }
    }
    return changes;
  }

  async #find(operation: string, input: object): Promise<Answer | undefined> {
    try {
      return await this.ministack.call(operation, input);
    } catch (error) {
      if (error instanceof ApiError && error.type === "EntityNotFoundException") return undefined;
      throw error;
    }
  }
}

function markOf(...names: readonly string[]): string {
  return names.map((name) => encodeURIComponent(fold(name))).join("/");
}

/** ministack writes null where AWS writes nothing. */
function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
