import { describe, expect, it } from "vitest";
import { localConf } from "../../../src/local/spark/conf";

const endpoints = {
  s3Url: "http://127.0.0.1:4567",
  glueUrl: "http://127.0.0.1:4566",
  region: "us-east-1",
  credentials: { accessKeyId: "k", secretAccessKey: "s" },
};

describe("localConf", () => {
  it("listens on loopback only and shows no page, whatever the job says", () => {
    const own = { "spark.ui.enabled": "true", "spark.driver.bindAddress": "0.0.0.0" };
    expect(localConf(own, endpoints, "/tmp/x")).toMatchObject({
      "spark.ui.enabled": "false",
      "spark.driver.bindAddress": "127.0.0.1",
      "spark.driver.host": "127.0.0.1",
      "spark.sql.session.timeZone": "UTC",
    });
  });

  it("gives every catalog over Glue the local endpoints, and no other", () => {
    const conf = localConf(
      {
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.lake.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        "spark.sql.catalog.files.type": "hadoop",
      },
      endpoints,
      "/tmp/x",
    );
    for (const name of ["glue_catalog", "lake"]) {
      expect(conf[`spark.sql.catalog.${name}.glue.endpoint`]).toBe(endpoints.glueUrl);
      expect(conf[`spark.sql.catalog.${name}.s3.endpoint`]).toBe(endpoints.s3Url);
    }
    expect(conf["spark.sql.catalog.files.glue.endpoint"]).toBeUndefined();
  });

  it("leaves a job its own settings", () => {
    const own = { "spark.sql.shuffle.partitions": "16" };
    expect(localConf(own, endpoints, "/tmp/x")["spark.sql.shuffle.partitions"]).toBe("16");
  });
});
