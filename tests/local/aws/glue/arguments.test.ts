import { describe, expect, it } from "vitest";
import {
  mergeArguments,
  readArguments,
  refuseArguments,
} from "../../../../src/local/aws/glue/arguments";

describe("arguments", () => {
  it("default, then the run's, then those no run may change", () => {
    const merged = mergeArguments(
      { "--a": "default", "--b": "default", "--c": "default" },
      { "--b": "run", "--c": "run" },
      { "--c": "fixed" },
    );
    expect(merged).toEqual({ "--a": "default", "--b": "run", "--c": "fixed" });
  });

  it("reach the script as it would find them on Glue", () => {
    const read = readArguments(
      {
        "--raw_path": "s3://raw/github-events/",
        "--conf": "spark.a=1 --conf spark.b=x=y",
        "--extra-py-files": "s3://b/a.py, s3://b/b.zip",
        "--datalake-formats": "iceberg",
      },
      { jobName: "etl", runId: "jr_1" },
    );
    expect(read.conf).toEqual({ "spark.a": "1", "spark.b": "x=y" });
    expect(read.pyFiles).toEqual(["s3://b/a.py", "s3://b/b.zip"]);
    expect(read.script).toEqual([
      ...["--raw_path", "s3://raw/github-events/"],
      ...["--datalake-formats", "iceberg"],
      ...["--JOB_NAME", "etl"],
      ...["--JOB_RUN_ID", "jr_1"],
    ]);
  });

  it.each([
    [{ "--additional-python-modules": "x" }, "--additional-python-modules"],
    [{ "--job-language": "scala" }, "--job-language scala"],
    [{ "--datalake-formats": "iceberg,hudi" }, "--datalake-formats hudi"],
    [{ "--conf": "spark.a" }, "is not name=value"],
  ])("refuses %j", (args, words) => {
    expect(refuseArguments(args as Record<string, string>)).toContain(words);
  });

  it("takes what the workbench's own jobs pass", () => {
    const args = { "--datalake-formats": "iceberg", "--conf": "a=1", "--job-language": "python" };
    expect(refuseArguments(args)).toBeUndefined();
  });
});
