import { expect, test } from './fixtures.ts';
import { hydrated, register, signInToDemo } from './people.ts';
import { isSoundNow } from './sound.ts';

test('a question is asked without a dashboard, kept in its address, explained and saved', async ({ page }) => {
  await signInToDemo(page);
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Explore' })).toBeVisible();
  await hydrated(page);
  const preview = page.getByRole('article', { name: 'Preview' });
  await expect(preview.locator('svg.chart')).toBeVisible();
  await isSoundNow(page, 'exploring');

  await page.getByLabel('Event', { exact: true }).fill('sign_up');
  await page.getByLabel('By property (optional)').fill('plan');
  await page.getByRole('group', { name: 'Shown as' }).getByRole('radio', { name: 'Donut' }).check();
  await expect(preview.locator('svg.chart')).toContainText('starter');
  await expect(page).toHaveURL(/\/explore\?q=.*sign_up.*&as=donut/);

  // Whoever opens the address sees the same.
  const address = page.url();
  await page.goto('/');
  await page.goto(address);
  await hydrated(page);
  await expect(preview.locator('svg.chart')).toContainText('starter');
  await expect(page.getByLabel('Event', { exact: true })).toHaveValue('sign_up');
  await expect(page.getByLabel('By property (optional)')).toHaveValue('plan');

  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(preview.getByRole('rowheader', { name: 'starter' })).toBeVisible();
  await page.getByRole('button', { name: 'Explain' }).click();
  const explained = page.getByRole('region', { name: 'How it was answered' });
  await expect(explained).toContainText('Every figure is exact.');
  await expect(explained.locator('pre').first()).toContainText('SELECT');
  const lines = (await explained.locator('pre').first().textContent())!.split('\n');
  expect(lines.length).toBeGreaterThan(5);
  await isSoundNow(page, 'a question explained');
  // What was told of one question is not told of the next.
  await page.getByLabel('Event', { exact: true }).fill('purchase');
  await expect(explained).toHaveCount(0);

  await page.getByLabel('Title').fill('Who pays');
  await page.getByLabel('Keep it on').selectOption({ label: 'A new dashboard' });
  await page.getByRole('button', { name: 'Save as widget' }).click();
  await expect(page).toHaveURL(/\/dashboards\/[0-9a-f-]+$/);
  await expect(page).toHaveTitle(/^Who pays/);
  await expect(page.getByRole('article', { name: 'Who pays' })).toBeVisible();
});

test('a question that cannot be read begins anew, and leaving asks nothing', async ({ page }) => {
  await register(page, 'Ada');
  await page.goto('/explore?q=%7B&as=bar');
  await hydrated(page);
  await expect(page.getByText('The question in this address cannot be read')).toBeVisible();
  await page.getByLabel('Title').fill('Not saved');
  page.once('dialog', () => { throw new Error('nothing is lost by leaving'); });
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await expect(page.getByRole('heading', { level: 1, name: 'Explore' })).toBeVisible();
});

test('figures are averaged over the last points, and users counted approximately', async ({ page }) => {
  await signInToDemo(page);
  await page.goto('/explore');
  await hydrated(page);
  const preview = page.getByRole('article', { name: 'Preview' });
  const figures = async () => {
    await expect(preview.locator('.stale')).toHaveCount(0);
    return preview.getByRole('row').nth(8).getByRole('cell').last().textContent();
  };
  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(preview.getByRole('row').nth(8)).toBeVisible();
  const each = await figures();
  await page.getByRole('combobox', { name: 'Figures', exact: true }).selectOption({ label: 'Average of the last points' });
  await expect(page.getByLabel('Points to average')).toHaveValue('7');
  await expect(page).toHaveURL(/rolling_average%22:7/);
  await expect.poll(figures).not.toBe(each);
  await page.getByLabel('Points to average').fill('1');
  await expect(page.getByText('Use a whole number from 2 to 365.').first()).toBeVisible();
  await page.getByLabel('Points to average').fill('3');
  await expect(page).toHaveURL(/rolling_average%22:3/);

  await page.getByLabel('Measure').selectOption({ label: 'Unique users' });
  await page.getByLabel('Different ones are counted').selectOption({ label: 'Approximately, which is quicker' });
  await expect(page).toHaveURL(/approximate/);
  await page.getByRole('button', { name: 'Explain' }).click();
  await expect(page.getByRole('region', { name: 'How it was answered' })).toContainText('Some figures are estimates.');
});

