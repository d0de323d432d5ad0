/** A stop of the timeline: the head of a lane, or one of its bars with the minute of its start. */
export type Stop = 'head' | number;

export interface StopPlace {
  lane: number;
  /** The index among the lane's stops. */
  stop: number;
}

/**
 * Returns the stop to which a shortcut moves; undefined at the edges, and for shortcuts that do not
 * move. Left and right go from stop to stop of a lane; up and down go to the bar of the next lane
 * that starts nearest, or to its head where the lane has no bar.
 * @param lanes the stops of each lane: its head, then its bars by time
 */
export function nextStop(
  shortcut: string,
  from: StopPlace,
  lanes: readonly (readonly Stop[])[],
): StopPlace | undefined {
  const last = (lane: number) => ({ lane, stop: (lanes[lane]?.length ?? 0) - 1 });
  switch (shortcut) {
    case 'ArrowLeft':
      return from.stop > 0 ? { ...from, stop: from.stop - 1 } : undefined;
    case 'ArrowRight':
      return from.stop < last(from.lane).stop ? { ...from, stop: from.stop + 1 } : undefined;
    case 'ArrowUp':
      return nearest(lanes[from.lane]?.[from.stop], from.lane - 1, lanes);
    case 'ArrowDown':
      return nearest(lanes[from.lane]?.[from.stop], from.lane + 1, lanes);
    case 'Home':
      return { ...from, stop: 0 };
    case 'End':
      return last(from.lane);
    case 'Ctrl+Home':
      return { lane: 0, stop: 0 };
    case 'Ctrl+End':
      return last(lanes.length - 1);
    default:
      return undefined;
  }
}

/** The stop of a lane that starts nearest to another stop. */
function nearest(
  from: Stop | undefined,
  lane: number,
  lanes: readonly (readonly Stop[])[],
): StopPlace | undefined {
  const stops = lanes[lane];
  if (!stops) return undefined;
  let stop = 0;
  let gap = Number.POSITIVE_INFINITY;
  for (const [index, each] of stops.entries()) {
    if (from === 'head' || from === undefined || each === 'head' || Math.abs(each - from) >= gap) continue;
    gap = Math.abs(each - from);
    stop = index;
  }
  return { lane, stop };
}
