/** Takes `s3://bucket/key` apart, as the S3 client's requests want it; undefined for all else. */
export function parseS3Path(path: string): { Bucket: string; Key: string } | undefined {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return Bucket === undefined || Key === undefined ? undefined : { Bucket, Key };
}
