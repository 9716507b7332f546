// The page: one form, one request, one package.

import { Packager, Refused, inWords, startDownload } from "./client.js";
import { Form } from "./form.js";
import { forget, keep, kept } from "./kept.js";
import { Outcome } from "./outcome.js";
import { guess } from "./platforms.js";

/** Shortest and longest wait before a look whether a package has expired; a timer for longer would end at once. */
const SHORTEST_TIMER_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const packager = new Packager(document.baseURI);
const form = new Form(document.querySelector("#form"));
const outcome = new Outcome(document.querySelector("#outcome"), document.querySelector("#announcement"));
const download = document.querySelector("#download");
const trouble = document.querySelector("#trouble");
const secret = document.querySelector("#enroll_secret");
const showSecret = document.querySelector("#show-secret");
const label = download.textContent;

/** Ends what is going on for the request before. */
let current = new AbortController();
/** Until when the service wants to be left alone, in the browser's time. */
let limitedUntil = 0;

async function request(retry) {
  setSecretShown(false);
  tell("");
  form.clearErrors();
  const missing = form.missing();
  if (missing.length > 0) {
    tell("Something is missing.");
    form.showErrors(missing);
    return;
  }
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const type = form.type;
  outcome.hide();
  forget();
  download.disabled = true;
  try {
    const id = await packager.create({ ...form.fields(), ...(retry && { retry }) }, signal);
    keep({ id, type, isDownloaded: false });
    await follow({ id, type, isDownloaded: false }, signal);
  } catch (error) {
    if (!signal.aborted) refuse(error);
  } finally {
    if (!signal.aborted && limitedUntil <= Date.now()) download.disabled = false;
  }
}

/** Shows how the package gets on, and downloads it. */
async function follow({ id, type, isDownloaded }, signal) {
  outcome.begin();
  for await (const status of packager.follow(id, signal)) {
    if (signal.aborted) return;
    switch (status.status) {
      case "in-progress":
        outcome.stage(status.stage);
        break;
      case "waiting":
        outcome.waiting(status);
        break;
      case "success":
        if (!isDownloaded) startDownload(status.download_url, document);
        keep({ id, type, isDownloaded: true });
        outcome.ready(status, type, { isStarted: !isDownloaded, destroy: () => destroy(id, signal) });
        whenExpired(id, status.expires_at, signal);
        break;
      case "fail":
        forget();
        outcome.failed(status.logs, () => request(true));
        break;
      default:
        forget();
        outcome.expired();
    }
  }
}

/** Says that the package has expired when it has: the service decides, its clock may be another. */
function whenExpired(id, expiresAt, signal) {
  const left_ms = Math.min(Math.max(Date.parse(expiresAt) - Date.now(), SHORTEST_TIMER_MS), LONGEST_TIMER_MS);
  const timer = setTimeout(async () => {
    // A service that is away, or limits, has not said that the package is gone.
    const status = await packager.status(id, signal).catch((error) => ({ status: isGone(error) ? "expired" : "success" }));
    if (signal.aborted) return;
    if (status.status === "success") {
      whenExpired(id, status.expires_at ?? expiresAt, signal);
    } else {
      forget();
      outcome.expired();
    }
  }, left_ms);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

const isGone = (error) => error instanceof Refused && [404, 410].includes(error.status);

async function destroy(id, signal) {
  try {
    await packager.destroy(id);
  } catch (error) {
    if (!isGone(error)) return tell(error.message);
  }
  if (signal.aborted) return;
  forget();
  outcome.expired();
}

/** Says why there is no package: at the fields, or above them. */
function refuse(error) {
  outcome.hide();
  const elsewhere = form.showErrors(error.errors ?? []);
  const named = elsewhere.map(({ field, detail }) => `${field} ${detail}.`);
  tell([error.message, ...named].join(" "));
  if (error.retryAfterSeconds !== undefined) wait(error.retryAfterSeconds, error.message);
}

/** Keeps the button back until the service may be asked again, and says when that is. */
function wait(seconds, reason) {
  limitedUntil = Date.now() + seconds * 1000;
  const timer = setInterval(tick, 1000);
  tell(`${reason} You can try again in ${inWords(seconds)}, at ${new Date(limitedUntil).toLocaleTimeString()}.`);
  tick();
  function tick() {
    const left = Math.ceil((limitedUntil - Date.now()) / 1000);
    download.disabled = left > 0;
    download.textContent = left > 0 ? `Try again in ${inWords(left)}` : label;
    if (left > 0) return;
    clearInterval(timer);
    tell("You can try again now.");
  }
}

/** Browsers write down what is in a text field, to have it there after a restart, but not what is in one for passwords. */
function setSecretShown(isShown) {
  secret.type = isShown ? "text" : "password";
  showSecret.setAttribute("aria-pressed", String(isShown));
}

function tell(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

document.querySelector("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!download.disabled) request(false);
});
// Whoever changes the form wants another package: that of before is not waited for.
document.querySelector("#form").addEventListener("input", () => {
  if (limitedUntil <= Date.now()) download.disabled = false;
});
showSecret.addEventListener("click", () => setSecretShown(secret.type === "password"));

const before = kept();
if (before) {
  form.choose({ type: before.type });
  follow(before, current.signal).catch((error) => {
    forget();
    outcome.hide();
    // A package that nobody knows any more is nothing to tell of.
    if (error.status !== 404) tell(error.message);
  });
} else {
  guess(navigator).then((guessed) => form.choose(guessed));
}
download.disabled = false;
