import type { ReactNode } from 'react';
import { signIn } from '../lib/sign-in.ts';

export function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-5 p-4">
      <div className="flex items-center gap-3">
        <img src="/icon.svg" alt="" width={36} height={36} />
        <h1 className="text-lg font-semibold text-balance">{title}</h1>
      </div>
      {children}
    </main>
  );
}

/** Signs in as the person who has just set a password. If that fails, the sign-in page says why. */
export async function enter(email: string, password: string): Promise<void> {
  const refusal = await signIn(email, password);
  window.location.replace(refusal ? '/sign-in' : '/');
}

export const CARD = 'grid w-full max-w-md gap-4 rounded-xl border border-line bg-surface p-6';
