import type { Page } from '@playwright/test';

import { account, server } from './account.ts';
import { expect, test } from './fixtures.ts';
import { hydrated, makeWriteKey, register } from './people.ts';
import { isSoundNow } from './sound.ts';

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

/** People with and without a profile, and one whose name is written from right to left. */
const EVENTS = [
  { name: '$identify', user_id: 'u-1001', anonymous_id: 'device-1', properties: { $set: { name: 'Ada Lovelace', email: 'ada@acme.example', plan: 'pro' } }, timestamp: minutesAgo(50) },
  { name: '$identify', user_id: 'u-1002', properties: { $set: { name: 'Björn Müller', email: 'bjorn@acme.example' } }, timestamp: minutesAgo(45) },
  { name: '$identify', user_id: 'u-1003', properties: { $set: { name: 'שלום עולם' } }, timestamp: minutesAgo(40) },
  { name: 'page_view', user_id: 'u-1001', properties: { path: '/pricing' }, timestamp: minutesAgo(30) },
  { name: 'purchase', user_id: 'u-1001', properties: { plan: 'pro', amount: 49 }, timestamp: minutesAgo(20) },
  { name: 'page_view', user_id: 'u-1002', properties: { path: '/' }, timestamp: minutesAgo(15) },
  { name: 'page_view', anonymous_id: 'visitor-with-a-rather-long-id-0123456789abcdef0123456789abcdef', properties: { path: '/' }, timestamp: minutesAgo(10) },
];

async function withPeople(page: Page): Promise<void> {
  await register(page, 'Grace');
  const key = await makeWriteKey(page);
  const answer = await fetch(`${server()}/api/analytics/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': key },
    body: JSON.stringify(EVENTS),
  });
  expect(answer.status).toBe(202);
  const stored = () => page.evaluate(async () => (await (await fetch('/api/analytics/users')).json()).items.length);
  await expect.poll(stored).toBe(4);
}

/** Nothing is wider than the screen, and nothing is cut without a way to see it. */
async function fits(page: Page): Promise<void> {
  const tooWide = () => page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll('main table, main td, main th, main .topbar, main .filters')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => element.outerHTML.slice(0, 120));
    return document.documentElement.scrollWidth > width + 1 ? ['the page', ...cut] : cut;
  });
  // A page that is just coming may be there before its styles.
  await expect.poll(tooWide).toEqual([]);
}

const people = (page: Page) => page.getByRole('main').locator('table.list tbody tr');

for (const width of [1440, 390]) {
  test(`people are found as they are looked for, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await withPeople(page);
    await page.goto('/users');
    await hydrated(page);
    await expect(people(page)).toHaveCount(4);
    await expect(people(page).filter({ hasText: 'Ada Lovelace' })).toContainText('ada@acme.example');
    await isSoundNow(page, 'the list of users');
    await fits(page);

    // By a part of the address, with the keyboard alone.
    await page.locator('h1').click();
    await page.keyboard.press('/');
    await expect(page.getByRole('searchbox')).toBeFocused();
    await page.keyboard.type('@ACME');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/find=%40ACME/);
    await expect(people(page)).toHaveCount(2);
    await hydrated(page);
    await page.getByRole('searchbox').fill('muller');
    await page.keyboard.press('Enter');
    await expect(people(page)).toHaveCount(1);
    await expect(people(page)).toContainText('Björn Müller');
    await page.getByRole('searchbox').fill('visitor-');
    await page.keyboard.press('Enter');
    await expect(people(page)).toHaveText(/^visitor-/);
    await hydrated(page);
    await fits(page);
    await page.getByRole('searchbox').fill('%');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Nobody is known by “%”' })).toBeVisible();
    await isSoundNow(page, 'nobody found');

    // A range and a condition, both of which stay in the address.
    await page.goto('/users');
    await hydrated(page);
    await page.getByRole('button', { name: /^Range/ }).click();
    await page.getByRole('link', { name: 'Last 7 days' }).click();
    await expect(page).toHaveURL(/range=7d/);
    await expect(people(page)).toHaveCount(4);
    await page.getByRole('button', { name: 'Add condition' }).click();
    await isSoundNow(page, 'a condition is added');
    await page.getByLabel('Did this event').fill('page_view');
    await page.getByLabel('Property of the event').fill('path');
    await page.getByLabel('Value').fill('/pricing');
    await page.getByRole('button', { name: 'Show these people' }).click();
    await expect(people(page)).toHaveCount(1);
    await expect(people(page)).toContainText('Ada Lovelace');
    await expect(page.getByRole('group', { name: 'Conditions' })).toContainText('did page_view');
    await hydrated(page);
    await fits(page);
    await page.getByRole('link', { name: 'Take away: path is /pricing' }).click();
    await expect(people(page)).toHaveCount(3);
    await expect(page).toHaveURL(/range=7d/);

    // One of them.
    await people(page).filter({ hasText: 'Ada Lovelace' }).getByRole('link').click();
    await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Sessions' }).locator('tbody tr').first()).toContainText('purchase');
    await isSoundNow(page, 'one person');
    await fits(page);
  });
}

test('the palette finds people', async ({ page }) => {
  await withPeople(page);
  await page.goto('/');
  await hydrated(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('lovel');
  const found = page.getByRole('option', { name: /Ada Lovelace/ });
  await expect(found).toContainText('ada@acme.example');
  await isSoundNow(page, 'the palette with somebody in it');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeVisible();
});

test('a stranger with the same question finds nobody', async ({ page }) => {
  await withPeople(page);
  const stranger = await account('stranger');
  const answer = await fetch(`${server()}/api/analytics/users?search=ada`, { headers: { authorization: `Bearer ${stranger.token}` } });
  expect((await answer.json()).items).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the search, the range and a condition are plain forms', async ({ page, browser }) => {
    const scripted = await browser.newPage({ javaScriptEnabled: true, baseURL: server() });
    await withPeople(scripted);
    await page.context().addCookies(await scripted.context().cookies());
    await page.goto('/users');
    await page.getByRole('searchbox').fill('lovelace');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect(people(page)).toHaveCount(1);
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Did this event').fill('purchase');
    await page.getByRole('button', { name: 'Show these people' }).click();
    await expect(people(page)).toContainText('Ada Lovelace');
    expect(page.url()).toContain('find=lovelace');
    await page.getByRole('button', { name: /^Range/ }).click();
    await page.getByLabel('First day').fill('2015-05-17');
    await page.getByLabel('Last day').fill('2015-05-18');
    await page.getByRole('button', { name: 'Show these days' }).click();
    await expect(page.getByRole('heading', { name: /Nobody is known/ })).toBeVisible();
    await scripted.close();
  });
});
