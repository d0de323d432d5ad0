import fc from 'fast-check';

/*
 * Runs before each test file of a mutation test. A mutant is killed by the first input that fails,
 * so no shorter one is searched for.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
