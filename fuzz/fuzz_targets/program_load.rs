//! Bytes with the right checksum load as a program that runs, differentiates and is saved without a panic,
//! or do not load.

#![no_main]

use dezero_compile::Program;
use dezero_core::Array;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    let mut bytes = b"DEZERO\x1a\n\x01\x00\x050.1.0".to_vec();
    bytes.extend(payload);
    // FNV-1a.
    let checksum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    bytes.extend(checksum.to_le_bytes());
    let Ok(program) = Program::from_bytes_within(&bytes, 1 << 16) else {
        return;
    };
    let _ = (program.graph(), program.to_string());
    run(&program);
    for derived in [program.vjp(), program.jvp(), program.hvp()].into_iter().flatten() {
        run(&derived);
    }
    program.to_bytes().expect("what was loaded can be saved");
});

fn run(program: &Program) {
    let ones = program.inputs().map(|x| Array::ones(x.shape(), x.dtype()));
    let ones: Vec<Array> = ones.collect::<Result<_, _>>().expect("the program has such inputs");
    let _ = program.run(&ones);
}
