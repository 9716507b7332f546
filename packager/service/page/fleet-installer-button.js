// <fleet-installer-button>: "Download installer" in a page of another site.
//
//   <script type="module" src="https://packager.example.com/fleet-installer-button.js"></script>
//   <fleet-installer-button type="deb" fleet-url="https://fleet.example.com"></fleet-installer-button>
//
// docs/embed.md says what it takes, which events it sends and how it is styled.

import { Packager, STAGES, inWords, link, startDownload } from "./page/client.js";

/** Fields of POST /create whose values are `true` or `false`; the attribute alone is `true`. */
const SWITCHES = [
  "insecure", "disable-updates", "debug", "fleet-desktop", "service", "enable-scripts", "disable-keystore",
  "disable-setup-experience", "bypass-end-user-auth", "fleet-managed-host-identity-certificate", "use-system-configuration",
];
/** Fields whose values are texts. Certificates, keys and flags are too long for attributes: they come by `fields`. */
const TEXTS = [
  "type", "arch", "fleet-url", "orbit-channel", "osqueryd-channel", "desktop-channel", "update-interval", "host-identifier",
  "end-user-email", "osquery-db", "fleet-desktop-alternative-browser-host", "update-url",
];

const STYLE = `
  :host { display: inline-block; font: inherit; }
  :host([hidden]) { display: none; }
  button {
    font: inherit; font-weight: 600; padding: .5em 1em; cursor: pointer;
    color: var(--fleet-installer-text, #fff); background: var(--fleet-installer-accent, #4a4fd0);
    border: 1px solid transparent; border-radius: var(--fleet-installer-radius, .4em);
  }
  button:disabled { opacity: .6; cursor: default; }
  button:focus-visible { outline: 3px solid var(--fleet-installer-accent, #4a4fd0); outline-offset: 2px; }
  p { margin: .4em 0 0; font-size: .9em; overflow-wrap: anywhere; }
  p:empty { display: none; }
`;

/**
 * A button that has a packager make an installer and downloads it.
 *
 * Events, all of which bubble out of shadow trees:
 * - `fleet-installer-request`, before the request is sent; `detail.fields` may be changed, and `preventDefault()` stops it;
 * - `fleet-installer-progress`: `detail.stage`;
 * - `fleet-installer-ready`: `detail` is what GET /status says, with `package_id`;
 * - `fleet-installer-error`: `detail` has `message`, and where they apply `status`, `errors` and `retryAfterSeconds`.
 */
export class FleetInstallerButton extends HTMLElement {
  #button;
  #status;
  #secret = "";
  #current = new AbortController();

  /** More fields of POST /create than attributes can have: certificates, osquery's flags. They go over attributes. */
  fields = Object.hasOwn(this, "fields") ? this.fields : {};

  static observedAttributes = ["enroll-secret"];

  constructor() {
    super();
    // A secret that was set before this script had come hides the property.
    if (Object.hasOwn(this, "enrollSecret")) {
      this.#secret = String(this.enrollSecret);
      delete this.enrollSecret;
    }
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.setAttribute("part", "button");
    const slot = document.createElement("slot");
    slot.append("Download installer");
    this.#button.append(slot);
    this.#button.addEventListener("click", () => this.download());
    this.#status = document.createElement("p");
    this.#status.setAttribute("part", "status");
    this.#status.setAttribute("role", "status");
    root.append(this.#button, this.#status);
  }

  attributeChangedCallback(name, _, secret) {
    // A secret in the page's markup is taken out of it: scripts and extensions that read the page need not find it.
    if (secret === null) return;
    this.#secret = secret;
    this.removeAttribute(name);
  }

  disconnectedCallback() {
    this.#current.abort();
    this.#button.disabled = false;
  }

  /** The enroll secret. It can be set, and not read. */
  set enrollSecret(secret) {
    this.#secret = String(secret);
  }

  /** The packager's URL: the attribute `packager`, or where this script came from. */
  get packager() {
    return this.getAttribute("packager") ?? new URL(".", import.meta.url).href;
  }

  /** Asks for the installer and downloads it, as a click does. Resolves when its download has started, or will not. */
  async download() {
    if (this.#button.disabled) return;
    const fields = this.#request();
    if (!this.#send("request", { fields }, { cancelable: true })) return;
    this.#current.abort();
    this.#current = new AbortController();
    const { signal } = this.#current;
    this.#button.disabled = true;
    this.#say("");
    try {
      const packager = new Packager(this.#base());
      const id = await packager.create(fields, signal);
      for await (const status of packager.follow(id, signal)) this.#tell(status, id);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      if (!signal.aborted) this.#button.disabled = false;
    }
  }

  #base() {
    const { packager } = this;
    return new URL(packager.endsWith("/") ? packager : `${packager}/`, document.baseURI);
  }

  #request() {
    const request = {};
    for (const name of TEXTS) {
      const value = this.getAttribute(name);
      if (value !== null) request[name === "fleet-url" ? "fleet_url" : name] = value;
    }
    for (const name of SWITCHES) {
      const value = this.getAttribute(name);
      if (value !== null) request[name] = value !== "false";
    }
    if (this.#secret !== "") request.enroll_secret = this.#secret;
    return { ...request, ...this.fields };
  }

  #tell(status, id) {
    switch (status.status) {
      case "in-progress":
        this.#say(`${STAGES[status.stage] ?? status.stage} …`);
        this.#send("progress", { stage: status.stage });
        break;
      case "waiting":
        this.#say(`${status.reason} Trying again in ${inWords(status.seconds)}.`);
        break;
      case "success":
        this.#say(`${status.file_name} is being downloaded.`);
        this.#send("ready", { ...status, package_id: id });
        if (link(status.download_url) !== undefined) startDownload(status.download_url, document);
        break;
      case "fail":
        this.#fail(new Error(status.logs));
        break;
      default:
        this.#fail(new Error("The package has been destroyed."));
    }
  }

  #fail(error) {
    const { message, status, errors = [], retryAfterSeconds } = error;
    const wait = retryAfterSeconds === undefined ? [] : [`Try again in ${inWords(retryAfterSeconds)}.`];
    this.#say([message, ...errors.map(({ field, detail }) => `${field} ${detail}.`), ...wait].join(" "));
    this.#send("error", { message, status, errors, retryAfterSeconds });
  }

  #say(text) {
    this.#status.textContent = text;
  }

  /** Whether nobody prevented what the event announces. */
  #send(name, detail, options = {}) {
    return this.dispatchEvent(new CustomEvent(`fleet-installer-${name}`, { bubbles: true, composed: true, detail, ...options }));
  }
}

customElements.define("fleet-installer-button", FleetInstallerButton);
