export {
  type Handover,
  handOver,
  type MailServer,
  type Message,
  mailServerAt,
  makeMessage,
} from './mail-server.ts';
export { MAIL_SETTINGS } from './settings.ts';
