import { expect, test } from './fixtures.ts';
import { PASSWORD, allStored, hydrated, importAccessLog, makeWriteKey, register } from './people.ts';

const TWELVE = /\b\d{1,2}(:\d\d)? [ap]m\b/;
const TWENTY_FOUR = /\b\d\d:\d\d\b(?! [ap]m)/;

test('times have the hours that the person chose, in lists and charts, drawn here or there', async ({ page }) => {
  await register(page, 'Ada');
  await importAccessLog(await makeWriteKey(page));
  await allStored(page, 10_000);
  const board = await page.evaluate(async () => {
    const views = { event: 'page_view', measure: 'count' };
    const query = { kind: 'trend', series: [views], range: { from: '2015-05-18', to: '2015-05-18' }, interval: 'hour' };
    const widget = (type: string, title: string, y: number) => ({ type, title, position: { x: 0, y }, size: { w: 12, h: 5 }, config: { query } });
    const body = JSON.stringify({ dashboard: { name: 'Hours' }, widgets: [widget('line', 'Views', 0), widget('heatmap', 'Week', 5)] });
    const answer = await fetch('/api/dashboards/import', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return `/dashboards/${(await answer.json()).id}`;
  });
  const views = page.getByRole('article', { name: 'Views', exact: true });
  await page.goto(board);
  await hydrated(page);
  await expect(views.locator('svg.chart')).toContainText(TWENTY_FOUR);
  await expect(views.locator('svg.chart')).not.toContainText(TWELVE);

  await page.goto('/settings/account');
  await page.getByRole('group', { name: 'Times' }).getByRole('button', { name: '2:05 pm' }).click();
  await expect(page.getByRole('button', { name: '2:05 pm' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('row').nth(1)).toContainText(TWELVE);

  // As the server draws it, and as the browser does once the answer is another one.
  await page.goto(board);
  await expect(views.locator('svg.chart')).toContainText(TWELVE);
  await hydrated(page);
  await views.locator('.chart-hit').nth(14).hover();
  await expect(page.locator('#chart-tip')).toContainText('18 May 2015, 2:00 pm');
  await expect(page.getByRole('article', { name: 'Week' }).locator('svg.chart')).toContainText('12p');
  await page.evaluate(() => Object.assign(window, { isTheSame: true }));
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByLabel('First day').fill('2015-05-19');
  await page.getByLabel('Last day').fill('2015-05-19');
  await page.getByRole('button', { name: 'Show these days' }).click();
  await expect(page).toHaveURL(/from=2015-05-19/);
  // Until the answer is there, the chart is that of the day before.
  await expect(async () => {
    await views.getByRole('heading').hover();
    await views.locator('.chart-hit').nth(9).hover();
    await expect(page.locator('#chart-tip')).toContainText('19 May 2015, 9:00 am', { timeout: 1_000 });
  }).toPass();
  await expect(views.locator('svg.chart')).toContainText('12 pm');
  expect(await page.evaluate(() => 'isTheSame' in window)).toBe(true);
});

test('a browser from a place with twelve hours shows these, without JavaScript as well', async ({ page, browser, baseURL }) => {
  const email = await register(page, 'Grace');
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL, locale: 'en-US' });
  const plain = await context.newPage();
  await plain.goto('/login');
  await plain.locator('input[name=email]').fill(email);
  await plain.locator('input[name=password]').fill(PASSWORD);
  await plain.locator('form button[type=submit]').first().click();
  await plain.goto('/settings/account');
  const session = plain.getByRole('row').nth(1);
  await expect(session).toContainText(TWELVE);
  await plain.getByRole('group', { name: 'Times' }).getByRole('button', { name: '14:05' }).click();
  await expect(session).toContainText(TWENTY_FOUR);
  await plain.getByRole('group', { name: 'Times' }).getByRole('button', { name: 'As my browser' }).click();
  await expect(session).toContainText(TWELVE);
  await context.close();
});
