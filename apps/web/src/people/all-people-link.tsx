import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';

/** The way back to the list of people. */
export const AllPeopleLink = () => (
  <Link
    to="/people"
    className="inline-flex min-h-6 items-center gap-1 justify-self-start text-sm text-accent-text hover:underline"
  >
    <ChevronLeft aria-hidden className="size-4" />
    All people
  </Link>
);
