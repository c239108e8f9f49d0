/** What is said of an object beside its content; names in lower case, values in ASCII. */
export type ObjectMetadata = Readonly<Record<string, string>>;

/** An object to be written once. */
export interface NewObject {
  key: string;
  body: Uint8Array;
  contentType: string;
  metadata: ObjectMetadata;
}

/** How an object is created. */
export interface CreateOptions {
  /** Called before every attempt, the repeated ones too; what it throws ends the call. */
  before?: () => Promise<void>;
  /** Ends the call with code ABORTED; whether the object was created is then unknown. */
  signal?: AbortSignal;
}

/**
 * Objects that are created once and never changed. Every call waits and tries again by itself while
 * the store is away or its answer says nothing certain.
 *
 * @throws {@link WorkbenchError} code S3 where that will not mend it, or not soon
 */
export interface ObjectStore {
  /** Creates an object, or tells that one is there. */
  create(object: NewObject, options?: CreateOptions): Promise<"created" | "exists">;
  /** The metadata of an object, or undefined where there is none. */
  metadata(key: string): Promise<ObjectMetadata | undefined>;
  /** The content of an object as text, or undefined where there is none. */
  read(key: string): Promise<string | undefined>;
  /** The address of a key, for messages. */
  address(key: string): string;
  close(): void;
}
