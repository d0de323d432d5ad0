import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { trpc } from '../lib/api.ts';
import { useToday, weekIn, weekStart } from '../lib/time.ts';
import { useOptimisticBoard } from '../planning/edits.ts';
import { useStore } from '../shell/use-store.ts';
import { type BoardSearch, weekInput } from './board-search.ts';

/** Returns the week of an address, as loaded from the API and as displayed. */
export function useWeek(search: BoardSearch) {
  const store = useStore();
  const query = trpc.board.week.useQuery(weekInput(search), { placeholderData: keepPreviousData });
  // Around midnight the store may be in another week than the viewer. The store's day decides.
  const loadedWeek = query.isPlaceholderData ? undefined : query.data?.weekOf;
  const weekOf = search.week ? weekStart(search.week) : (loadedWeek ?? weekIn(store?.timeZone));
  // At midnight, before the week is loaded again, the day in its data has passed.
  const today = useToday(query.data?.store.timeZone);
  const data = useMemo(
    () => (query.data && query.data.today < today ? { ...query.data, today } : query.data),
    [query.data, today],
  );
  const current = useOptimisticBoard(data);
  // React renders hundreds of cards in the background, so that a click or a key meanwhile is
  // handled first.
  const displayed = useDeferredValue(current);
  const isBusy = query.isPlaceholderData || (displayed !== current && displayed?.weekOf !== current?.weekOf);
  return {
    query,
    /** The Sunday of the week that is displayed or loads. */
    weekOf,
    /** The week with the edits that are being saved. Keys, drops and dialogs use it. */
    current,
    /** The part of `current` that is rendered. */
    displayed,
    /** Whether another week than the displayed one is loading. */
    isBusy,
  };
}
