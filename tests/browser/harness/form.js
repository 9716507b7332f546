// What a person does with the form.

export const SECRET = "quiet-otter-42/Zürich";
export const FLEET_URL = "https://fleet.example.com";

/** Fills in the three things that everybody has to. */
export async function fill(page, platform = "Debian, Ubuntu") {
  await page.getByRole("radio", { name: platform }).check();
  await page.getByLabel("Fleet URL").fill(FLEET_URL);
  await page.getByLabel("Enroll secret").fill(SECRET);
}

export const openOptions = (page) => page.locator("summary", { hasText: "Options" }).click();
export const submit = (page) => page.locator("#download").click();
/** What the outcome says at the moment. */
export const now = (page) => page.locator("#now");
export const outcomeTitle = (page) => page.locator("#outcome-title");
export const trouble = (page) => page.getByRole("alert");
