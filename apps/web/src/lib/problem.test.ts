import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { problemOf, readingProblemOf } from './problem.ts';

describe('what an error is to a person', () => {
  it('says of a lost answer that it may have been saved', () => {
    expect(problemOf(TRPCClientError.from(new TypeError('Failed to fetch'))).message).toMatch(
      /did not answer.*may have been saved: look before you try again/,
    );
  });

  it('says of a reading without an answer what may be in its way, and nothing of saving', () => {
    const blocked = readingProblemOf(TRPCClientError.from(new TypeError('Failed to fetch')));
    expect(blocked).toMatch(/did not answer.*ad blocker/);
    expect(blocked).not.toMatch(/sav/);
  });

  it('keeps the words of the API and asks for a reason only where one would help', () => {
    const error = TRPCClientError.from({
      error: {
        code: -32000,
        message: 'Ada has a Core that day.',
        data: { reason: { code: 'needs_reason', reasons: [] } },
      },
    } as never);
    expect(problemOf(error)).toMatchObject({ message: 'Ada has a Core that day.', needsReason: true });
  });
});
