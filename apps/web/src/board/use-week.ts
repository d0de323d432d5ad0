import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { trpc } from '../lib/api.ts';
import { useToday, weekIn, weekStart } from '../lib/time.ts';
import { useOptimisticBoard } from '../planning/edits.ts';
import { useStore } from '../shell/use-store.ts';
import { type BoardSearch, weekInput } from './board-search.ts';

/** The week that an address names, as it is read from the API and as it is displayed. */
export function useWeek(search: BoardSearch) {
  const store = useStore();
  const query = trpc.board.week.useQuery(weekInput(search), { placeholderData: keepPreviousData });
  // Around midnight the store may be in another week than the viewer: the store's today decides.
  const loadedWeek = query.isPlaceholderData ? undefined : query.data?.weekOf;
  const weekOf = search.week ? weekStart(search.week) : (loadedWeek ?? weekIn(store?.timeZone));
  // At midnight, before the week is read anew, the day that the week was read on is over.
  const today = useToday(query.data?.store.timeZone);
  const data = useMemo(
    () => (query.data && query.data.today < today ? { ...query.data, today } : query.data),
    [query.data, today],
  );
  const current = useOptimisticBoard(data);
  // React draws hundreds of cards in the background: a click or a key meanwhile is answered first.
  const displayed = useDeferredValue(current);
  const isBusy = query.isPlaceholderData || (displayed !== current && displayed?.weekOf !== current?.weekOf);
  return {
    query,
    /** The Sunday of the week that is displayed or loads. */
    weekOf,
    /** With the edits that are being saved: what keys, drops and dialogs work on. */
    current,
    /** `current` as far as it is drawn. */
    displayed,
    /** Whether another week than the displayed one loads. */
    isBusy,
  };
}
