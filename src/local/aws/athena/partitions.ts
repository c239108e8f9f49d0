import type { Catalog } from "../catalog";
import { type Objects, parseS3Address } from "../objects";
import type { CatalogDdl, PartitionSpec } from "./ddl/ddl";
import { DdlError } from "./ddl-error";
import { type GluePartition, type GlueTable, listAll } from "./glue-table";

type AddPartitions = Extract<CatalogDdl, { kind: "add-partitions" }>;
type DropPartitions = Extract<CatalogDdl, { kind: "drop-partitions" }>;

/** Glue takes so many partitions a call. */
const createBatch = 100;

/** A table's partitions in the catalog. */
export class Partitions {
  private readonly keys: readonly string[];

  constructor(
    private readonly catalog: Catalog,
    private readonly table: GlueTable,
  ) {
    this.keys = (table.PartitionKeys ?? []).map(({ Name }) => Name.toLowerCase());
  }

  /** `key=value/key=value`, in order. */
  async names(): Promise<string[]> {
    this.requireKeys();
    const partitions = await this.all();
    return partitions.map(({ Values }) => this.pathOf(Values)).sort();
  }

  async add({ partitions, ifNotExists }: AddPartitions): Promise<void> {
    this.requireKeys();
    const there = new Set((await this.all()).map(({ Values }) => this.pathOf(Values)));
    const added = partitions.map((spec) => ({ values: this.valuesOf(spec), at: spec.location }));
    const fresh = added.filter(({ values }) => !there.has(this.pathOf(values)));
    const known = added.find(({ values }) => there.has(this.pathOf(values)));
    if (known !== undefined && !ifNotExists) {
      throw new DdlError(
        `FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. AlreadyExistsException(message:Partition already exists: ${this.pathOf(known.values)})`,
      );
    }
    await this.create(fresh);
  }

  async drop({ partitions, ifExists }: DropPartitions): Promise<void> {
    this.requireKeys();
    const all = await this.all();
    const gone: string[][] = [];
    for (const { values } of partitions) {
      for (const key of Object.keys(values)) this.requireKey(key);
      const wanted = all.filter(({ Values }) =>
        this.keys.every((key, at) => values[key] === undefined || values[key] === Values[at]),
      );
      if (wanted.length === 0 && !ifExists) {
        const words = Object.entries(values).map(([key, value]) => `${key}=${value}`);
        throw new DdlError(
          `FAILED: SemanticException [Error 10006]: Partition not found (${words.join(", ")})`,
        );
      }
      gone.push(...wanted.map(({ Values }) => Values));
    }
    for (const PartitionValues of gone) {
      await this.catalog.call("DeletePartition", { ...this.name(), PartitionValues });
    }
  }

  /**
   * MSCK REPAIR TABLE: what lies in S3 in Hive's way and is not in the catalog is added.
   *
   * @returns the lines that Athena tells of it
   * @see https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
   */
  async repair(objects: Objects): Promise<string[]> {
    this.requireKeys();
    const location = this.location();
    const from = parseS3Address(location);
    if (from === undefined) throw new DdlError(`the table's location is not in S3: ${location}`);
    const there = new Set(await this.names());
    const found = new Map<string, { values: string[]; at: string }>();
    for await (const { key } of objects.list(from)) {
      const values = this.valuesIn(key.slice(from.key.length));
      if (values === undefined) continue;
      const path = this.pathOf(values);
      const folder = key.slice(from.key.length).split("/").slice(0, values.length).join("/");
      if (!there.has(path)) found.set(path, { values, at: `${location}${folder}/` });
    }
    if (found.size === 0) return [];
    await this.create([...found.values()]);
    const names = [...found.keys()].sort().map((path) => `${this.table.Name}:${path}`);
    return [
      `Partitions not in metastore:\t${names.join("\t")}`,
      ...names.map((name) => `Repair: Added partition to metastore ${name}`),
    ];
  }

  private async create(
    partitions: readonly { values: string[]; at: string | undefined }[],
  ): Promise<void> {
    for (let first = 0; first < partitions.length; first += createBatch) {
      const PartitionInputList = partitions
        .slice(first, first + createBatch)
        .map(({ values, at }) => ({
          Values: values,
          StorageDescriptor: {
            ...this.table.StorageDescriptor,
            Location: at ?? `${this.location()}${this.pathOf(values)}/`,
          },
        }));
      await this.catalog.call("BatchCreatePartition", { ...this.name(), PartitionInputList });
    }
  }

  /** The values in a key below the table's location; undefined where it is in no partition. */
  private valuesIn(key: string): string[] | undefined {
    const folders = key.split("/").slice(0, this.keys.length);
    const values: string[] = [];
    for (const [at, name] of this.keys.entries()) {
      const folder = folders[at] ?? "";
      const cut = folder.indexOf("=");
      if (cut < 0 || folder.slice(0, cut).toLowerCase() !== name) return undefined;
      values.push(decodeValue(folder.slice(cut + 1)));
    }
    // A file that lies beside the partitions is in none.
    return key.split("/").length > this.keys.length ? values : undefined;
  }

  private valuesOf({ values }: PartitionSpec): string[] {
    for (const key of Object.keys(values)) this.requireKey(key);
    return this.keys.map((key) => {
      const value = values[key];
      if (value === undefined) {
        throw new DdlError(`FAILED: SemanticException: the partition has no value for ${key}`);
      }
      return value;
    });
  }

  private pathOf(values: readonly string[]): string {
    return this.keys.map((key, at) => `${key}=${encodeValue(values[at] ?? "")}`).join("/");
  }

  private async all(): Promise<GluePartition[]> {
    return listAll<GluePartition>(this.catalog, "GetPartitions", this.name(), "Partitions");
  }

  private name(): { DatabaseName: string | undefined; TableName: string } {
    return { DatabaseName: this.table.DatabaseName, TableName: this.table.Name };
  }

  private location(): string {
    const location = this.table.StorageDescriptor?.Location ?? "";
    return location.endsWith("/") ? location : `${location}/`;
  }

  private requireKeys(): void {
    if (this.keys.length > 0) return;
    throw new DdlError(
      `FAILED: SemanticException: table ${this.table.Name} is not partitioned in the catalog; an Iceberg table's partitions are in "${this.table.Name}$partitions"`,
    );
  }

  private requireKey(key: string): void {
    if (this.keys.includes(key)) return;
    throw new DdlError(
      `FAILED: SemanticException: ${key} is no partition key of ${this.table.Name}: ${this.keys.join(", ")}`,
    );
  }
}

/** Characters that Hive writes as `%3A` in a path. */
function encodeValue(value: string): string {
  // eslint-disable-next-line no-control-regex -- Hive's own set begins with the control characters
  return value.replaceAll(/[\u0001-\u001f"#%'*/:=?\\\u007f{}[\]^]/g, (sign) => {
    return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