test('a card leads to Explore with its question as it is seen, and Explore begins anew', async ({ page }) => {
  await signInToDemo(page);
  await page.goto('/dashboards');
  await hydrated(page);
  await page.locator('a[href^="/dashboards/"]').first().click();
  await hydrated(page);
  await page.getByRole('button', { name: /^Range:/ }).click();
  await page.getByRole('link', { name: 'Last month', exact: true }).click();
  await expect(page).toHaveURL(/range=last_month/);
  await expect(page.getByRole('button', { name: 'Range: Last month' })).toBeVisible();

  const card = page.getByRole('article').filter({ has: page.locator('svg.chart') }).first();
  const title = await card.getByRole('heading').textContent();
  await card.getByRole('button', { name: /^Menu of/ }).click();
  await page.getByRole('link', { name: 'Open in Explore' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Explore' })).toBeVisible();
  await expect(page).toHaveURL(/\/explore\?q=.*last_month/);
  await expect(page.getByLabel('Title')).toHaveValue(title!);
  await expect(page.getByRole('combobox', { name: 'Range' })).toHaveValue('last_month');
  await expect(page.getByRole('article', { name: 'Preview' }).locator('svg.chart')).toBeVisible();
  await isSoundNow(page, 'a card in Explore');

  await page.getByRole('link', { name: 'Explore', exact: true }).click();
  await expect(page.getByLabel('Title')).toHaveValue('');
  await expect(page.getByRole('combobox', { name: 'Range' })).toHaveValue('30d');
});

test('conditions on people are set, saved as a segment, chosen again, renamed and deleted', async ({ page }) => {
  await signInToDemo(page);
  await page.goto('/explore');
  await hydrated(page);
  const preview = page.getByRole('article', { name: 'Preview' });
  const people = page.getByRole('group', { name: 'Only people who' });
  await people.getByRole('button', { name: 'Add people' }).click();
  await expect(people.getByRole('combobox', { name: 'People who' })).toBeFocused();
  await people.getByLabel('Event').fill('purchase');
  await people.getByLabel('At least so often').fill('0');
  await expect(preview.getByText('Use a whole number from 1 on.')).toBeVisible();
  await people.getByLabel('At least so often').fill('2');
  await people.getByRole('combobox', { name: 'In which time' }).selectOption({ label: 'ever' });
  await expect(page).toHaveURL(/cohort/);
  await expect(preview.locator('svg.chart')).toBeVisible();
  await isSoundNow(page, 'conditions on people');

  const name = `Buyers ${Date.now()}`;
  await people.getByRole('button', { name: 'Save the conditions as a segment' }).click();
  await people.getByLabel('Name of the segment').fill(name);
  await people.getByRole('button', { name: 'Save segment' }).click();
  await expect(page.getByText(`“${name}” is saved`)).toBeVisible();

  await page.goto('/segments');
  await hydrated(page);
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('people who did purchase at least 2 times');
  await isSoundNow(page, 'segments');
  await row.getByRole('link', { name: 'Explore' }).click();
  await hydrated(page);
  await expect(people.getByRole('combobox', { name: 'People who' })).toHaveValue('in');
  const chosen = people.getByRole('combobox', { name: 'Segment' });
  await expect(chosen.locator('option:checked')).toHaveText(name);
  await expect(preview.locator('svg.chart')).toBeVisible();

  await page.goto('/segments');
  await row.getByRole('link', { name: 'Users' }).click();
  await expect(page.getByRole('rowheader').first()).toBeVisible();

  await page.goto('/segments');
  await hydrated(page);
  await row.getByRole('button', { name: `Rename ${name}` }).click();
  await page.getByRole('textbox', { name: 'Name of the segment' }).fill(`${name}, often`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('The segment has another name.')).toBeVisible();
  await hydrated(page);
  await page.getByRole('button', { name: `Delete ${name}, often` }).click();
  await page.getByRole('button', { name: 'Delete segment' }).click();
  await expect(page.getByText('The segment is deleted.')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(0);
});
