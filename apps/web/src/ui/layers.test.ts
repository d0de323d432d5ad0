import { createMemoryHistory } from '@tanstack/react-router';
import { describe, expect, it } from 'vitest';
import { Layers } from './layers.ts';

/** All that was planned has happened. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
};

function pageAt(...addresses: string[]) {
  const history = createMemoryHistory({ initialEntries: addresses });
  const layers = new Layers(
    history,
    () => history.push(history.location.href),
    (href) => history.replace(href),
  );
  const at = () => ({ index: history.location.state.__TSR_index, href: history.location.href });
  return { history, layers, at };
}

describe('what lies over a page', () => {
  it('is closed by Back, the topmost first, and the page stays where it is', async () => {
    const { history, layers, at } = pageAt('/people', '/events');
    const closed: string[] = [];
    layers.open(() => closed.push('below'));
    await settled();
    layers.open(() => closed.push('above'));
    await settled();
    expect(at()).toEqual({ index: 3, href: '/events' });
    history.back();
    expect(closed).toEqual(['above']);
    history.back();
    expect(closed).toEqual(['above', 'below']);
    expect(at()).toEqual({ index: 1, href: '/events' });
    history.back();
    expect(at()).toEqual({ index: 0, href: '/people' });
  });

  it('takes its entry away when it is closed otherwise, so that the next Back leaves the page', async () => {
    const { history, layers, at } = pageAt('/people', '/events');
    const close = layers.open(() => {});
    await settled();
    close();
    await settled();
    expect(at()).toEqual({ index: 1, href: '/events' });
    history.back();
    expect(at()).toEqual({ index: 0, href: '/people' });
  });

  it('hands its entry on to what follows it at once', async () => {
    const { layers, at } = pageAt('/');
    const close = layers.open(() => {});
    await settled();
    close();
    const closed: string[] = [];
    layers.open(() => closed.push('second'));
    await settled();
    expect(at()).toEqual({ index: 1, href: '/' });
    expect(closed).toEqual([]);
  });

  it('leaves what was chosen in it in the address, closed by Back or otherwise', async () => {
    const { history, layers, at } = pageAt('/events');
    layers.open(() => {});
    await settled();
    history.replace('/events?type=Core');
    history.back();
    expect(at()).toEqual({ index: 0, href: '/events?type=Core' });

    const close = layers.open(() => {});
    await settled();
    history.replace('/events');
    close();
    await settled();
    expect(at()).toEqual({ index: 0, href: '/events' });
  });

  it('that went with its page is passed over by Back', async () => {
    const { history, layers, at } = pageAt('/', '/events');
    const close = layers.open(() => {});
    await settled();
    history.push('/people');
    close();
    await settled();
    expect(at()).toEqual({ index: 3, href: '/people' });
    history.back();
    await settled();
    expect(at()).toEqual({ index: 1, href: '/events' });
  });
});

describe('a panel in the address', () => {
  it('is left by going back to before it was opened', async () => {
    const { history, layers, at } = pageAt('/people', '/');
    history.push('/?event=5');
    layers.leavePanel(() => history.replace('/'));
    await settled();
    expect(at()).toEqual({ index: 1, href: '/' });
  });

  it('with which the page began is taken out of the address', async () => {
    const { history, layers, at } = pageAt('/people', '/?event=5');
    layers.leavePanel(() => history.replace('/'));
    await settled();
    expect(at()).toEqual({ index: 1, href: '/' });
    history.push('/people?event=7');
    layers.leavePanel(() => history.replace('/people'));
    expect(at()).toEqual({ index: 2, href: '/people' });
  });
});
