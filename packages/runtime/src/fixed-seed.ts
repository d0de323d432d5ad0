import fc from 'fast-check';

/*
 * Runs before each test file. The seed is fixed, so that every run has the same inputs and a new
 * failure is due to a change. `FUZZ_SEED=$RANDOM` with `FUZZ_INPUTS=100000` searches for new
 * faults.
 */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 1) });
