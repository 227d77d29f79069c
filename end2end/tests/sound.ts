import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { expect } from './fixtures.ts';
import { hydrated } from './people.ts';

/** Opens a page and checks it. */
export async function isSound(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  await isSoundNow(page, path);
}

/** Opens a page that has no script of its own and checks it. */
export async function isSoundWithoutScript(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await isSoundNow(page, path);
}

/** Checks that what is shown is accessible, fits the screen and keeps its cookies from scripts. */
export async function isSoundNow(page: Page, what: string): Promise<void> {
  // After a form was sent the next page may be there before its styles.
  await page.waitForLoadState('load');
  // What is being asked anew is paler until the answer is there.
  await expect(page.locator('.stale')).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  const found = violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(', ')}`);
  expect(found, `axe on ${what}`).toEqual([]);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(overflow, `${what} is wider than the screen`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.cookie), 'no cookie is open to scripts').toBe('');
}

/** Opens a page whose looks are somebody else's work: no complaint of the browser, and no cookie for scripts. */
export async function keepsToThePolicy(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => document.cookie), 'no cookie is open to scripts').toBe('');
}
