import { expect, test } from './fixtures.ts';
import { importAccessLog, makeDashboard, makeWriteKey, register } from './people.ts';
import { isSound } from './sound.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 820, 1440]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('every page is sound', async ({ page }) => {
        test.setTimeout(300_000);
        for (const path of ['/', '/login', '/register']) {
          await isSound(page, path);
        }
        await register(page, 'Ada');
        await importAccessLog(await makeWriteKey(page));
        const board = await makeDashboard(page, 'Traffic');
        await page.getByRole('link', { name: 'Add the first widget' }).click();
        await page.getByLabel('Title').fill('Events');
        await page.getByRole('button', { name: 'Save widget' }).click();
        await expect(page.getByRole('article', { name: 'Events' })).toBeVisible();
        const range = '?from=2015-05-17&to=2015-05-20';
        for (const path of ['/', board, `${board}${range}`, `${board}/widgets/new`, '/live', '/users', '/users?show=events', '/settings/keys', '/settings/organization', '/settings/members', '/settings/account', '/settings/audit']) {
          await isSound(page, path);
        }
      });
    });
  }
}

test('what is not there says so', async ({ page, complaints }) => {
  await register(page, 'Ada');
  for (const path of ['/no/such/page', '/dashboards/0197a5c0-0000-7000-8000-000000000000']) {
    const answer = await page.goto(path);
    expect(answer!.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  // Chromium reports the page's own status 404 as an error.
  const others = complaints.filter((complaint) => !complaint.includes('404'));
  complaints.length = 0;
  expect(others).toEqual([]);
});
