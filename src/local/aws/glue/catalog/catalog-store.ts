import { ApiError } from "../../api-error";
import { type Change, DurableMap } from "../../durable-map";
import type { Database, Partition, Table } from "./records";

/** So many former versions of a table are kept; AWS keeps more, and then refuses the next one. */
const keptVersions = 100;

/**
 * The Glue catalog: databases, tables with their former versions, partitions, column statistics.
 * What a call has answered is on the disk. Names are folded to lower case, as Glue does.
 */
export class CatalogStore {
  readonly #map: DurableMap;

  constructor(file: string) {
    this.#map = new DurableMap(file);
  }

  close(): void {
    this.#map.close();
  }

  database(name: string): Database | undefined {
    return this.#map.get("databases", fold(name)) as Database | undefined;
  }

  databases(): Database[] {
    return this.#map.keys("databases").map((name) => this.#map.get("databases", name) as Database);
  }

  /** @throws ApiError EntityNotFoundException */
  needDatabase(name: string): Database {
    const found = this.database(name);
    if (found !== undefined) return found;
    throw new ApiError("EntityNotFoundException", `Database ${name} not found.`);
  }

  table(database: string, name: string): Table | undefined {
    return this.#map.get(tablesOf(database), fold(name)) as Table | undefined;
  }

  tables(database: string): Table[] {
    const collection = tablesOf(database);
    return this.#map.keys(collection).map((name) => this.#map.get(collection, name) as Table);
  }

  /** @throws ApiError EntityNotFoundException */
  needTable(database: string, name: string): Table {
    const found = this.table(database, name);
    if (found !== undefined) return found;
    throw new ApiError("EntityNotFoundException", `Table ${name} not found in ${database}.`);
  }

  /** Former versions of a table, latest first. */
  versions(database: string, name: string): Table[] {
    const collection = of("versions", database, name);
    return this.#map
      .keys(collection)
      .map((key) => this.#map.get(collection, key) as Table)
      .sort((a, b) => Number(b.VersionId) - Number(a.VersionId));
  }

  partition(database: string, table: string, values: readonly string[]): Partition | undefined {
    return this.#map.get(of("partitions", database, table), keyOf(values)) as Partition | undefined;
  }

  /** Keys of a table's partitions, in order. */
  partitionKeys(database: string, table: string): string[] {
    return this.#map.keys(of("partitions", database, table));
  }

  partitionAt(database: string, table: string, key: string): Partition | undefined {
    return this.#map.get(of("partitions", database, table), key) as Partition | undefined;
  }

  /** Column statistics of a table, or of one of its partitions. */
  statistics(database: string, table: string, values?: readonly string[]): ColumnStatistics {
    const found = this.#map.get(of("statistics", database, table), statisticsKey(values));
    return (found as ColumnStatistics | undefined) ?? {};
  }

  /** What was taken over from ministack: by its name, the time it was made there. */
  adopted(name: string): number | undefined {
    return this.#map.get("adopted", name) as number | undefined;
  }

  apply(changes: readonly Change[]): void {
    this.#map.apply(changes);
  }

  /** What removes a table and all that belongs to it. */
  removalOfTable(database: string, name: string): Change[] {
    return [
      { remove: tablesOf(database), key: fold(name) },
      { drop: of("versions", database, name) },
      { drop: of("partitions", database, name) },
      { drop: of("statistics", database, name) },
    ];
  }

  /** What removes a database with its tables. */
  removalOfDatabase(name: string): Change[] {
    return [
      ...this.tables(name).flatMap((table) => this.removalOfTable(name, table.Name)),
      { drop: tablesOf(name) },
      { remove: "databases", key: fold(name) },
    ];
  }

  /** What keeps a version of a table beside the present one, and lets the oldest go. */
  archiveOf(table: Table): Change[] {
    const collection = of("versions", table.DatabaseName, table.Name);
    const old = this.versions(table.DatabaseName, table.Name).slice(keptVersions - 1);
    return [
      { put: collection, key: table.VersionId, value: table },
      ...old.map(({ VersionId }) => ({ remove: collection, key: VersionId })),
    ];
  }
}

/** By a column's name, what UpdateColumnStatistics… gave of it. */
export type ColumnStatistics = Record<string, { ColumnName: string }>;

/** Names are compared and stored in lower case. */
export function fold(name: string): string {
  return name.toLowerCase();
}

/** The change that puts a database. */
export function putDatabase(database: Database): Change {
  return { put: "databases", key: fold(database.Name), value: database };
}

/** The change that puts a table. */
export function putTable(table: Table): Change {
  return { put: tablesOf(table.DatabaseName), key: fold(table.Name), value: table };
}

/** The change that removes a former version of a table. */
export function removeVersion(database: string, table: string, version: string): Change {
  return { remove: of("versions", database, table), key: version };
}

/** The change that puts a partition. */
export function putPartition(partition: Partition): Change {
  const { DatabaseName, TableName, Values } = partition;
  return { put: of("partitions", DatabaseName, TableName), key: keyOf(Values), value: partition };
}

/** The changes that remove a partition and what is known of it. */
export function removePartition(
  database: string,
  table: string,
  values: readonly string[],
): Change[] {
  return [
    { remove: of("partitions", database, table), key: keyOf(values) },
    { remove: of("statistics", database, table), key: statisticsKey(values) },
  ];
}

/** The change that puts column statistics. */
export function putStatistics(
  database: string,
  table: string,
  values: readonly string[] | undefined,
  statistics: ColumnStatistics,
): Change {
  return {
    put: of("statistics", database, table),
    key: statisticsKey(values),
    value: statistics,
  };
}

/** The change that remembers what was taken over. */
export function putAdopted(name: string, createdSeconds: number): Change {
  return { put: "adopted", key: name, value: createdSeconds };
}

function tablesOf(database: string): string {
  return of("tables", database);
}

/** A collection's name: what it holds, and of what. */
function of(kind: string, ...names: readonly string[]): string {
  return [kind, ...names.map((name) => encodeURIComponent(fold(name)))].join("/");
}

function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

function statisticsKey(values: readonly string[] | undefined): string {
  return values === undefined ? "" : keyOf(values);
}
