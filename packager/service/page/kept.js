// What a reload has to know: which package this tab asked for. The id is kept for the tab alone, and neither the URL nor the
// secret is.

const KEY = "fleet-packager";

/** @typedef {{id: string, type: string, isDownloaded: boolean}} Kept */

/** @param {Kept} kept */
export function keep(kept) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser without storage: a reload begins anew.
  }
}

/** @returns {Kept | undefined} */
export function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return typeof found?.id === "string" && typeof found.type === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // There was nothing.
  }
}
