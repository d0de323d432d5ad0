export {
  type Auth,
  CLIENT_ADDRESS_HEADER,
  createAuth,
  type SessionLimits,
  type SessionUser,
  UNATTENDED_HEADER,
} from './auth.ts';
export {
  canonicalEmail,
  createUser,
  type NewUser,
  setPassword,
  UserRefused,
  verifyPassword,
} from './create-user.ts';
export { beginSignIn, TooEarly } from './throttle.ts';
