import type { Locator, Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { hydrated, makeDashboard, signInToDemo } from './people.ts';
import { isSoundNow } from './sound.ts';

const TOPICS = ['Trend', 'Funnel', 'Retention', 'Lifecycle', 'Stickiness', 'Paths', 'Sessions', 'Events', 'SQL', 'Text'];

const preview = (page: Page): Locator => page.getByRole('article', { name: 'Preview' });

async function choose(page: Page, topic: string): Promise<void> {
  await page.getByRole('group', { name: 'What to ask' }).getByRole('radio', { name: topic }).check();
}

async function newWidget(page: Page, board: string): Promise<void> {
  await page.goto(`${board}/widgets/new`);
  await hydrated(page);
  await expect(page.getByRole('heading', { name: 'New widget' })).toBeVisible();
}

/** Saves, and gives back the widget on its dashboard. */
async function save(page: Page, title: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Save widget' }).click();
  const card = page.getByRole('article', { name: title });
  await expect(card).toBeVisible();
  return card;
}

test('a funnel is built step by step, seen, saved and opened again', async ({ page }) => {
  await signInToDemo(page);
  const board = await makeDashboard(page, 'Steps');
  await newWidget(page, board);
  await page.getByLabel('Title').fill('From visit to purchase');
  await page.getByLabel('Event', { exact: true }).fill('page_view');
  await choose(page, 'Funnel');

  // What was said goes along, and what is missing is named instead of asked.
  const step = (number: number) => page.getByRole('group', { name: `Step ${number}` });
  const event = (number: number) => step(number).getByLabel('Event', { exact: true });
  await expect(event(1)).toHaveValue('page_view');
  await expect(preview(page)).toContainText('Step 2: Name an event.');
  await expect(page.locator('#events option[value="sign_up"]')).toBeAttached();
  await event(2).fill('purchase');
  await expect(preview(page).locator('svg.chart')).toContainText('purchase');

  // A new step has the focus, and moves with the keyboard.
  await page.getByRole('button', { name: 'Add step' }).click();
  await expect(event(3)).toBeFocused();
  await page.keyboard.type('sign_up');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(event(2)).toHaveValue('sign_up');
  await expect(event(2)).toBeFocused();
  await expect(event(3)).toHaveValue('purchase');
  await step(3).getByRole('button', { name: 'Move step 3 up' }).click();
  await expect(event(2)).toHaveValue('purchase');
  await page.keyboard.press('Tab');
  await step(2).getByRole('button', { name: 'Move step 2 down' }).press('Enter');
  await expect(event(3)).toHaveValue('purchase');

  // Properties and values come from the catalogue.
  await step(2).getByRole('button', { name: 'Only some of them' }).click();
  const property = step(2).getByLabel('Property');
  await expect(property).toBeFocused();
  await expect(step(2).locator('datalist option[value="plan"]')).toBeAttached();
  await property.fill('plan');
  await step(2).getByLabel('Value').focus();
  await expect(step(2).locator('datalist option[value="free"]')).toBeAttached();
  await step(2).getByLabel('Condition', { exact: true }).selectOption('exists');
  await page.getByLabel('Within').fill('4');
  await page.getByLabel('Unit of time').selectOption('w');
  await expect(preview(page).locator('svg.chart')).toContainText('100 %');

  const card = await save(page, 'From visit to purchase');
  for (const name of ['page_view', 'sign_up', 'purchase']) {
    await expect(card.locator('svg.chart')).toContainText(name);
  }
  await card.getByRole('button', { name: /^Menu/ }).click();
  await card.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('heading', { name: 'Edit widget' })).toBeVisible();
  await expect(event(3)).toHaveValue('purchase');
  await expect(step(2).getByLabel('Condition', { exact: true })).toHaveValue('exists');
  await expect(page.getByLabel('Within')).toHaveValue('4');
  await expect(page.getByLabel('Unit of time')).toHaveValue('w');
});

test('a retention is built, seen and saved', async ({ page }) => {
  await signInToDemo(page);
  const board = await makeDashboard(page, 'Coming back');
  await newWidget(page, board);
  await choose(page, 'Retention');
  await page.getByLabel('Title').fill('Back after signing up');
  await page.getByLabel('Start event').fill('sign_up');
  await page.getByLabel('Return event').fill('feature_used');
  await page.getByLabel('Interval', { exact: true }).selectOption('week');
  await page.getByLabel('Intervals to look at').fill('0');
  await expect(preview(page)).toContainText('Intervals: Use a whole number from 1 to 60.');
  await page.getByRole('button', { name: 'Save widget' }).click();
  await expect(page.getByLabel('Intervals to look at')).toBeFocused();
  await page.getByLabel('Intervals to look at').fill('4');
  await expect(preview(page).locator('svg.chart')).toContainText('Week 4');
  const card = await save(page, 'Back after signing up');
  await expect(card.locator('svg.chart')).toContainText('Week 4');
});

test('a draft survives the way through every kind of question', async ({ page }) => {
  await signInToDemo(page);
  const board = await makeDashboard(page, 'There and back');
  await newWidget(page, board);
  await page.getByLabel('Event', { exact: true }).fill('feature_used');
  await page.getByLabel('Range', { exact: true }).selectOption('90d');
  for (const topic of TOPICS) {
    await choose(page, topic);
    if (topic !== 'Text') {
      await expect(page.getByLabel('Range', { exact: true })).toHaveValue('90d');
    }
    const shown = topic === 'Funnel' ? preview(page).getByText('Step 2') : preview(page).locator('svg.chart, table, .prose');
    await expect(shown.first()).toBeVisible();
  }
  await choose(page, 'Lifecycle');
  await expect(page.getByLabel('Event', { exact: true })).toHaveValue('feature_used');

  // An event that nobody sends is told, and the days of one that is are one click away.
  await choose(page, 'Trend');
  await page.getByLabel('Event', { exact: true }).fill('feature_usde');
  await expect(preview(page)).toContainText('“feature_usde” was never sent');
  await page.getByLabel('Event', { exact: true }).fill('feature_used');
  await page.getByLabel('Range', { exact: true }).selectOption('custom');
  await page.getByLabel('First day').fill('2001-01-01');
  await page.getByLabel('Last day').fill('2001-01-02');
  await expect(preview(page)).toContainText('No events in this range');
  await preview(page).getByRole('button', { name: /^Show / }).click();
  await expect(preview(page).locator('svg.chart')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 820, 1440]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('the form of every kind is sound', async ({ page }) => {
        test.setTimeout(300_000);
        await signInToDemo(page);
        const board = await makeDashboard(page, `Forms ${colorScheme} ${width}`);
        await newWidget(page, board);
        for (const topic of TOPICS) {
          await choose(page, topic);
          if (topic === 'Funnel') {
            await page.getByRole('group', { name: 'Step 2' }).getByLabel('Event', { exact: true }).fill('purchase');
            await page.getByRole('button', { name: 'Add exclusion' }).click();
            await page.getByRole('group', { name: 'Step 1' }).getByRole('button', { name: 'Only some of them' }).click();
          }
          if (topic === 'Events') {
            await page.getByRole('button', { name: 'Add column' }).click();
          }
          await isSoundNow(page, `the form of ${topic}`);
        }
      });
    });
  }
}
