//! SHA-256 in base64, by which the page's policy knows the page's own program from any other (Content
//! Security Policy Level 3, section 2.3.1). The section numbers below are those of FIPS 180-4.

/// The digest of a text as base64 (RFC 4648, section 4).
pub(super) fn sha256_base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut base64 = String::new();
    for three in sha256(text.as_bytes()).chunks(3) {
        let bits = (0..3).fold(0, |bits: usize, at| {
            bits << 8 | usize::from(three.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            base64.push(if at <= three.len() {
                char::from(LETTERS[bits >> (18 - 6 * at) & 63])
            } else {
                '='
            });
        }
    }
    base64
}

fn sha256(message: &[u8]) -> [u8; 32] {
    let constants = constants();
    // Section 5.3.3: the fractions of the square roots of the first eight primes.
    let mut hash = [0u32; 8];
    for (word, prime) in hash.iter_mut().zip(primes()) {
        *word = root(prime << 64, 2) as u32;
    }

    // Section 5.1.1: a one, zeros, and the length in bits fill the last block.
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());

    for block in padded.chunks_exact(64) {
        mix(&mut hash, block, &constants);
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(hash) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// Section 6.2.2, for one block.
fn mix(hash: &mut [u32; 8], block: &[u8], constants: &[u32; 64]) {
    let mut schedule = [0u32; 64];
    for (word, bytes) in schedule.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes
            .iter()
            .fold(0, |word, &byte| word << 8 | u32::from(byte));
    }
    for t in 16..64 {
        let (w2, w15) = (schedule[t - 2], schedule[t - 15]);
        let s0 = w15.rotate_right(7) ^ w15.rotate_right(18) ^ w15 >> 3;
        let s1 = w2.rotate_right(17) ^ w2.rotate_right(19) ^ w2 >> 10;
        schedule[t] = s1
            .wrapping_add(schedule[t - 7])
            .wrapping_add(s0)
            .wrapping_add(schedule[t - 16]);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *hash;
    for (k, w) in constants.iter().zip(schedule) {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = e & f ^ !e & g;
        let t1 = h
            .wrapping_add(s1)
            .wrapping_add(choice)
            .wrapping_add(*k)
            .wrapping_add(w);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = a & b ^ a & c ^ b & c;
        let t2 = s0.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(t1));
        (d, c, b, a) = (c, b, a, t1.wrapping_add(t2));
    }
    for (word, step) in hash.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(step);
    }
}

/// Section 4.2.2: the fractions of the cube roots of the first 64 primes.
fn constants() -> [u32; 64] {
    let mut constants = [0; 64];
    for (word, prime) in constants.iter_mut().zip(primes()) {
        *word = root(prime << 96, 3) as u32;
    }
    constants
}

fn primes() -> impl Iterator<Item = u128> {
    (2u128..).filter(|n| (2..*n).all(|divisor| n % divisor != 0))
}

/// The whole part of a root of a number below 2^126.
fn root(of: u128, degree: u32) -> u128 {
    let (mut low, mut high) = (0u128, 1 << (126 / degree + 1));
    while high - low > 1 {
        let middle = u128::midpoint(low, high);
        if middle.checked_pow(degree).is_some_and(|power| power <= of) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::sha256_base64;

    /// Computed by `printf TEXT | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn digests_are_those_of_openssl() {
        let long = "a".repeat(119);
        for (text, digest) in [
            ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            (&long, "MeulHDE6XAgiat8Y1KNZz9/Y0ugWsT9K+VL36mWE3Ps="),
        ] {
            assert_eq!(sha256_base64(text), digest, "{text:?}");
        }
    }
}
