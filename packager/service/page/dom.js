// Elements by a call. Texts become text, never markup.

/**
 * An element with attributes and children. An attribute that is `true` is empty; one that is `false` or `undefined` is
 * left out.
 *
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} attributes
 * @param {...(Node | string | undefined)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that does `act` when it is pressed. */
export function button(label, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/**
 * A button that copies `text`, and says so for a moment. Where the browser keeps its clipboard from pages (those that came
 * over plain HTTP), the text is selected instead, to be copied by hand.
 *
 * @param {() => Node} shown where the text is shown
 */
export function copyButton(text, name, shown) {
  const made = button("Copy", copy, { class: "quiet", "aria-label": `Copy ${name}` });
  async function copy() {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(shown());
      said = "Selected";
    }
    made.textContent = said;
    made.setAttribute("aria-label", `${said} ${name}`);
    setTimeout(() => {
      made.textContent = "Copy";
      made.setAttribute("aria-label", `Copy ${name}`);
    }, 2000);
  }
  return made;
}
