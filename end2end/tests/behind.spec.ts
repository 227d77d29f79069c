import type { Locator, Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { hydrated, makeWriteKey, register } from './people.ts';
import { isSoundNow } from './sound.ts';

const DAY = 86_400_000;
/** Noon of the day before the day before yesterday, in UTC, which is the organization's zone. */
const BEGIN = Math.floor(Date.now() / DAY) * DAY - 3 * DAY + DAY / 2;

const card = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true });

/** Three people: `ada` comes back a day later, `bob` and `eve` do not; all look first, two buy. */
async function history(page: Page, key: string): Promise<void> {
  const at = (offset: number) => new Date(BEGIN + offset).toISOString();
  const events = [
    { name: 'look', user_id: 'ada', timestamp: at(0) },
    { name: 'buy', user_id: 'ada', timestamp: at(60_000) },
    { name: 'look', user_id: 'bob', timestamp: at(0) },
    { name: 'buy', user_id: 'bob', timestamp: at(120_000) },
    { name: 'look', user_id: 'eve', timestamp: at(0) },
    { name: 'look', user_id: 'ada', timestamp: at(DAY) },
  ];
  const sent = await page.request.post('/api/analytics/events', { headers: { 'x-write-key': key }, data: { events } });
  expect(sent.status()).toBe(202);
  const stored = async () => {
    const names = await (await page.request.get('/api/analytics/events/names')).json();
    return names.items.length;
  };
  await expect.poll(stored).toBe(2);
}

async function board(page: Page, widgets: object[]): Promise<string> {
  return page.evaluate(async (widgets) => {
    const body = JSON.stringify({ dashboard: { name: 'Behind' }, widgets });
    const answer = await fetch('/api/dashboards/import', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!answer.ok) throw new Error(await answer.text());
    return `/dashboards/${(await answer.json()).id}`;
  }, widgets);
}

/** Waits until the list names these people, and no others. */
async function hasPeople(page: Page, ids: string[]): Promise<void> {
  const named = async () => (await page.getByRole('region', { name: 'People' }).getByRole('rowheader').allTextContents()).sort();
  await expect.poll(named).toEqual(ids);
}

const range = { last: '7d' };

test('a cell of retention leads to those who came back, by pointer and by keys', async ({ page }) => {
  await register(page, 'Ada');
  await history(page, await makeWriteKey(page));
  const path = await board(page, [{
    type: 'retention', title: 'Coming back', position: { x: 0, y: 0 }, size: { w: 12, h: 8 },
    config: { query: { kind: 'retention', start: { event: 'look' }, return: { event: 'look' }, interval: 'day', periods: 3, range } },
  }]);
  await page.goto(path);
  await hydrated(page);
  const cell = (period: number) => card(page, 'Coming back').locator(`.chart-mark[data-place*='"start"'][data-place*='"period":${period}}']`);
  const menu = page.getByRole('group', { name: 'What is here' });

  await cell(0).filter({ hasText: '100 %' }).first().click();
  await menu.getByRole('button', { name: 'See users' }).click();
  await expect(page.getByText(/^Came back in interval 0 of: /)).toBeVisible();
  await hasPeople(page, ['ada', 'bob', 'eve']);
  await page.goBack();

  // One of three came back the day after: 33.3 %.
  await cell(1).filter({ hasText: '33.3 %' }).first().click();
  await isSoundNow(page, 'the menu of a cell of retention');
  await menu.getByRole('button', { name: 'See users' }).click();
  await expect(page.getByText(/^Came back in interval 1 of: /)).toBeVisible();
  await hasPeople(page, ['ada']);
  await page.goBack();

  await card(page, 'Coming back').locator('figure.chart').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(menu.getByRole('button', { name: 'See users' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveTitle(/^Users/);
  // The first cell is that of all cohorts together, and names everybody.
  await hasPeople(page, ['ada', 'bob', 'eve']);
});

test('a step of paths leads to those who came by, and filters the dashboard', async ({ page }) => {
  await register(page, 'Grace');
  await history(page, await makeWriteKey(page));
  const trend = { kind: 'trend', series: [{ measure: 'count' }], range, interval: 'day' };
  const path = await board(page, [
    { type: 'paths', title: 'Ways', position: { x: 0, y: 0 }, size: { w: 8, h: 7 }, config: { query: { kind: 'paths', steps: 3, per: 'user', range } } },
    { type: 'stat', title: 'Events', position: { x: 8, y: 0 }, size: { w: 4, h: 2 }, config: { query: trend } },
  ]);
  await page.goto(path);
  await hydrated(page);
  await expect(card(page, 'Events').locator('.stat-value')).toHaveText('6');
  const node = (id: string) => card(page, 'Ways').locator(`.chart-mark[data-place*='"node":"${id}"'] rect`);
  const menu = page.getByRole('group', { name: 'What is here' });

  await node('1:buy').click();
  await isSoundNow(page, 'the menu of a step of paths');
  await menu.getByRole('button', { name: 'See users' }).click();
  await expect(page.getByText(/^Came by buy at step 2/)).toBeVisible();
  await hasPeople(page, ['ada', 'bob']);
  await page.goBack();

  // A way is told apart from the steps at its ends.
  await card(page, 'Ways').locator(`.chart-mark[data-place*='"of":"link"'] path`).first().click();
  await menu.getByRole('button', { name: 'See users' }).click();
  await expect(page.getByText(/^Went from look to buy/)).toBeVisible();
  await hasPeople(page, ['ada', 'bob']);
  await page.goBack();

  await node('1:buy').click();
  await menu.getByRole('button', { name: 'Show only buy' }).click();
  await expect(page).toHaveURL(/filter=/);
  await expect(card(page, 'Events').locator('.stat-value')).toHaveText('2');
  await page.getByRole('link', { name: /Take away: Event is buy/ }).click();
  await expect(card(page, 'Events').locator('.stat-value')).toHaveText('6');
});
