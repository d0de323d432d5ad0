import fc from 'fast-check';

/*
 * Before each test file: the same inputs on every run, so that a change is judged by what it changes. `FUZZ_SEED=7`, or
 * `FUZZ_SEED=$RANDOM` with `FUZZ_INPUTS=100000`, looks for what nobody has thought of yet.
 */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 1) });
