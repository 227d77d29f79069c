import { test as base, expect } from '@playwright/test';

/** A test whose pages belong to the program under test and fail it by any console error or CSP violation. */
export const test = base.extend<{ complaints: string[] }>({
  baseURL: async ({}, use) => {
    await use(process.env.DATAPULSE_URL);
  },

  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        if (message.type() === 'error') {
          complaints.push(`${message.location().url}: ${message.text()}`);
        }
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      await use(complaints);
      expect(complaints, 'console errors and CSP violations').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
