import { afterAll, beforeAll, describe, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import type { FreeEvent } from './board.ts';
import { LOOKS, makeNews, screens } from './screens.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('every screen', () => {
  let stack: Stack;
  let event: FreeEvent;
  beforeAll(async () => {
    stack = await startStack();
    event = await makeNews(stack);
  });
  afterAll(() => stack?.stop());

  // At the same time: most of it is the browser's own work, a process a page.
  it.concurrent.for(LOOKS)(
    'is without a finding of axe, sideways scrolling and errors, $viewport.width px wide, dark: $dark',
    { timeout: 300_000 },
    async (look, { expect }) => {
      const dispatcher = await signedIn(stack, look);
      await dispatcher.page.getByTestId('sync-badge').first().waitFor();
      const admin = await signedIn(stack, { ...look, email: 'admin@demo.test' });
      await admin.page.getByTestId('sync-badge').first().waitFor();
      const findings: string[] = [];
      for (const { name, path, ready, admin: isAdmins } of screens(event)) {
        const page = isAdmins ? admin.page : dispatcher.page;
        await page.goto(stack.apps.webUrl + path);
        await ready(page);
        for (const finding of await findingsOf(page)) findings.push(`${name}: ${finding}`);
      }
      const { page } = dispatcher;
      await page.context().clearCookies();
      await page.goto(stack.apps.webUrl);
      await page.getByLabel('Password').waitFor();
      for (const finding of await findingsOf(page)) findings.push(`sign-in: ${finding}`);
      expect(findings).toEqual([]);
      expect([...dispatcher.errors, ...admin.errors]).toEqual([]);
      await Promise.all([page, admin.page].map((each) => each.context().close()));
    },
  );
});
