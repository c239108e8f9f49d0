import { expect, it } from "vitest";
import { cloudWatchAddress } from "../../../src/cli/commands/logs";

const aws = { local: false, region: "eu-central-1", endpointUrl: undefined };

it("gives the command and the page that show a run's log on AWS", () => {
  expect(cloudWatchAddress("jr_1", { aws }).split("\n")).toEqual([
    "aws logs tail /aws-glue/jobs/error --region eu-central-1 --log-stream-names jr_1",
    "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1" +
      "#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror/log-events/jr_1",
  ]);
});

it("knows that a run of this machine which is not here is nowhere", () => {
  expect(() => cloudWatchAddress("jr_1", { aws: { ...aws, local: true } })).toThrow(
    'there is no engine and no job run "jr_1"',
  );
});
