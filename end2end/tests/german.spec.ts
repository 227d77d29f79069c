import type { Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { allStored, hydrated, importAccessLog, makeDashboard, makeWriteKey, register } from './people.ts';
import { isSoundNow } from './sound.ts';

/** What a page says: its texts, and what is said of its elements. */
async function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>([document.title.replace(' · DataPulse', '')]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const isCode = (element: Element | null) => Boolean(element?.closest('script, style, code, pre, textarea, datalist, kbd'));
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Text) {
        if (!isCode(node.parentElement)) found.add(node.data);
      } else if (node instanceof Element && !isCode(node)) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.add(node.getAttribute(name) ?? '');
      }
    }
    // A line of a tooltip is a text of its own.
    return [...found].flatMap((text) => text.split('\n')).map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
  });
}

async function speak(page: Page, language: 'de' | 'en'): Promise<void> {
  await page.context().addCookies([{ name: 'language', value: language, url: process.env.DATAPULSE_URL!, httpOnly: true }]);
}

/** The words that are the same in both languages. */
async function alike(page: Page): Promise<Set<string>> {
  const texts = await page.evaluate(async () => (await fetch('/words/de.json')).json() as Promise<Record<string, string>>);
  return new Set(Object.entries(texts).filter(([english, german]) => english === german).map(([english]) => english.trim()));
}

test('the whole app speaks German to whoever reads it', async ({ page, complaints }) => {
  test.setTimeout(300_000);
  await register(page, 'Ada');
  await importAccessLog(await makeWriteKey(page));
  await allStored(page, 10_000);
  const board = await makeDashboard(page, 'Verkehr');
  await page.evaluate(async () => {
    const range = { from: '2015-05-17', to: '2015-05-20' };
    const views = { event: 'page_view', measure: 'count', label: 'Aufrufe' };
    const trend = { kind: 'trend', series: [views], range, interval: 'day' };
    const step = (path: string) => ({ event: 'page_view', filter: { property: '$path', op: 'contains', value: path } });
    const widget = (type: string, query: object, y: number) => ({ type, title: `Karte ${y}`, config: { query }, position: { x: 0, y }, size: { w: 12, h: 4 } });
    const widgets = [
      widget('stat', { ...trend, compare: 'previous_period' }, 0),
      widget('line', { ...trend, compare: 'previous_period' }, 4),
      widget('funnel', { kind: 'funnel', steps: [step('/'), step('/blog')], range }, 8),
      widget('retention', { kind: 'retention', start: {}, return: {}, interval: 'day', periods: 3, range }, 12),
      widget('paths', { kind: 'paths', range, steps: 3, limit: 3, by: 'property', property: '$path' }, 16),
      widget('table', { ...trend, breakdown: { property: 'status', limit: 3 } }, 20),
      widget('line', { ...trend, range: { from: '2001-01-01', to: '2001-01-02' } }, 24),
    ];
    for (const body of widgets) {
      await fetch(`/api${location.pathname}/widgets`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    }
  });
  const pages = ['/', board, `${board}?range=soon`, `${board}/widgets/new`, '/explore', '/live', '/users', '/users?find=zzz&event=page_view&range=7d', '/users?show=events', '/settings/keys', '/settings/organization',
    '/settings/data', '/settings/members', '/settings/shares', '/settings/account', '/settings/audit', '/no/such/page', '/settings/two-factor', '/forgot', '/start'];
  const hasScript = (path: string) => !['/settings/two-factor', '/forgot'].includes(path);
  const read = async (path: string) => {
    await page.goto(path);
    if (hasScript(path)) await hydrated(page);
    await page.waitForLoadState('networkidle');
    return said(page);
  };
  const english: Record<string, string[]> = {};
  for (const path of pages) english[path] = await read(path);
  const same = await alike(page);
  // What people called things, what events carry, and the names of things.
  const isData = (text: string) => same.has(text) || /^(Ada|Verkehr|Karte|Aufrufe|Website|DataPulse|English|Deutsch|page_view)|@example\.org|^[\w.$/*-]+$|^user:|UTC$|^\/|^dpw_|^datapulse|^https?:|^(pro|free)$/.test(text);
  await speak(page, 'de');
  for (const path of pages) {
    const german = await read(path);
    const left = german.filter((text) => english[path]!.includes(text) && !isData(text));
    expect.soft(left, `${path} in German`).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.lang), path).toBe('de');
    if (hasScript(path)) await isSoundNow(page, `${path} in German`);
  }

  // Chromium reports the status of what is not there as an error.
  const others = complaints.filter((complaint) => !complaint.includes('404'));
  complaints.length = 0;
  expect(others).toEqual([]);

  await page.goto(`${board}?from=2015-05-17&to=2015-05-20`);
  await hydrated(page);
  const figure = page.getByRole('article', { name: 'Karte 0', exact: true }).locator('.stat-value');
  await expect(figure).toHaveText('10 Tsd.');
  await expect(figure).toHaveAttribute('title', '10.000');
  await expect(page.getByRole('article', { name: 'Karte 4', exact: true }).locator('svg.chart')).toContainText('17. Mai');
});

test('dialogs, menus and messages of scripts speak German, too', async ({ page }) => {
  await register(page, 'Grace');
  const board = await makeDashboard(page, 'Verkehr');
  await speak(page, 'de');
  await page.goto(board);
  await hydrated(page);
  await expect(page.getByRole('heading', { name: 'Noch keine Widgets' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Befehle' }).getByRole('combobox')).toHaveAttribute('placeholder', 'Gehe zu, oder tu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Tastatur' })).toContainText('Zeitraum wählen');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Mehr' }).click();
  await page.getByRole('button', { name: 'Dashboard löschen' }).click();
  await expect(page.getByRole('dialog', { name: 'Dieses Dashboard löschen?' })).toContainText('Gib zum Fortfahren ein:');
  await page.getByRole('button', { name: 'Behalten' }).click();

  await page.getByRole('link', { name: 'Erstes Widget anlegen' }).click();
  await page.getByRole('radio', { name: 'Trichter' }).check();
  await expect(page.getByText('Schritt 1: Nenne ein Ereignis.')).toBeVisible();
  await page.getByRole('button', { name: 'Widget sichern' }).click();
  await expect(page.getByText('Nenne ein Ereignis.').first()).toBeVisible();
});

test('a language that is chosen stays with the person', async ({ page, browser }) => {
  const email = await register(page, 'Alan');
  await page.goto('/settings/account');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dein Konto');
  const elsewhere = await browser.newContext({ baseURL: process.env.DATAPULSE_URL!, locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto('/login');
  await other.getByLabel('E-mail').fill(email);
  await other.getByLabel('Password').fill('correct horse battery');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { name: 'Erste Schritte' })).toBeVisible();
  await elsewhere.close();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('longer words fit, too', async ({ page }) => {
    await register(page, 'Konrad');
    const board = await makeDashboard(page, 'Verkehr');
    await speak(page, 'de');
    for (const path of ['/', board, `${board}/widgets/new`, '/explore', '/live', '/users', '/settings/keys', '/settings/organization', '/settings/data', '/settings/members', '/settings/shares', '/settings/account', '/settings/audit']) {
      await page.goto(path);
      await hydrated(page);
      await isSoundNow(page, `${path} in German on a phone`);
    }
    // What the bar at the foot has no room for is on the page of the organization.
    await page.goto('/settings/organization');
    await hydrated(page);
    await page.getByRole('main').getByRole('link', { name: 'Mitglieder' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Mitglieder' })).toBeVisible();
  });
});
