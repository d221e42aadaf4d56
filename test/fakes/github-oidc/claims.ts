/** A job of GitHub Actions, as far as its OIDC token tells about it. */
export interface Job {
  /** `owner/name`. */
  readonly repository: string;
  readonly repositoryId: string;
  readonly repositoryOwnerId: string;
  readonly ref: string;
  readonly eventName: string;
  readonly environment?: string | undefined;
  /** Of the reusable workflow that the job is defined in; the job's own workflow by default. */
  readonly jobWorkflowRef?: string | undefined;
  /**
   * `immutable` for repositories that were created, renamed or transferred after 15 July 2026, and for those that opted
   * in: the IDs stand in `sub` beside the names.
   */
  readonly subjectFormat?: "names" | "immutable";
}

/** When a token is issued, and for whom. */
export interface Issue {
  readonly audience: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly jti: string;
}

export const ISSUER = "https://token.actions.githubusercontent.com";
/** GitHub's example has five minutes from `iat` to `exp`, and ten from `nbf` to `iat`. */
const LIFETIME_SECONDS = 300;
const BACKDATED_SECONDS = 600;
const WORKFLOW = ".github/workflows/deploy.yml";
const COMMIT = "6b1e0c9a3d5f7284916ab0cd3ef45a6789012bcd";

/** A job in the environment `production`, started by a push to the default branch. */
export const DEPLOY_JOB: Job = {
  repository: "acme/crm",
  repositoryId: "712345678",
  repositoryOwnerId: "1234567",
  ref: "refs/heads/main",
  eventName: "push",
  environment: "production",
};

/**
 * Makes the claims of a job's token: GitHub docs, "OpenID Connect reference". All are texts but the three times.
 */
export function claimsOf(job: Job, { audience, now, jti }: Issue): Record<string, unknown> {
  const { repository, ref, environment } = job;
  const [owner = ""] = repository.split("/");
  const workflowRef = `${repository}/${WORKFLOW}@${ref}`;
  return {
    jti,
    sub: subjectOf(job),
    aud: audience,
    ref,
    sha: COMMIT,
    repository,
    repository_owner: owner,
    repository_owner_id: job.repositoryOwnerId,
    run_id: "19700000001",
    run_number: "10",
    run_attempt: "1",
    repository_visibility: "private",
    repository_id: job.repositoryId,
    actor_id: "583231",
    actor: "octocat",
    workflow: "Deploy",
    head_ref: "",
    base_ref: "",
    event_name: job.eventName,
    ref_protected: "true",
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    workflow_ref: workflowRef,
    workflow_sha: COMMIT,
    job_workflow_ref: job.jobWorkflowRef ?? workflowRef,
    job_workflow_sha: COMMIT,
    runner_environment: "github-hosted",
    ...(environment === undefined ? {} : { environment }),
    iss: ISSUER,
    nbf: now - BACKDATED_SECONDS,
    exp: now + LIFETIME_SECONDS,
    iat: now,
  };
}

/** `repo:acme/crm:environment:production`, or with IDs; a job without an environment has its event or its ref there. */
function subjectOf(job: Job): string {
  const { repository, repositoryId, repositoryOwnerId, environment, eventName, ref } = job;
  const [owner, name] = repository.split("/");
  const names = `${owner}/${name}`;
  const withIds = `${owner}@${repositoryOwnerId}/${name}@${repositoryId}`;
  const context = environment === undefined ? contextOf(eventName, ref) : `environment:${encodeColons(environment)}`;
  return `repo:${job.subjectFormat === "immutable" ? withIds : names}:${context}`;
}

function contextOf(eventName: string, ref: string): string {
  return eventName === "pull_request" ? "pull_request" : `ref:${encodeColons(ref)}`;
}

/** A colon separates the parts of `sub`. */
function encodeColons(value: string): string {
  return value.replaceAll(":", "%3A");
}
