import type { Inputs } from "../inputs/inputs.ts";
import { ActionError } from "../lib/action-error.ts";
import { MY_DOMAIN } from "../lib/setup-steps.ts";
import { matchRefusal } from "../token/refusals.ts";
import type { InvalidResponse } from "../token/response.ts";
import type { NoResponse, TokenResult } from "../token/token-result.ts";
import { type Explanation, explainRefusal } from "./explain-refusal.ts";
import type { FailedRequest } from "./failed-request.ts";

/**
 * Turns the end of a token request that brought no token into what to do about it.
 *
 * @param now the runner's time
 * @returns the failure to report; nothing in it is secret
 */
export function explain({ result, inputs }: Omit<FailedRequest, "now">, now: Date): ActionError {
  const { code, what, answer, causes = [], steps } = detailsOf({ result, inputs, now });
  const target = `${inputs.username} at ${inputs.loginUrl.host} (audience ${result.signing.audience})`;
  const headline = `No token for ${target}: ${what}.${describeAttempts(result, inputs)}`;
  return new ActionError({ code, message: answer ? `${headline}\n${answer}` : headline, causes, steps });
}

function detailsOf(run: FailedRequest): Explanation {
  const { outcome } = run.result;
  switch (outcome.kind) {
    case "refused":
      return explainRefusal(outcome, run);
    case "unusable":
      return explainUnusable(outcome);
    case "unreachable":
      return explainUnreachable(outcome);
    case "granted":
      throw new Error("a granted token is no failure");
  }
}

/** How hard it was tried, where that is news. */
function describeAttempts({ attempts, durationMs, deadlineExceeded }: TokenResult, { timeoutSeconds }: Inputs): string {
  const tried = `${attempts === 1 ? "One attempt" : `${attempts} attempts`} in ${(durationMs / 1000).toFixed(1)} s`;
  if (!deadlineExceeded) return attempts === 1 ? "" : ` ${tried}.`;
  const { retryAfterMs } = deadlineExceeded;
  const asked = retryAfterMs > 0 ? ` The server asked for a wait of ${Math.ceil(retryAfterMs / 1000)} s.` : "";
  return ` ${tried}, and no time for another one (timeout_seconds: ${timeoutSeconds}).${asked}`;
}

function explainUnreachable({ code, reason, causes }: NoResponse): Explanation {
  const texts = causes.flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
  return { code, what: reason, causes: texts, steps: causes.map(({ fix }) => fix) };
}

/** What each form of an answer that no token endpoint gives comes from. */
const UNUSABLE: Readonly<Record<InvalidResponse["bodyKind"], Omit<Explanation, "what">>> = {
  redirect: { code: "answer-redirect", steps: [`Set login_url to the address that the org has now: ${MY_DOMAIN}.`] },
  html: {
    code: "answer-html",
    steps: [
      "If it says maintenance, wait: https://status.salesforce.com shows the instance.",
      `Otherwise set login_url to the org's own address: ${MY_DOMAIN}. A site needs its path.`,
    ],
  },
  empty: { code: "answer-unusable", steps: ["Run the job again.", `Check login_url: ${MY_DOMAIN}.`] },
  oversized: {
    code: "answer-unusable",
    steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`],
  },
  json: { code: "answer-unusable", steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`] },
  text: { code: "answer-unusable", steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`] },
};

function explainUnusable({ bodyKind, status, summary, excerpt }: InvalidResponse): Explanation {
  const { code, causes = [], steps } = meaningOf(bodyKind, status);
  if (bodyKind === "redirect" && excerpt !== "") {
    return {
      code,
      what: `the answer was ${summary} to ${excerpt}, and the assertion is sent nowhere but to login_url`,
      steps: [`If ${excerpt} is your org, set login_url: https://${excerpt}`, ...steps],
    };
  }
  return { code, what: `the answer was ${summary}${excerpt === "" ? "" : `, "${excerpt}"`}`, causes, steps };
}

/** 429 and 5xx say "not now" (RFC 6585 §4, RFC 9110 §15.6), and nothing of the address; a page has a title that says more. */
function meaningOf(form: InvalidResponse["bodyKind"], status: number): Omit<Explanation, "what"> {
  const passing = form !== "html" && (status === 429 || status >= 500);
  return passing ? matchRefusal({ kind: "refused", status, error: "", description: "" }) : UNUSABLE[form];
}
