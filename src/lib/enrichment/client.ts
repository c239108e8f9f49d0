import type { Effects } from "../effects";
import type { Answer } from "../github/answer";
import { asText, openOctokit, readAnswer } from "../github/api-client";
import type { Question } from "./question";

/** Asks the API a question. Answers with whatever came, and never throws. */
export type AskQuestion = (question: Question, effects: Effects) => Promise<Answer>;

/**
 * Makes the function that asks about single pushes and pull requests through octokit.
 *
 * @see https://docs.github.com/en/rest/commits/commits#compare-two-commits
 * @see https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
 */
export async function createEnrichmentClient(
  address: string,
  token?: string,
): Promise<AskQuestion> {
  const octokit = await openOctokit(address, token);
  return (question, effects) =>
    readAnswer(effects, (signal) => {
      const { owner, repo } = question;
      const request = { signal, ...asText };
      if (question.kind === "pull_opened") {
        const { number: pull_number } = question;
        return octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
          owner,
          repo,
          pull_number,
          request,
        });
      }
      return octokit.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
        owner,
        repo,
        basehead: `${question.base}...${question.head}`,
        // Only total_commits is wanted: one commit a page, and no page but the first has the files.
        per_page: 1,
        page: 2,
        request,
      });
    });
}
