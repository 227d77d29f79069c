import { expect, test } from './fixtures';
import { register } from './people';

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

test('on a phone, searching and making dashboards share a row', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await register(page, 'Ada');
  await page.goto('/');
  const search = await page.getByRole('searchbox').boundingBox();
  const made = await page.getByRole('button', { name: 'New dashboard' }).boundingBox();
  expect(made!.y).toBeLessThan(search!.y + search!.height);
  expect(made!.x).toBeGreaterThan(search!.x + search!.width);
});
