// The form: what it offers for a platform, what it asks the service for, and where an error stands.

import { element } from "./dom.js";
import { GROUPS, isFor } from "./options.js";
import { PLATFORMS } from "./platforms.js";

/** Longest file that is read into a field; the service takes no more. */
const LONGEST_FILE_BYTES = 64 << 10;

export class Form {
  #form;
  #options = GROUPS.flatMap((group) => group.options);

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    form.querySelector("#platforms").append(...PLATFORMS.map(platformCard));
    form.querySelector("#groups").append(...GROUPS.map(groupOf));
    form.addEventListener("change", () => this.#adapt());
    // As the command has it: a host alone is one that speaks https.
    form.elements.fleet_url.addEventListener("change", ({ target }) => {
      if (target.value.trim() !== "" && !target.value.includes("://")) target.value = `https://${target.value.trim()}`;
    });
    this.choose(PLATFORMS[0]);
  }

  /** The chosen package type. */
  get type() {
    return this.#form.elements.type.value;
  }

  /** Chooses a type and an architecture. */
  choose({ type, arch }) {
    this.#form.elements.type.value = type;
    if (arch) this.#form.elements.arch.value = arch;
    this.#adapt();
  }

  /** What POST /create is to be asked for: what is not the default. */
  fields() {
    const fields = { type: this.type };
    if (this.type !== "pkg") fields.arch = this.#form.elements.arch.value;
    for (const name of ["fleet_url", "enroll_secret"]) {
      const { value } = this.#control(name);
      if (value !== "") fields[name] = name === "fleet_url" ? value.trim() : value;
    }
    for (const option of this.#options.filter((option) => isFor(option, this.type))) {
      const control = this.#control(option.name);
      if (option.kind === "switch") {
        if (control.checked !== (option.initially ?? false)) fields[option.name] = control.checked;
      } else if (option.kind === "choice") {
        if (control.value !== option.values[0]) fields[option.name] = control.value;
      } else if (control.value.trim() !== "") {
        fields[option.name] = option.kind === "text" ? control.value.trim() : control.value;
      }
    }
    return fields;
  }

  /** What is missing, before the service is asked. */
  missing() {
    if (this.#isOptional()) return [];
    const missing = ["fleet_url", "enroll_secret"].filter((name) => this.#control(name).value.trim() === "");
    return missing.map((field) => ({ field, detail: "is required" }));
  }

  /**
   * Shows each error at its field and moves to the first. Returns those that have none.
   *
   * @param {{field: string, detail: string}[]} errors
   */
  showErrors(errors) {
    this.clearErrors();
    const placed = errors.filter(({ field, detail }) => this.#showError(String(field), String(detail)));
    const invalid = [...this.#form.querySelectorAll("[aria-invalid=true]")].filter((control) => control.type !== "hidden");
    if (invalid.some((control) => control.closest("details"))) this.#form.querySelector("details").open = true;
    invalid[0]?.focus();
    return errors.filter((error) => !placed.includes(error));
  }

  clearErrors() {
    for (const place of this.#form.querySelectorAll(".error")) {
      place.hidden = true;
      place.textContent = "";
    }
    for (const control of this.#form.querySelectorAll("[aria-invalid]")) {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  }

  #showError(field, detail) {
    const place = this.#form.querySelector(`#error-${CSS.escape(field)}`);
    // A field that is not shown cannot show an error.
    if (place === null || place.closest("[hidden]:not(.error)")) return false;
    place.textContent = `${labelOf(place)} ${detail}.`;
    place.hidden = false;
    const controls = this.#form.elements[field];
    for (const control of controls instanceof RadioNodeList ? controls : [controls]) {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", place.id);
    }
    return true;
  }

  #control(name) {
    return this.#form.elements[name];
  }

  /** Whether URL and secret may be left out: a profile that is made elsewhere has them. */
  #isOptional() {
    return this.type === "pkg" && this.#control("use-system-configuration").checked;
  }

  /** Shows what the chosen platform knows. */
  #adapt() {
    this.#form.querySelector("#processor").hidden = this.type === "pkg";
    for (const option of this.#options) {
      this.#control(option.name).closest(".option").hidden = !isFor(option, this.type);
    }
    for (const name of ["fleet_url", "enroll_secret"]) this.#control(name).required = !this.#isOptional();
  }
}

function platformCard({ type, name, format }) {
  const input = element("input", { type: "radio", name: "type", value: type });
  return element("label", { class: "card" }, input, element("span", {}, name, " ", element("small", {}, format)));
}

function groupOf({ title, options }) {
  return element("fieldset", { class: "group" }, element("legend", {}, title), ...options.map(optionOf));
}

function optionOf(option) {
  const error = element("p", { class: "error", id: `error-${option.name}`, hidden: true });
  const name = element("span", { class: "name" }, `--${option.name}`);
  if (option.kind === "switch") {
    const input = element("input", { type: "checkbox", id: option.name, name: option.name, checked: option.initially });
    const label = element("label", { for: option.name }, element("span", { class: "text" }, option.label), " ", name);
    return element("div", { class: "option" }, element("div", { class: "switch" }, input, label), error);
  }
  const label = element("label", { for: option.name }, element("span", { class: "text" }, option.label), " ", name);
  return element("div", { class: "option field" }, label, ...controls(option), error);
}

function controls(option) {
  const common = { id: option.name, name: option.name, autocomplete: "off", spellcheck: "false" };
  if (option.kind === "choice") return [element("select", common, ...option.values.map((value) => element("option", {}, value)))];
  if (option.kind === "text") {
    return [element("input", { ...common, type: "text", autocapitalize: "none", placeholder: option.placeholder })];
  }
  const text = element("textarea", { ...common, rows: "3", placeholder: option.placeholder });
  const file = element("input", { class: "file", type: "file", "aria-label": `A file for --${option.name}` });
  file.addEventListener("change", () => read(file, text));
  return [text, file];
}

/** Puts a chosen file into the field, where it can be seen and changed. One that is too long for any field is cut. */
async function read(file, text) {
  const chosen = file.files[0];
  if (chosen) text.value = await chosen.slice(0, LONGEST_FILE_BYTES + 1).text();
  // The same file may be chosen again after it was changed.
  file.value = "";
}

/** What the person calls the field whose error stands in `place`. */
function labelOf(place) {
  const field = place.parentElement;
  return (field.querySelector(".text") ?? field.querySelector("label:not(.card), legend")).textContent;
}
