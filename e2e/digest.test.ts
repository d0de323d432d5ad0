import { findChromium } from '@scheduler/scripts/chromium';
import { type Digest, wordsOf } from '@scheduler/worker/digest';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';

type Day = Digest['days'][number];

const LONG = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft';

const day = (day: string, more: Partial<Day> = {}): Day => ({
  day,
  score: 100,
  holiday: null,
  checks: [],
  counts: [{ type: 'Core', count: 8 }],
  due: [],
  off: [],
  turns: { juicer: null, primaryLead: null, secondaryLead: null },
  ...more,
});

const DIGEST: Digest = {
  store: { id: 1, name: `Club <${LONG}>`, number: '8135' },
  today: '2026-01-05',
  origin: 'https://scheduler.example.test',
  days: [
    day('2026-01-05', {
      score: 55,
      due: [{ eventId: 1, type: 'Core', eventNumber: null, name: `${LONG}-Oat Bars (260105123456)` }],
      off: [{ employeeId: 1, name: 'Jo <Example>', reason: LONG, isUsual: false }],
      turns: {
        juicer: { employeeId: 2, name: 'Łukasz Żak', off: 'Dentist' },
        primaryLead: { employeeId: 3, name: LONG, off: null },
        secondaryLead: null,
      },
      checks: [
        {
          code: 'one_core_each',
          severity: 'critical',
          findings: [{ message: `${LONG} is open and due.`, eventId: 1, accepted: null }],
        },
        {
          code: 'noon_checks',
          severity: 'warning',
          findings: [{ message: 'Jo <Example> works seven days.', eventId: null, accepted: null }],
        },
      ],
    }),
    day('2026-01-06', { holiday: 'Inventory', counts: [] }),
    day('2026-01-07'),
  ],
};

describe('the digest', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(findChromium());
  });
  afterAll(() => browser?.close());

  it.each([390, 800])(
    'reads the same as a page and as text, and fits %i px whatever the names are',
    async (width) => {
      const { text, html } = wordsOf(DIGEST);
      // axe needs a context that it can open pages in.
      const context = await browser.newContext({ viewport: { width, height: 844 } });
      const page = await context.newPage();
      await page.setContent(html);
      expect(await findingsOf(page)).toEqual([]);
      const visible = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
      const links = await page
        .getByRole('link')
        .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      for (const line of text.split('\n').map((each) => each.trim())) {
        const [address] = /https:\S+$/.exec(line) ?? [];
        if (address) expect(links).toContain(address);
        else for (const part of line.split(' – ')) expect(visible).toContain(part.replace(/\s+/g, ' '));
      }
      expect(text.indexOf('is open and due.')).toBeLessThan(text.indexOf('Planned: 8 Core.'));
      await context.close();
    },
  );
});
