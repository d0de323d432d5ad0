/** A mail server for tests. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type MailServer, mailServerAt } from './mail-server.ts';

export type { SMTPServerOptions };

export interface ReceivedMail {
  to: string;
  content: string;
  user: string | undefined;
  isEncrypted: boolean;
}

/**
 * Starts a mail server on this machine that keeps what it takes.
 * @param from the sender of the messages
 * @param options what differs from a server without accounts and encryption
 */
export async function startTestMailServer(
  from: MailServer['from'],
  options: SMTPServerOptions = {},
): Promise<{ mail: MailServer; received: ReceivedMail[]; close(): Promise<void> }> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push({
          to: session.envelope.rcptTo.map(({ address }) => address).join(),
          content: Buffer.concat(chunks).toString(),
          user: session.user as string | undefined,
          isEncrypted: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    mail: mailServerAt(`smtp://127.0.0.1:${port}`, from),
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
