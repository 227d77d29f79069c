import { expect, test } from './fixtures.ts';
import { PASSWORD, hydrated, register } from './people.ts';
import { isSoundNow } from './sound.ts';

test('the first steps tick themselves, up to a dashboard that others are asked to', async ({ page }) => {
  await register(page, 'Grace');
  await page.goto('/');
  await hydrated(page);
  const guide = page.getByRole('region', { name: 'First steps' });
  await expect(guide).toContainText('0 of 4 done');
  await guide.getByRole('button', { name: 'Make a key' }).click();
  await expect(guide).toContainText('1 of 4 done');

  // The next step is open, and the key is filled in.
  const tag = guide.locator('code', { hasText: '/dp.js' });
  await expect(tag).toBeVisible();
  const key = /data-key="([^"]+)"/.exec(await tag.innerText())![1];
  await expect(guide.getByText('Waiting for the first event …')).toBeVisible();
  const sent = await page.request.post('/api/analytics/events', {
    headers: { 'x-write-key': key },
    data: { events: [{ name: 'page_view', user_id: 'ada', properties: { $path: '/' } }, { name: 'sign_up', user_id: 'ada' }] },
  });
  expect(sent.status()).toBe(202);
  await expect(guide).toContainText('2 of 4 done');

  await expect(guide.getByRole('button', { name: /^Errors/ })).toBeDisabled();
  await guide.getByRole('button', { name: /^Web traffic/ }).click();
  await expect(page).toHaveURL(/\/dashboards\/[0-9a-f-]+$/);
  await expect(page.getByRole('article', { name: 'Views over time' })).toBeVisible();

  await page.goto('/');
  await hydrated(page);
  await expect(guide).toContainText('3 of 4 done');
  await guide.getByLabel('E-mail').fill('barbara@example.org');
  await guide.getByRole('button', { name: 'Invite' }).click();
  await expect(page.getByText('barbara@example.org').first()).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('link', { name: /Web traffic/ })).toBeVisible();
  await expect(guide).toHaveCount(0);
});

test('without JavaScript the first steps are forms, and can be put away and brought back', async ({ page, browser, baseURL }) => {
  const email = await register(page, 'Edith');
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL, locale: 'de-DE' });
  const plain = await context.newPage();
  await plain.goto('/login');
  await plain.locator('input[name=email]').fill(email);
  await plain.locator('input[name=password]').fill(PASSWORD);
  await plain.locator('form button[type=submit]').first().click();
  const guide = plain.getByRole('region', { name: 'Erste Schritte' });
  await expect(guide).toContainText('0 von 4 erledigt');
  await guide.getByRole('button', { name: 'Schlüssel anlegen' }).click();
  await expect(guide).toContainText('1 von 4 erledigt');
  await guide.getByRole('button', { name: 'Ausblenden' }).click();
  await expect(plain.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
  await expect(guide).toHaveCount(0);
  await plain.goto('/settings/account');
  await plain.getByRole('button', { name: 'Wieder auf der ersten Seite zeigen' }).click();
  await expect(guide).toContainText('1 von 4 erledigt');
  await context.close();
});

test('times are told on the clocks of the organization', async ({ page }) => {
  await register(page, 'Joan');
  await page.goto('/settings/organization');
  await hydrated(page);
  await page.getByLabel('Time zone').fill('Asia/Kathmandu');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.goto('/settings/audit');
  const cell = page.locator('time').first();
  const told = async () => ({ at: await cell.getAttribute('datetime'), words: await cell.innerText() });
  const there = ({ at }: { at: string | null }) => {
    const [, hour] = new Date(at!).toLocaleString('sv-SE', { timeZone: 'Asia/Kathmandu' }).split(' ');
    return hour.slice(0, 5);
  };
  const server = await told();
  expect(server.words).toContain(there(server));
  expect(server.words).not.toContain('UTC');
  // The browser draws the same when it comes from another page.
  await hydrated(page);
  await page.getByRole('link', { name: 'Members' }).click();
  await expect(page.getByRole('heading', { name: 'Members' }).first()).toBeVisible();
  await page.goBack();
  await expect(cell).toBeVisible();
  const browser = await told();
  expect(browser.words).toContain(there(browser));
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test.describe(`the first steps, ${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('are sound at each step, and go by keys alone', async ({ page }) => {
        await register(page, 'Mary');
        await page.goto('/');
        await hydrated(page);
        const guide = page.getByRole('region', { name: 'First steps' });
        await expect(guide).toContainText('0 of 4 done');
        await isSoundNow(page, 'the first steps, none done');
        await guide.getByRole('button', { name: 'Make a key' }).focus();
        await page.keyboard.press('Enter');
        await expect(guide).toContainText('1 of 4 done');
        await expect(guide.getByText('Waiting for the first event …')).toBeVisible();
        await isSoundNow(page, 'the first steps, waiting for an event');

        const key = /data-key="([^"]+)"/.exec(await guide.locator('code', { hasText: '/dp.js' }).innerText())![1];
        await page.request.post('/api/analytics/events', { headers: { 'x-write-key': key }, data: { events: [{ name: 'sign_up', user_id: 'ada' }] } });
        await expect(guide).toContainText('2 of 4 done');
        await isSoundNow(page, 'the first steps, choosing a template');
        await guide.getByRole('button', { name: /^Product overview/ }).focus();
        await page.keyboard.press('Enter');
        await expect(page).toHaveURL(/\/dashboards\/[0-9a-f-]+$/);
        await page.goto('/');
        await hydrated(page);
        await expect(guide).toContainText('3 of 4 done');
        await isSoundNow(page, 'the first steps, asking others in');
        await guide.getByRole('button', { name: 'Put away' }).focus();
        await page.keyboard.press('Enter');
        await expect(guide).toHaveCount(0);
      });
    });
  }
}
