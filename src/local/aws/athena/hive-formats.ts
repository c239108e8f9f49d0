import type { RowFormat, StoredAs } from "./ddl/ddl";
import { DdlError } from "./ddl-error";
import type { GlueStorage } from "./glue-table";

interface HiveFormat {
  input: string;
  output: string;
  serde: string;
}

const ql = "org.apache.hadoop.hive.ql.io";
const text = {
  input: "org.apache.hadoop.mapred.TextInputFormat",
  output: `${ql}.HiveIgnoreKeyTextOutputFormat`,
  serde: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
};

/**
 * The classes by which a catalog names a format.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
 */
const formats: Readonly<Record<string, HiveFormat>> = {
  TEXTFILE: text,
  PARQUET: {
    input: `${ql}.parquet.MapredParquetInputFormat`,
    output: `${ql}.parquet.MapredParquetOutputFormat`,
    serde: `${ql}.parquet.serde.ParquetHiveSerDe`,
  },
  ORC: {
    input: `${ql}.orc.OrcInputFormat`,
    output: `${ql}.orc.OrcOutputFormat`,
    serde: `${ql}.orc.OrcSerde`,
  },
  AVRO: {
    input: `${ql}.avro.AvroContainerInputFormat`,
    output: `${ql}.avro.AvroContainerOutputFormat`,
    serde: "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
  },
  SEQUENCEFILE: {
    input: "org.apache.hadoop.mapred.SequenceFileInputFormat",
    output: `${ql}.HiveSequenceFileOutputFormat`,
    serde: text.serde,
  },
  RCFILE: {
    input: `${ql}.RCFileInputFormat`,
    output: `${ql}.RCFileOutputFormat`,
    serde: "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
  },
};

/** SerDes that Trino reads; the others of Athena's are refused by their name. */
const serdes = new Set([
  ...Object.values(formats).map(({ serde }) => serde),
  "org.apache.hadoop.hive.serde2.OpenCSVSerde",
  "org.apache.hadoop.hive.serde2.RegexSerDe",
  "org.apache.hive.hcatalog.data.JsonSerDe",
  "org.openx.data.jsonserde.JsonSerDe",
  "org.apache.hadoop.hive.serde2.columnar.ColumnarSerDe",
]);

/** How the files are read, from `ROW FORMAT` and `STORED AS`. */
export function storageFormat(
  rowFormat: RowFormat | undefined,
  storedAs: StoredAs | undefined,
): Required<Pick<GlueStorage, "InputFormat" | "OutputFormat" | "SerdeInfo">> {
  const named = storedAs !== undefined && "format" in storedAs ? storedAs.format : undefined;
  const bySerde = Object.values(formats).find(({ serde }) => serde === rowFormat?.serde);
  const format = named === undefined ? (bySerde ?? text) : formats[named];
  if (format === undefined) {
    throw new DdlError(
      `the local Athena does not support STORED AS ${named ?? ""}: it has ${Object.keys(formats).join(", ")}`,
    );
  }
  const serde = rowFormat?.serde ?? format.serde;
  if (!serdes.has(serde)) {
    throw new DdlError(`the local Athena does not support ROW FORMAT SERDE '${serde}'`);
  }
  const classes = storedAs !== undefined && "input" in storedAs ? storedAs : format;
  return {
    InputFormat: classes.input,
    OutputFormat: classes.output,
    SerdeInfo: { SerializationLibrary: serde, Parameters: { ...rowFormat?.properties } },
  };
}
