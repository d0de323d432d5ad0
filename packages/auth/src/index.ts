export { type Auth, CLIENT_ADDRESS_HEADER, createAuth, type SessionUser } from './auth.ts';
export { createUser, type NewUser } from './create-user.ts';
