import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Page } from '@playwright/test';

import { expect } from './fixtures.ts';

export const PASSWORD = 'correct horse battery';

/** 10,000 real requests; their counts are known. */
export const ACCESS_LOG = join(import.meta.dirname, '../../tests/data/apache_access.log');

let made = 0;

/** Makes an account through the pages and ends on the list of dashboards. */
export async function register(page: Page, name: string): Promise<string> {
  made += 1;
  const email = `${name.toLowerCase()}-${process.pid}-${Date.now()}-${made}@example.org`;
  await page.goto('/register');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Organization').fill(`${name} Ltd`);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
  return email;
}

/** Signs in to the organization that holds the demo's events. */
export async function signInToDemo(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill('demo@datapulse.local');
  await page.getByLabel('Password').fill('datapulse-demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
}

/** Makes a write key on the settings page and reads it there. */
export async function makeWriteKey(page: Page): Promise<string> {
  await page.goto('/settings/keys');
  await hydrated(page);
  await page.getByLabel('Name', { exact: true }).fill('Website');
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = page.getByRole('status').locator('code');
  await expect(key).toHaveText(/^dpw_/);
  return (await key.textContent())!.trim();
}

/** Sends the access log with the program's own import and gives back its summary. */
export async function importAccessLog(key: string): Promise<unknown> {
  const state = await mkdtemp(join(tmpdir(), 'datapulse-imports-'));
  const args = ['import', '--server', process.env.DATAPULSE_URL!, '--key', key, '--format', 'combined-log', ACCESS_LOG];
  const { stdout } = await promisify(execFile)(process.env.DATAPULSE_PROGRAM!, args, {
    env: { ...process.env, XDG_STATE_HOME: state },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** Waits until so many events are in answers: an import ends when they are on disk. */
export async function allStored(page: Page, count: number): Promise<void> {
  const stored = () => page.evaluate(async () => {
    const question = { kind: 'trend', series: [{ measure: 'count' }], range: { from: '2015-01-01', to: '2015-12-31' }, interval: 'month' };
    const answer = await fetch('/api/analytics/query', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) });
    return (await answer.json()).series[0].total;
  });
  await expect.poll(stored).toBe(count);
}

/** Makes a dashboard through the pages and gives back its address. */
export async function makeDashboard(page: Page, name: string): Promise<string> {
  await page.goto('/');
  await hydrated(page);
  await page.getByRole('button', { name: 'New dashboard' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create dashboard' }).click();
  await expect(page).toHaveURL(/\/dashboards\/[0-9a-f-]+$/);
  await hydrated(page);
  return new URL(page.url()).pathname;
}

/** Waits until the page's script has taken over what the server sent. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');
}
