import { Button } from '@scheduler/ui/button';
import { Download } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { downloadCsv } from '../lib/download.ts';
import { problemOf } from '../lib/problem.ts';
import { toast } from './toast.tsx';

/** A button that reads a CSV text and saves it as a file; a notice says why if it can't be read. */
export function ExportButton({
  name,
  timeZone = 'UTC',
  read,
  children,
  ...rest
}: Omit<ComponentProps<typeof Button>, 'onClick' | 'busy'> & {
  /** The beginning of the file's name. */
  name: string;
  /** The zone of the day in the file's name. */
  timeZone: string | undefined;
  read: () => Promise<string>;
}) {
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    setIsBusy(true);
    try {
      downloadCsv(name, await read(), timeZone);
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    }
    setIsBusy(false);
  };
  return (
    <Button busy={isBusy} onClick={() => void save()} {...rest}>
      <Download aria-hidden className="size-4" />
      {children}
    </Button>
  );
}
