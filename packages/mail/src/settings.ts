import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import type { MailServer } from './mail-server.ts';

/** A sender: `scheduler@example.com` or `Scheduler <scheduler@example.com>`. */
const sender = z.string().transform((text, ctx): MailServer['from'] => {
  const [first, ...more] = addressparser(text);
  const address = first && 'address' in first ? first.address : undefined;
  if (first && more.length === 0 && z.email().safeParse(address).success)
    return { name: first.name, address: address ?? '' };
  ctx.addIssue({ code: 'custom', message: 'not one e-mail address' });
  return z.NEVER;
});

/** The settings of the apps that send mail. */
export const MAIL_SETTINGS = {
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .refine(
      (url) => !URL.canParse(url) || /^\/?$/.test(new URL(url).pathname),
      'more than a server and a port',
    )
    .optional()
    .describe(
      'mail server that takes digests and alerts, such as smtps://user:password@mail.example.com or smtp://mail.example.com:587; without it none are sent by e-mail. With it, SMTP_FROM and WEB_ORIGIN are required',
    ),
  SMTP_FROM: sender
    .optional()
    .describe('sender of digests and alerts, such as Scheduler <scheduler@example.com>'),
};
