import { Button } from '@scheduler/ui/button';
import { Pages } from './overview.tsx';
import { SignIn } from './sign-in.tsx';
import { trpc } from './trpc.ts';

/** Sign-in for strangers, the overview for everybody else. */
export function App() {
  const me = trpc.me.useQuery(undefined, { refetchInterval: 60_000 });
  if (me.error?.data?.code === 'UNAUTHORIZED') {
    const isLetIn = async () => (await me.refetch()).error?.data?.code !== 'UNAUTHORIZED';
    return <SignIn isLetIn={isLetIn} />;
  }
  if (me.data) return <Pages viewer={me.data} />;
  if (me.error) {
    const isRefused = me.error.data?.code === 'FORBIDDEN';
    return (
      <main className="mx-auto flex max-w-md flex-col items-start gap-3 p-6">
        <h1 className="text-lg font-semibold">
          {isRefused ? 'This page is for users with all stores' : 'The admin server does not answer'}
        </h1>
        <p className="text-ink-2">{me.error.message}</p>
        <Button onClick={() => me.refetch()} look="primary">
          Try again
        </Button>
      </main>
    );
  }
  return (
    <main className="p-6 text-ink-3" aria-busy="true">
      <h1 className="sr-only">Crossmark Scheduler admin</h1>
      Loading…
    </main>
  );
}
