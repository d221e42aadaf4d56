import { findEntry } from "./error-catalogue.ts";
import type { Exchange, Unreachable } from "./exchange.ts";
import type { FailedExchange } from "./failed-exchange.ts";
import { Failure } from "./failure.ts";
import type { Inputs } from "./inputs.ts";
import { type Explanation, explainRefusal } from "./refusal.ts";
import { MY_DOMAIN } from "./setup-steps.ts";
import type { Unusable } from "./token-response.ts";

/**
 * Turns the end of a token request that brought no token into what to do about it.
 *
 * @param now the runner's time
 * @returns the failure to report; nothing in it is secret
 */
export function diagnose({ exchange, inputs }: Omit<FailedExchange, "now">, now: Date): Failure {
  const { code, what, answer, causes = [], steps } = explain({ exchange, inputs, now });
  const whom = `${inputs.username} at ${inputs.loginUrl.host} (audience ${exchange.plan.audience})`;
  const verdict = `No token for ${whom}: ${what}.${effort(exchange, inputs)}`;
  return new Failure({ code, message: answer ? `${verdict}\n${answer}` : verdict, causes, steps });
}

function explain(run: FailedExchange): Explanation {
  const { outcome } = run.exchange;
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
function effort({ attempts, durationMs, outOfTime }: Exchange, { timeoutSeconds }: Inputs): string {
  const tried = `${attempts === 1 ? "One attempt" : `${attempts} attempts`} in ${(durationMs / 1000).toFixed(1)} s`;
  if (!outOfTime) return attempts === 1 ? "" : ` ${tried}.`;
  const { retryAfterMs } = outOfTime;
  const asked = retryAfterMs > 0 ? ` The server asked for a wait of ${Math.ceil(retryAfterMs / 1000)} s.` : "";
  return ` ${tried}, and no time for another one (timeout_seconds: ${timeoutSeconds}).${asked}`;
}

function explainUnreachable({ code, reason, steps }: Unreachable): Explanation {
  return { code, what: reason, steps };
}

/** What each form of an answer that no token endpoint gives comes from. */
const UNUSABLE: Readonly<Record<Unusable["form"], Omit<Explanation, "what">>> = {
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

function explainUnusable({ form, status, what, piece }: Unusable): Explanation {
  const { code, causes = [], steps } = meaningOf(form, status);
  if (form === "redirect" && piece !== "") {
    return {
      code,
      what: `the answer was ${what} to ${piece}, and the assertion is sent nowhere but to login_url`,
      steps: [`If ${piece} is your org, set login_url: https://${piece}`, ...steps],
    };
  }
  return { code, what: `the answer was ${what}${piece === "" ? "" : `, "${piece}"`}`, causes, steps };
}

/** 429 and 5xx say "not now" (RFC 6585 §4, RFC 9110 §15.6), and nothing of the address; a page has a title that says more. */
function meaningOf(form: Unusable["form"], status: number): Omit<Explanation, "what"> {
  const passing = form !== "html" && (status === 429 || status >= 500);
  return passing ? findEntry({ kind: "refused", status, error: "", description: "" }) : UNUSABLE[form];
}
