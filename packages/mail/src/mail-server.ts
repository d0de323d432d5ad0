import { Readable } from 'node:stream';
import { cleanText } from '@scheduler/runtime';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** A mail server, and who sends by it. */
export interface MailServer {
  host: string;
  port: number;
  /** Whether the connection is encrypted from its beginning; otherwise by STARTTLS where offered. */
  isSecure: boolean;
  user: string | null;
  password: string | null;
  /** The address of the sender. */
  from: { name: string; address: string };
  /** The longest wait for the connection, the greeting, and any answer before the message. */
  waitMs: number;
  /** The longest wait for the answer to the message itself, which a server may filter first. */
  takingMs: number;
}

/** A message as it is sent, with its recipient. */
export interface Message {
  to: string;
  content: Buffer;
}

/**
 * How handing a message over ended. `refused`: the server surely doesn't have it · `unknown`: it may
 * have it.
 */
export type Handover =
  | { state: 'sent' }
  | { state: 'unknown'; failure: string }
  | {
      state: 'refused';
      failure: string;
      /** Whether it is about this message or its recipient; otherwise no other message would go either. */
      isAboutMessage: boolean;
    };

/** The parts of an error of nodemailer that tell what happened. */
interface MailError {
  code?: string;
  /** The code of the connection's own error, for example of TLS. */
  originalCode?: string;
  command?: string;
  responseCode?: number;
}

const WAIT_MS = 10_000;
/** RFC 5321, 4.5.3.2.6: who gives up earlier takes a message for lost that the server then delivers. */
const TAKING_MS = 10 * 60_000;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Reads a mail server from its address, such as `smtps://user:password@mail.example.com`. */
export function mailServerAt(address: string, from: MailServer['from']): MailServer {
  const url = new URL(address);
  const isSecure = url.protocol === 'smtps:';
  return {
    host: url.hostname,
    port: Number(url.port) || (isSecure ? 465 : 587),
    isSecure,
    user: url.username ? decodeURIComponent(url.username) : null,
    password: url.username ? decodeURIComponent(url.password) : null,
    from,
    waitMs: WAIT_MS,
    takingMs: TAKING_MS,
  };
}

/**
 * Makes a message for one recipient. The same `id` for each attempt lets a mail program show one
 * message where a server took two.
 * @param parts.id the part of the message's id before the `@`
 * @param parts.date an instant
 */
export async function makeMessage(parts: {
  from: MailServer['from'];
  to: string;
  subject: string;
  text: string;
  html?: string;
  date: string;
  id: string;
  /** The host of the pages that the message leads to. */
  host: string;
  headers?: Record<string, string>;
}): Promise<Message> {
  const { id, host, to, date, headers, ...content } = parts;
  const composer = new MailComposer({
    ...content,
    to: { name: '', address: to },
    date: new Date(date),
    messageId: `<${id}@${host}>`,
    headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { to, content: await composer.compile().build() };
}

/**
 * Hands a message over, by a connection of its own. Never throws. A password is sent only encrypted,
 * or to this machine. When it is aborted, the connection is closed at once, also while the server
 * thinks about the message.
 */
export function handOver(server: MailServer, message: Message, signal: AbortSignal): Promise<Handover> {
  const { host, port, isSecure, user, password, waitMs, takingMs } = server;
  const connection = new SMTPConnection({
    host,
    port,
    secure: isSecure,
    requireTLS: user !== null && !isSecure && !LOCAL.test(host),
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    dnsTimeout: waitMs,
    logger: false,
  });
  /** Whether the server was given any part of the message. */
  let isHandedOver = false;
  const content = new Readable({
    read() {
      isHandedOver = true;
      if (connection._socket) connection._socket.setTimeout(takingMs);
      this.push(message.content);
      this.push(null);
    },
  });
  const stop = () => connection.close();
  signal.addEventListener('abort', stop, { once: true });
  const ended = new Promise<Handover>((resolve) => {
    const fail = (error: unknown) => resolve(failed(error as MailError, isHandedOver));
    connection.once('error', fail);
    connection.once('end', () => fail({ code: 'ECONNECTION' }));
    const send = () =>
      connection.send({ from: server.from.address, to: [message.to] }, content, (error) =>
        error ? fail(error) : resolve({ state: 'sent' }),
      );
    connection.connect((error) => {
      if (error) fail(error);
      else if (user === null || password === null) send();
      else connection.login({ user, pass: password }, (refused) => (refused ? fail(refused) : send()));
    });
  });
  return ended.finally(() => {
    signal.removeEventListener('abort', stop);
    // An answer that comes later must not end the process.
    connection.on('error', () => {});
    connection.close();
  });
}

const UNTRUSTED =
  'is signed by nobody whom this app trusts: name its authority’s file in NODE_EXTRA_CA_CERTS';
const WRONG_TIME = 'is not valid at this time: renew it';

/** What is wrong with a certificate, by the code of TLS, and the way out. */
const CERTIFICATE_FAULTS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: WRONG_TIME,
  CERT_NOT_YET_VALID: WRONG_TIME,
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host: correct the host in SMTP_URL',
};

function failed({ code, originalCode, command, responseCode }: MailError, isHandedOver: boolean): Handover {
  const answer = responseCode ? ` (${cleanText(String(responseCode), 10)})` : '';
  // With an answer the server says itself that it doesn't take the message.
  if (isHandedOver && !(responseCode && responseCode >= 400)) {
    return {
      state: 'unknown',
      failure: 'The connection was lost while the message was handed over, so it may have been sent.',
    };
  }
  const refused = (failure: string, isAboutMessage = false): Handover => ({
    state: 'refused',
    failure,
    isAboutMessage,
  });
  const fault = CERTIFICATE_FAULTS[originalCode ?? ''];
  if (fault) return refused(`The mail server’s certificate ${fault}.`);
  if (code === 'EAUTH') return refused(`The mail server refused the sign-in${answer}.`);
  if (code === 'ETLS') return refused('The mail server offers no connection that is encrypted and trusted.');
  if (command === 'MAIL FROM') return refused(`The mail server refused the sender’s address${answer}.`);
  if (code === 'EENVELOPE') return refused(`The mail server refused the recipient’s address${answer}.`, true);
  if (isHandedOver || command === 'DATA')
    return refused(`The mail server refused the message${answer}.`, true);
  if (responseCode) return refused(`The mail server takes no messages now${answer}.`);
  return refused('The mail server could not be reached, or did not answer.');
}
