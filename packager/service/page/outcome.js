// What became of a request: the stages as they happen, and the package, or why there is none.

import { STAGES, inWords, link } from "./client.js";
import { button, copyButton, element } from "./dom.js";
import { ANY_SHELL, SHELLS, installCommand } from "./platforms.js";

export class Outcome {
  #section;
  #title;
  #now;
  #body;
  #announcement;

  /**
   * @param {HTMLElement} section
   * @param {HTMLElement} announcement what a screen reader reads out when it changes
   */
  constructor(section, announcement) {
    this.#section = section;
    this.#announcement = announcement;
    this.#title = section.querySelector("#outcome-title");
    this.#now = section.querySelector("#now");
    this.#body = section.querySelector("#outcome-body");
  }

  hide() {
    this.#section.hidden = true;
    this.#say("", "");
  }

  /** A build begins. */
  begin() {
    this.#say("Building your installer", "");
    this.#body.append(element("ol", { class: "steps" }));
  }

  /** The build has come to a stage. Stages that it does not go through are not shown. */
  stage(stage) {
    const text = STAGES[stage] ?? stage;
    this.#sayNow(`${text} …`);
    const steps = this.#body.querySelector(".steps");
    if (steps === null || steps.lastElementChild?.textContent === text) return;
    steps.lastElementChild?.removeAttribute("aria-current");
    steps.append(element("li", { "aria-current": "step" }, text));
  }

  /** The service is asked again later. */
  waiting({ seconds, reason }) {
    this.#sayNow(`${reason} Trying again in ${inWords(seconds)}.`);
  }

  /**
   * The package is there.
   *
   * @param {object} package_ what GET /status says
   * @param {string} type
   * @param {{isStarted: boolean, destroy: () => void}} how whether its download has been started, and what destroys it
   */
  ready(package_, type, { isStarted, destroy }) {
    const { file_name: name, sha256, size, versions = {} } = package_;
    this.#say(name, isStarted ? "Ready. The download has started." : "Ready.");
    const digest = element("code", {}, sha256);
    const facts = [
      ["Size", `${inMegabytes(size)} (${size} bytes)`],
      ["SHA-256", [digest, copyButton(sha256, "SHA-256", () => digest)]],
      ["Versions", inside(versions)],
      ["Signed", package_.signed ? "yes" : "no"],
      ["Expires", expiry(package_.expires_at)],
    ];
    this.#body.append(
      element("dl", {}, ...facts.flatMap(([term, fact]) => [element("dt", {}, term), element("dd", {}, ...[fact].flat())])),
      ...(package_.profile_url
        ? [element("p", { class: "notice" }, "Install the configuration profile before the package: it has the URL and the secret.")]
        : []),
      ...command(installCommand(type, name), SHELLS[type] ?? ANY_SHELL),
      element(
        "p",
        { class: "more" },
        anchor(package_.download_url, isStarted ? "Download again" : "Download"),
        anchor(package_.signature_url, "Download signature"),
        anchor(package_.profile_url, "Download configuration profile"),
        button("Destroy now", destroy, { class: "quiet" }),
      ),
    );
  }

  /** The build failed; `again` asks for a new one. */
  failed(logs, again) {
    this.#say("The build failed", "");
    this.#body.append(element("pre", {}, logs), element("p", { class: "more" }, button("Try again", again)));
  }

  /** The package is no more. */
  expired() {
    this.#say("The package has been destroyed", "It had expired, or somebody destroyed it. You can ask for it again now.");
  }

  /** Begins anew; without a title there is nothing to say. */
  #say(title, now) {
    this.#section.hidden = title === "";
    this.#title.textContent = title;
    this.#body.replaceChildren();
    this.#now.textContent = now;
    this.#announcement.textContent = `${title} ${now}`.trim();
  }

  #sayNow(now) {
    this.#now.textContent = now;
    this.#announcement.textContent = now;
  }
}

function anchor(url, label) {
  const href = url === undefined ? undefined : link(url);
  return href === undefined ? undefined : element("a", { href, download: true, rel: "noreferrer" }, label);
}

function command(text, where) {
  if (text === "") return [];
  const shown = element("pre", {}, element("code", {}, text));
  const row = element("div", { class: "with-button" }, shown, copyButton(text, "command", () => shown));
  return [element("div", { class: "command" }, element("p", {}, where), row)];
}

function inside({ orbit, osqueryd, desktop }) {
  const named = [["orbit", orbit], ["osqueryd", osqueryd], ["Fleet Desktop", desktop]];
  return named.filter(([, version]) => version).map((pair) => pair.join(" ")).join(", ");
}

function inMegabytes(size) {
  return `${(size / 1e6).toLocaleString(undefined, { maximumFractionDigits: size < 1e7 ? 1 : 0 })} MB`;
}

function expiry(timestamp) {
  const at = new Date(timestamp);
  return element("time", { datetime: timestamp }, at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
}
