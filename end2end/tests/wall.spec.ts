import type { Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { hydrated, register } from './people.ts';
import { isSoundNow } from './sound.ts';

/** A dashboard of so many rows of 56 pixels. */
async function board(page: Page, name: string, rows: number): Promise<string> {
  return page.evaluate(async ([name, rows]) => {
    const widgets = Array.from({ length: Number(rows) / 4 }, (_, at) => ({
      type: 'text', title: `${name} ${at + 1}`, position: { x: 0, y: at * 4 }, size: { w: 12, h: 4 }, config: { options: { text: 'Here' } },
    }));
    const body = JSON.stringify({ dashboard: { name }, widgets });
    const answer = await fetch('/api/dashboards/import', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()).id;
  }, [name, rows] as const);
}

const scrolled = (page: Page) => page.evaluate(() => Math.round(document.documentElement.scrollTop));
const isInView = (page: Page, name: string) => page.getByRole('article', { name, exact: true }).evaluate((card) => {
  const { top, bottom } = card.getBoundingClientRect();
  return top >= -1 && bottom <= innerHeight + 1;
});

test('a wall goes on to what is further down, then to the other dashboards, round and round', async ({ page }) => {
  await page.clock.install();
  await register(page, 'Ada');
  const [long, second, third] = [await board(page, 'Long', 32), await board(page, 'Second', 4), await board(page, 'Third', 4)];
  await page.goto(`/dashboards/${long}?tv=30&then=${second},${third}`);
  await hydrated(page);
  await expect(page.locator('html')).toHaveClass(/tv/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('.sidebar')).toBeHidden();
  expect(await scrolled(page)).toBe(0);
  expect(await isInView(page, 'Long 1')).toBe(true);
  await isSoundNow(page, 'a wall');

  // Page by page down to the last card; every one was seen whole.
  const seen = new Set<string>();
  const look = async () => {
    for (let at = 1; at <= 8; at += 1) if (await isInView(page, `Long ${at}`)) seen.add(`Long ${at}`);
  };
  await look();
  let before = -1;
  while ((await scrolled(page)) !== before) {
    before = await scrolled(page);
    if (await isInView(page, 'Long 8')) break;
    await page.clock.runFor(30_000);
    await expect.poll(() => scrolled(page)).toBeGreaterThan(before);
    // The page glides; it stands still before it is looked at.
    await expect.poll(async () => {
      const once = await scrolled(page);
      await page.evaluate(() => new Promise(requestAnimationFrame));
      return once === (await scrolled(page));
    }).toBe(true);
    await look();
  }
  expect([...seen].sort()).toEqual(Array.from({ length: 8 }, (_, at) => `Long ${at + 1}`));

  for (const [name, rest] of [['Second', `${third},${long}`], ['Third', `${long},${second}`], ['Long', `${second},${third}`]] as const) {
    await page.clock.runFor(30_000);
    await expect(page).toHaveTitle(new RegExp(`^${name}`));
    expect(new URL(page.url()).searchParams.get('then')).toBe(rest);
    expect(new URL(page.url()).searchParams.get('tv')).toBe('30');
    await hydrated(page);
    await expect(page.locator('.sidebar')).toBeHidden();
  }
  expect(await scrolled(page)).toBe(0);
});

test('a wall of one dashboard goes back to its top', async ({ page }) => {
  await page.clock.install();
  await register(page, 'Grace');
  await page.goto(`/dashboards/${await board(page, 'Alone', 24)}?tv=10`);
  await hydrated(page);
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
  const bottom = await scrolled(page);
  expect(bottom).toBeGreaterThan(100);
  await page.clock.runFor(10_000);
  await expect.poll(() => scrolled(page)).toBe(0);
  await expect(page).toHaveTitle(/^Alone/);
});
