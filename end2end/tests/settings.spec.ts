import { expect, test } from './fixtures';
import { hydrated, makeDashboard, register } from './people';

const PAGES = [
  ['/settings/organization', 'General'],
  ['/settings/members', 'Members'],
  ['/settings/shares', 'Share links'],
  ['/settings/audit', 'Audit'],
  ['/settings/keys', 'API keys'],
  ['/settings/data', 'Data'],
  ['/settings/account', 'Your account'],
] as const;

for (const width of [390, 1440]) {
  test(`every page of the settings leads to the others without script, ${width} pixels`, async ({ page, browser, baseURL }) => {
    await register(page, 'Ida');
    const context = await browser.newContext({ storageState: await page.context().storageState(), javaScriptEnabled: false, baseURL, viewport: { width, height: 900 } });
    const plain = await context.newPage();
    await plain.goto(PAGES[0][0]);
    for (const [path, name] of PAGES) {
      const places = plain.getByRole('navigation', { name: 'Settings' });
      await places.getByRole('link', { name, exact: true }).click();
      await expect(plain).toHaveURL(path);
      await expect(places.locator('[aria-current]')).toHaveText(name);
      for (const group of ['Organization', 'Events', 'You']) {
        await expect(places.getByRole('heading', { name: group, exact: true })).toBeInViewport();
        await expect(places.getByRole('list', { name: group, exact: true })).toBeVisible();
      }
    }
    await plain.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Two-factor sign-in' }).click();
    await expect(plain.getByRole('heading', { name: 'Two-factor sign-in' })).toBeVisible();
    await plain.goto('/segments');
    await expect(plain.getByRole('heading', { name: 'Segments', exact: true })).toBeVisible();
    await expect(plain.getByRole('navigation', { name: 'Settings' })).toHaveCount(0);
    await context.close();
  });
}

for (const language of ['en', 'de']) {
  test(`on a phone, the tools of a dashboard are one row, arranging or not, ${language}`, async ({ page }) => {
    await register(page, 'Ada');
    const board = await makeDashboard(page, 'Traffic');
    await page.context().addCookies([{ name: 'language', value: language, url: process.env.DATAPULSE_URL!, httpOnly: true }]);
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const range of ['', '?from=2026-01-01&to=2026-11-27']) {
        await page.goto(board + range);
        await hydrated(page);
        const buttons = page.locator('.tools > :is(button, a):visible');
        const oneRow = async () => {
          for (const button of await buttons.all()) {
            const box = (await button.boundingBox())!;
            expect(box.x + box.width).toBeLessThanOrEqual(width);
            expect(await button.evaluate((button) => button.textContent || button.ariaLabel)).toBeTruthy();
          }
          return new Set(await buttons.evaluateAll((all) => all.map((button) => button.getBoundingClientRect().top))).size;
        };
        expect(await oneRow()).toBe(1);
        await page.keyboard.press('e');
        await expect(page.locator('[data-act="undo"]')).toBeVisible();
        expect(await oneRow()).toBe(1);
        await expect(buttons).toHaveCount(7);
      }
    }
  });
}

test('the kinds of keys are told in full, also in German', async ({ page }) => {
  await register(page, 'Ada');
  await page.context().addCookies([{ name: 'language', value: 'de', url: process.env.DATAPULSE_URL!, httpOnly: true }]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/settings/keys');
  const kind = page.locator('#key-kind');
  const own = (await kind.boundingBox())!.width;
  const wanted = await kind.evaluate((select) => {
    select.style.width = 'max-content';
    return select.getBoundingClientRect().width;
  });
  expect(own).toBeGreaterThanOrEqual(wanted - 1);
});

test('the settings lead to the API’s own page, in the language of the page', async ({ page }) => {
  await register(page, 'Ada');
  for (const [language, name] of [['en', 'API reference'], ['de', 'API-Referenz']] as const) {
    await page.context().addCookies([{ name: 'language', value: language, url: process.env.DATAPULSE_URL!, httpOnly: true }]);
    await page.goto('/settings/keys');
    await hydrated(page);
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page).toHaveURL('/api/docs');
    await expect(page.locator('.swagger-ui .info')).toContainText('DataPulse');
  }
});

test('on a phone, searching and making dashboards share a row', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await register(page, 'Ada');
  await page.goto('/');
  const search = await page.getByRole('searchbox').boundingBox();
  const made = await page.getByRole('button', { name: 'New dashboard' }).boundingBox();
  expect(made!.y).toBeLessThan(search!.y + search!.height);
  expect(made!.x).toBeGreaterThan(search!.x + search!.width);
});
