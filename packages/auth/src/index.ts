export {
  type Auth,
  CLIENT_ADDRESS_HEADER,
  createAuth,
  type SessionLimits,
  type SessionUser,
  UNATTENDED_HEADER,
} from './auth.ts';
export { CSRF_COOKIE, CSRF_HEADER } from './cookies.ts';
export {
  canonicalEmail,
  createUser,
  endSessions,
  type NewUser,
  setPassword,
  UserRefused,
  verifyPassword,
} from './create-user.ts';
export { isSameSecret } from './csrf.ts';
export { isFromOwnPage, isRead } from './origin.ts';
export { AtOnce, beginSecretAddress, beginSignIn, networkOf, TooEarly } from './throttle.ts';
