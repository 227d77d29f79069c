import { expect, test } from './fixtures.ts';
import { hydrated, importAccessLog, makeDashboard, makeWriteKey, register } from './people.ts';

const FOUR_DAYS = 'from=2015-05-17&to=2015-05-20';

test('from a new account to a link that anyone can read', async ({ page, browser }) => {
  test.setTimeout(180_000);
  await register(page, 'Ada');
  const key = await makeWriteKey(page);
  expect(await importAccessLog(key)).toEqual({ read: 10000, accepted: 10000, duplicates: 0, rejected: 0 });

  const board = await makeDashboard(page, 'Web traffic');
  const addWidget = async (type: string, title: string, more: () => Promise<void>) => {
    await page.getByRole('link', { name: /Add (the first )?widget/ }).first().click();
    await expect(page.getByRole('heading', { name: 'New widget' })).toBeVisible();
    await page.locator('label.type', { hasText: new RegExp(`^${type}$`) }).click();
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Event', { exact: true }).fill('page_view');
    await more();
    await page.getByRole('button', { name: 'Save widget' }).click();
    await expect(page.getByRole('article', { name: title })).toBeVisible();
  };
  await addWidget('Line', 'Views per day', async () => {});
  await addWidget('Table', 'Visitors', async () => {
    await page.getByLabel('Measure').selectOption('unique_users');
  });
  await addWidget('Table', 'Answers by status', async () => {
    await page.getByLabel('By property (optional)').fill('status');
  });
  await addWidget('Ranked bars', 'Top paths', async () => {
    await page.getByLabel('By property (optional)').fill('$path');
    await page.getByLabel('Most values').fill('5');
  });

  // The last thirty days hold none of it: the range is what changes the charts.
  const chart = page.getByRole('article', { name: 'Views per day' });
  await expect(chart).toContainText('Nothing in this range');
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByLabel('First day').fill('2015-05-17');
  await page.getByLabel('Last day').fill('2015-05-20');
  await page.getByRole('button', { name: 'Show these days' }).click();
  await expect(page).toHaveURL(new RegExp(FOUR_DAYS));
  await expect(chart.locator('svg.chart')).toContainText('17 May');
  const drawn = await chart.locator('svg.chart').innerHTML();
  for (const views of ['1,632', '2,893', '2,896', '2,579']) {
    expect(drawn).toContain(views);
  }
  const visitors = page.getByRole('article', { name: 'Visitors' });
  for (const users of ['341', '627', '561', '505', '1,753']) {
    await expect(visitors.getByRole('cell', { name: users, exact: true })).toBeVisible();
  }
  await expect(page.getByRole('article', { name: 'Answers by status' })).toContainText('9,126');
  const paths = page.getByRole('article', { name: 'Top paths' });
  for (const [path, count] of [['/favicon.ico', '807'], ['/style2.css', '546'], ['/reset.css', '538'], ['/images/jordan-80.png', '533'], ['/images/web/2009/banner.png', '516']]) {
    await expect(paths.locator('svg.chart')).toContainText(path);
    await expect(paths.locator('svg.chart')).toContainText(count);
  }

  // One day less, one point less.
  await page.goto(`${board}?from=2015-05-17&to=2015-05-19`);
  await expect(chart.locator('svg.chart')).toContainText('19 May');
  await expect(chart.locator('svg.chart')).not.toContainText('20 May');

  await page.goto(`${board}?${FOUR_DAYS}`);
  await hydrated(page);
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByRole('button', { name: 'Save this range for everybody' }).click();
  await expect(page.getByText('Everybody sees this range')).toBeVisible();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('button', { name: 'Create link' }).click();
  const link = await page.getByLabel('Share link').inputValue();

  const reader = await browser.newContext({ javaScriptEnabled: false });
  const document = await reader.newPage();
  const answer = await document.goto(link);
  expect(answer!.status()).toBe(200);
  await expect(document.getByRole('heading', { name: 'Web traffic' })).toBeVisible();
  const text = await document.content();
  for (const figure of ['1,632', '2,893', '2,896', '2,579', '341', '627', '561', '505', '9,126', '/favicon.ico', '807', '516']) {
    expect(text).toContain(figure);
  }
  // Only the small one that follows what happens; without it the document is the same.
  expect(text.match(/<script[^>]*src="[^"]*"/g)?.map((tag) => /src="([^"]*)"/.exec(tag)?.[1])).toEqual(['/share.js']);
  expect(text.match(/<script/g)).toHaveLength(1);

  await page.getByRole('button', { name: /^Revoke/ }).first().click();
  await expect(page.getByText('The link is revoked')).toBeVisible();
  expect((await document.goto(link))!.status()).toBe(404);
  await reader.close();
});

test('a dashboard is edited, and a deletion can be undone', async ({ page }) => {
  await register(page, 'Grace');
  const board = await makeDashboard(page, 'Notes');
  await page.getByRole('link', { name: 'Add the first widget' }).click();
  await page.locator('label.topic', { hasText: /^Text$/ }).click();
  await page.getByLabel('Title').fill('Read me');
  await page.getByRole('textbox', { name: 'Text' }).fill('# Hello\n\n**bold**\n\n<script>alert(1)</script>');
  await page.getByRole('button', { name: 'Save widget' }).click();
  const note = page.getByRole('article', { name: 'Read me' });
  await expect(note.locator('strong')).toHaveText('bold');
  await expect(note.locator('script')).toHaveCount(0);

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'Wider: Read me' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.goto(board);
  await hydrated(page);
  await expect(note).toHaveClass(/w-5/);

  await page.getByRole('button', { name: 'Menu of Read me' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(note).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(note).toBeVisible();

  await page.getByLabel('Name of the dashboard').fill('Our notes');
  await page.getByLabel('Name of the dashboard').press('Enter');
  await expect(page).toHaveTitle(/Our notes/);
  await page.locator('.toast', { hasText: 'Renamed.' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page).toHaveTitle(/^Notes/);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(page).toHaveTitle(/Our notes/);
  await page.goto('/');
  await expect(page.getByRole('link', { name: /Our notes/ })).toBeVisible();
});
