import { describe, expect, it } from "vitest";
import { findPythonError, glueErrorMessage } from "../../../../src/local/aws/glue/python-error";

const script = "/home/data/aws/glue/jr_1/etl.py";

/** As spark-submit's output of a run looked. */
const chained = `rows: 3
Traceback (most recent call last):
  File "${script}", line 8, in <module>
    int("x")
    ^^^^^^^^
ValueError: invalid literal for int() with base 10: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "${script}", line 10, in <module>
    f()
  File "${script}", line 6, in f
    raise ValueError("no such day: 2020")
ValueError: no such day: 2020
26/11/24 01:35:29 WARN SparkConf: Note that spark.local.dir will be overridden
26/11/24 01:35:30 ERROR ShutdownHookManager: Exception while deleting Spark temp dir
java.io.IOException: Failed to delete
	at org.apache.spark.util.Utils.deleteRecursively(Utils.scala:1)
`;

const java = `Traceback (most recent call last):
  File "${script}", line 12, in <module>
    df.write.save(path)
  File "/venv/pyspark.zip/pyspark/sql/readwriter.py", line 615, in save
py4j.protocol.Py4JJavaError: An error occurred while calling o45.save.
: org.apache.spark.SparkException: Job aborted.
	at org.apache.spark.sql.Foo.bar(Foo.scala:1)
Caused by: java.io.IOException: disk
`;

describe("findPythonError", () => {
  it("takes the exception that nobody caught, and not Spark's shutdown", () => {
    expect(findPythonError(chained, script)).toEqual({
      message: "ValueError: no such day: 2020",
      line: 6,
    });
  });

  it("keeps a message of several lines up to the Java stack; the line is the script's own", () => {
    expect(findPythonError(java, script)).toEqual({
      message:
        "py4j.protocol.Py4JJavaError: An error occurred while calling o45.save.\n: org.apache.spark.SparkException: Job aborted.",
      line: 12,
    });
  });

  it("finds a script that does not parse", () => {
    const text = `  File "${script}", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax\n26/11/24 01:35:29 WARN X: y\n`;
    expect(findPythonError(text, script)).toEqual({
      message: "SyntaxError: invalid syntax",
      line: 3,
    });
  });

  it("finds nothing where there is nothing", () => {
    expect(findPythonError("26/11/24 01:35:29 ERROR X: killed\n", script)).toBeUndefined();
    expect(findPythonError("", script)).toBeUndefined();
  });
});

describe("glueErrorMessage", () => {
  it("has Glue's words", () => {
    expect(glueErrorMessage({ message: "ValueError: x", line: 3 })).toBe(
      "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 3; ValueError: x",
    );
    expect(glueErrorMessage({ message: "ValueError: x", line: undefined })).toBe(
      "Error Category: UNCLASSIFIED_ERROR; ValueError: x",
    );
  });
});
