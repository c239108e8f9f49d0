import { z } from "zod";

const parametersSchema = z.record(z.string(), z.string());
const columnSchema = z.looseObject({
  Name: z.string(),
  Type: z.string().optional(),
  Parameters: parametersSchema.optional(),
});
const storageSchema = z.looseObject({
  Columns: z.array(columnSchema).optional(),
  Location: z.string().optional(),
  Parameters: parametersSchema.optional(),
});
const seconds = z.number();

/** What CreateDatabase and UpdateDatabase take. */
export const databaseInputSchema = z.object({
  Name: z.string().min(1).max(255),
  Description: z.string().optional(),
  LocationUri: z.string().optional(),
  Parameters: parametersSchema.optional(),
  CreateTableDefaultPermissions: z.array(z.unknown()).optional(),
  TargetDatabase: z.never({ error: "the local Glue has no resource links" }).optional(),
  FederatedDatabase: z.never({ error: "the local Glue has no federated databases" }).optional(),
});

/** What CreateTable and UpdateTable take. */
export const tableInputSchema = z.object({
  Name: z.string().min(1).max(255),
  Description: z.string().optional(),
  Owner: z.string().optional(),
  LastAccessTime: seconds.optional(),
  LastAnalyzedTime: seconds.optional(),
  Retention: z.int().min(0).optional(),
  StorageDescriptor: storageSchema.optional(),
  PartitionKeys: z.array(columnSchema).optional(),
  ViewOriginalText: z.string().optional(),
  ViewExpandedText: z.string().optional(),
  TableType: z.string().optional(),
  Parameters: parametersSchema.optional(),
  TargetTable: z.never({ error: "the local Glue has no resource links" }).optional(),
  ViewDefinition: z.never({ error: "the local Glue has no views of several dialects" }).optional(),
});

/** What the calls on partitions take. */
export const partitionInputSchema = z.object({
  Values: z.array(z.string()).min(1),
  LastAccessTime: seconds.optional(),
  LastAnalyzedTime: seconds.optional(),
  StorageDescriptor: storageSchema.optional(),
  Parameters: parametersSchema.optional(),
});

/** A database as GetDatabase answers it; times are seconds since 1970. */
export type Database = z.infer<typeof databaseInputSchema> & {
  CreateTime: number;
  CatalogId: string;
};

/** A table as GetTable answers it. */
export type Table = z.infer<typeof tableInputSchema> & {
  DatabaseName: string;
  CreateTime: number;
  UpdateTime: number;
  /** Counts up; UpdateTable may name the one it is based on. */
  VersionId: string;
  IsRegisteredWithLakeFormation: boolean;
  CatalogId: string;
};

/** A partition as GetPartition answers it. */
export type Partition = z.infer<typeof partitionInputSchema> & {
  DatabaseName: string;
  TableName: string;
  CreationTime: number;
  CatalogId: string;
};

/** The account that everything local belongs to. */
export const accountId = "000000000000";
