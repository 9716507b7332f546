// The API of Fleet Packager, for a page of its own and for pages of others.

/** How long to wait between two looks at a build: briefly at first, for most packages are there at once. */
const LOOKS_MS = [150, 250, 500, 1000, 2000, 3000];
/** How long to wait between two tries when nobody answers. */
const TRIES_MS = [1000, 2000, 5000, 10000, 20000, 30000];
/** Longest wait that is believed in: a header must not stop a page for ever. */
const LONGEST_WAIT_S = 24 * 60 * 60;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Why the service did not do what it was asked for. Its texts are written for people, and hold no secret. */
export class Refused extends Error {
  /**
   * @param {number} status the HTTP status code
   * @param {{title?: string, detail?: string, errors?: {field: string, detail: string}[]}} problem RFC 9457
   * @param {number | undefined} retryAfterSeconds when it is worth trying again, where the service says so
   */
  constructor(status, problem, retryAfterSeconds) {
    super(problem.detail || problem.title || `The service answered with ${status}.`);
    this.name = "Refused";
    this.status = status;
    this.title = problem.title ?? "";
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The service could not be reached, or what answered is not the service. */
export class Unreachable extends Error {
  constructor(message = "The service cannot be reached.") {
    super(message);
    this.name = "Unreachable";
  }
}

/** A Fleet Packager. */
export class Packager {
  #base;
  #fetch;
  #pause;

  /**
   * @param {string | URL} base where it is served: its page's address
   * @param {{fetch?: typeof fetch, pause?: (ms: number, signal?: AbortSignal) => Promise<void>}} [seams] for tests
   */
  constructor(base, { fetch = (...call) => globalThis.fetch(...call), pause = wait } = {}) {
    const url = new URL(base);
    if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError("not an http or https URL");
    this.#base = new URL(".", url);
    this.#base.search = "";
    this.#base.hash = "";
    this.#fetch = fetch;
    this.#pause = pause;
  }

  /**
   * Asks for a package.
   *
   * @param {Record<string, string | boolean>} fields the fields of POST /create
   * @returns {Promise<string>} its id; who has it has the package
   * @throws {Refused | Unreachable}
   */
  async create(fields, signal) {
    const answer = await this.#ask("create", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
      signal,
    });
    if (typeof answer.package_id !== "string" || !ID.test(answer.package_id)) throw notTheService();
    return answer.package_id;
  }

  /**
   * Where the package stands, as GET /status says it.
   *
   * @throws {Refused | Unreachable}
   */
  async status(id, signal) {
    const answer = await this.#ask(`status?package_id=${encodeURIComponent(id)}`, { signal });
    if (typeof answer.status !== "string") throw notTheService();
    return answer;
  }

  /**
   * Tells where the package stands, from look to look, until that is final. While the service cannot be asked there is
   * `{status: "waiting", seconds, reason}`, and it is asked again.
   *
   * @throws {Refused} when the service knows no such package
   */
  async *follow(id, signal) {
    let looks = 0;
    let tries = 0;
    for (;;) {
      let wait_ms;
      try {
        const answer = await this.status(id, signal);
        yield answer;
        if (answer.status !== "in-progress") return;
        tries = 0;
        wait_ms = at(LOOKS_MS, looks++);
      } catch (error) {
        if (signal?.aborted) throw error;
        const passes = error instanceof Unreachable || error.status === 429 || error.status >= 500;
        if (!passes) throw error;
        wait_ms = error.retryAfterSeconds === undefined ? at(TRIES_MS, tries++) : error.retryAfterSeconds * 1000;
        yield { status: "waiting", seconds: Math.ceil(wait_ms / 1000), reason: error.message };
      }
      await this.#pause(wait_ms, signal);
    }
  }

  /** Has the package destroyed now. */
  async destroy(id) {
    await this.#ask(`download/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  async #ask(path, options) {
    let response;
    try {
      response = await this.#fetch(new URL(path, this.#base), {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        ...options,
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Unreachable();
    }
    if (response.status === 204) return {};
    let answer;
    try {
      answer = await response.json();
    } catch {
      answer = undefined;
    }
    if (!response.ok) throw new Refused(response.status, object(answer) ?? {}, retryAfter(response.headers));
    if (object(answer) === undefined) throw notTheService();
    return answer;
  }
}

const notTheService = () => new Unreachable("What answers there is not Fleet Packager.");
const object = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined);
const at = (list, index) => list[Math.min(index, list.length - 1)];

/** The header `Retry-After` in seconds (RFC 9110, section 10.2.3: seconds or a date). */
function retryAfter(headers) {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), LONGEST_WAIT_S);
}

function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** What a stage of a build is called. */
export const STAGES = {
  queued: "Waiting for a worker",
  fetching: "Fetching the agent",
  building: "Building the package",
  signing: "Signing it",
  notarizing: "Waiting for Apple’s notary",
  stapling: "Attaching Apple’s ticket",
  sealing: "Sealing it",
};

/**
 * The URL to fetch something of a package from: only http and https are taken from an answer, for it becomes a link.
 *
 * @returns {string | undefined}
 */
export function link(url) {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
}

/** Has the browser download `url`, which answers as an attachment: the page stays. A URL that is no link is left alone. */
export function startDownload(url, document) {
  const href = link(url);
  if (href === undefined) return;
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.download = "";
  anchor.rel = "noopener noreferrer";
  anchor.click();
}

/** A duration for people: `42 seconds`, `29 minutes`, `3 hours`. */
export function inWords(seconds) {
  const [amount, unit] =
    seconds < 120 ? [seconds, "second"] : seconds < 7200 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 3600), "hour"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
