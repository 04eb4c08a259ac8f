//! Which bucket a duration belongs to, in exact integer arithmetic.
//!
//! Buckets are aligned to seconds (`2^(i/16)` s) but durations are whole nanoseconds. In each octave of
//! nanoseconds there are exactly 16 bounds, at the same mantissas in every octave; the finest grid on which at
//! most one bound falls into each cell has 32 cells, so one table look-up and one comparison are exact.
//! `16 * log2(10^9)` is 478.36, hence [`K`].

/// Buckets per power of two, as a power of two.
pub(crate) const SCALE: i8 = 4;

/// `floor(16 * log2(10^9))`: the position of a bucket less its native index.
const K: i32 = 478;

/// Powers of two that have buckets of their own: durations up to `2^48` ns, 78 hours.
const OCTAVES: usize = if cfg!(loom) { 1 } else { 48 };

/// Positions `0..POSITIONS` exist; the last octave's topmost bound belongs to one more page.
pub(crate) const POSITIONS: usize = (OCTAVES + 1) * 16;

/// Bounds of the octave that lie below each of its 32 cells.
#[rustfmt::skip]
const BELOW: [u8; 32] = [0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 8, 9, 9, 10, 10, 10, 11, 11, 12, 12, 13, 13, 13, 14, 14, 15, 15, 15, 16];

/// The bound inside each cell, as a mantissa with the top bit set; all ones where there is none.
#[rustfmt::skip]
const BOUND: [u64; 32] = [
    0x81ff_a7a9_549c_a6e3, 0x87c1_1235_836d_16a3, 0xffff_ffff_ffff_ffff, 0x8dc3_b896_0164_a7d9,
    0xffff_ffff_ffff_ffff, 0x940a_7e28_259f_b382, 0x9a98_6705_4d51_2391, 0xffff_ffff_ffff_ffff,
    0xa170_9975_dfb0_6757, 0xffff_ffff_ffff_ffff, 0xa896_5f74_bf06_5071, 0xffff_ffff_ffff_ffff,
    0xb00d_2843_e106_0dc2, 0xb7d8_8a12_d0dd_9ea0, 0xffff_ffff_ffff_ffff, 0xbffc_43b7_e604_a922,
    0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0xc87c_3e7d_03cd_bec3, 0xffff_ffff_ffff_ffff,
    0xd15c_9000_bf21_1c1f, 0xffff_ffff_ffff_ffff, 0xdaa1_7c2c_d195_55db, 0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff, 0xe44f_7742_cb56_e3dd, 0xffff_ffff_ffff_ffff, 0xee6b_2800_0000_0000,
    0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0xf8f9_69d9_b5ab_f948, 0xffff_ffff_ffff_ffff,
];

/// The position of the bucket that holds `nanos`, or something past [`POSITIONS`] when there is none:
/// for 0, and for durations over 78 hours.
///
/// # Cost
/// A count of leading zeros, two table look-ups, one comparison; no branch.
#[inline(always)]
pub(crate) const fn position(nanos: u64) -> usize {
    let zeros = nanos.leading_zeros();
    let mantissa = nanos.wrapping_shl(zeros);
    let cell = (mantissa >> 58) as usize & 31;
    let octave = 63_usize.wrapping_sub(zeros as usize);
    (octave << 4).wrapping_add(BELOW[cell] as usize).wrapping_add((mantissa > BOUND[cell]) as usize)
}

/// The native index (Prometheus) of the bucket at a position.
#[expect(clippy::cast_possible_wrap, clippy::cast_possible_truncation, reason = "positions are below 784")]
pub(crate) const fn native_of(position: usize) -> i32 {
    position as i32 - K
}

/// The native index of the bucket that holds `nanos`; `None` for 0. Too long durations get the last bucket.
pub(crate) fn native_index(nanos: u64) -> Option<i32> {
    (nanos > 0).then(|| native_of(position(nanos).min(POSITIONS - 1)))
}

#[cfg(all(test, not(loom)))]
#[expect(clippy::cast_possible_truncation, reason = "limbs of 32 bits")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A natural number of any size, least significant limb first: enough of one for an exact oracle.
    #[derive(Clone, Debug, PartialEq)]
    struct Natural(Vec<u32>);

    impl Natural {
        fn of(value: u64) -> Self {
            Self(vec![value as u32, (value >> 32) as u32]).trimmed()
        }

        fn trimmed(mut self) -> Self {
            while self.0.last() == Some(&0) {
                self.0.pop();
            }
            self
        }

        fn times(&self, other: &Self) -> Self {
            let mut product = vec![0_u32; self.0.len() + other.0.len()];
            for (i, &a) in self.0.iter().enumerate() {
                let mut carry = 0_u64;
                for (j, &b) in other.0.iter().enumerate() {
                    let at = u64::from(product[i + j]) + u64::from(a) * u64::from(b) + carry;
                    product[i + j] = at as u32;
                    carry = at >> 32;
                }
                product[i + other.0.len()] = carry as u32;
            }
            Self(product).trimmed()
        }

        fn to_the_16th(&self) -> Self {
            let square = |n: &Self| n.times(n);
            square(&square(&square(&square(self))))
        }

        fn shifted(&self, bits: u32) -> Self {
            let mut limbs = vec![0_u32; bits as usize / 32];
            limbs.extend(Natural::times(self, &Self::of(1 << (bits % 32))).0);
            Self(limbs).trimmed()
        }

        fn at_least(&self, other: &Self) -> bool {
            (self.0.len(), self.0.iter().rev().collect::<Vec<_>>())
                >= (other.0.len(), other.0.iter().rev().collect::<Vec<_>>())
        }
    }

    /// Whether `2^(index/16) >= nanos / 10^9`, by raising both sides to the 16th power.
    fn bound_holds(index: i32, nanos: u64) -> bool {
        let left = Natural::of(1_000_000_000).to_the_16th();
        let right = Natural::of(nanos).to_the_16th();
        if index >= 0 {
            left.shifted(index.unsigned_abs()).at_least(&right)
        } else {
            left.at_least(&right.shifted(index.unsigned_abs()))
        }
    }

    fn assert_exact(nanos: u64) {
        let index = native_of(position(nanos));
        assert!(bound_holds(index, nanos), "{nanos} ns lies above bucket {index}");
        assert!(!bound_holds(index - 1, nanos), "{nanos} ns lies below bucket {index}");
    }

    #[test]
    fn small_durations_and_powers_of_two_seconds_are_exact() {
        for nanos in 1..3_000 {
            assert_exact(nanos);
        }
        for shift in 0..18 {
            let unit = 1_000_000_000_u64 << shift;
            [unit - 1, unit, unit + 1].into_iter().for_each(assert_exact);
            let unit = 1_000_000_000_u64 >> shift;
            [unit - 1, unit, unit + 1].into_iter().for_each(assert_exact);
        }
    }

    #[test]
    fn one_second_is_the_upper_bound_of_bucket_zero() {
        assert_eq!(native_index(1_000_000_000), Some(0));
        assert_eq!(native_index(1_000_000_001), Some(1));
        assert_eq!(native_index(0), None);
    }

    #[test]
    fn zero_and_the_longest_durations_have_no_position() {
        assert!(position(0) >= POSITIONS);
        assert!(position(u64::MAX) >= POSITIONS);
        assert!(position((1 << 48) - 1) < POSITIONS);
    }

    proptest! {
        #[test]
        fn every_duration_lies_in_its_bucket(bits in 1_u32..48, low in any::<u64>()) {
            assert_exact(1 << bits | low & ((1 << bits) - 1));
        }
    }
}
