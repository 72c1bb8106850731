//! The pairs of the table: a fixed list, every head of which is balanced.

use crate::phantom::{Family, Rig, SkinType, Spec};

/// Seed of the first pair; the others follow. Training starts at [`crate::learn::FIRST_SEED`], and
/// seeds below 10 000 are for work by hand.
pub const FIRST_SEED: u64 = 500_000;

/// Pairs in the list: families, the round of rigs and skin types come out even after it.
pub const COUNT: usize = 84;

/// Half of the pairs under the clinic's lamp, which most users have.
const RIGS: [Rig; 4] = [Rig::Clinic, Rig::Flash, Rig::Clinic, Rig::Phone];

/// Families in turn; their number has no divisor in common with that of the rigs, so that each
/// meets all.
const FAMILIES: [Family; 7] = [
    Family::Improved,
    Family::Rephotographed,
    Family::Worse,
    Family::Recoloured,
    Family::Confluent,
    Family::Healthy,
    Family::Linear,
];

/// The whole list, in order.
#[must_use]
pub fn all() -> Vec<Spec> {
    (0..COUNT).map(nth).collect()
}

fn nth(i: usize) -> Spec {
    // Four rigs and six types come round after twelve; one step further then, or each rig would
    // see half of the types only.
    let round = RIGS.len() * SkinType::ALL.len() / 2; // their least common multiple
    Spec {
        family: FAMILIES[i % FAMILIES.len()],
        rig: RIGS[i % RIGS.len()],
        skin_type: SkinType::ALL[(i + i / round) % SkinType::ALL.len()],
        seed: FIRST_SEED + i as u64,
        ..Spec::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Specs of the first `n` that pass.
    fn of(n: usize, pass: impl Fn(&Spec) -> bool) -> usize {
        all().iter().take(n).filter(|s| pass(s)).count()
    }

    #[test]
    fn every_family_rig_and_type_has_its_share() {
        for family in Family::ALL {
            assert_eq!(of(COUNT, |s| s.family == family), 12);
            assert_eq!(of(COUNT, |s| s.family == family && s.rig == Rig::Clinic), 6);
        }
        for skin_type in SkinType::ALL {
            assert_eq!(of(COUNT, |s| s.skin_type == skin_type), 14);
            // Seven rounds, which are odd: a type is at most one off its share.
            for (rig, even) in [
                (Rig::Clinic, 6..=8),
                (Rig::Flash, 3..=4),
                (Rig::Phone, 3..=4),
            ] {
                let n = of(COUNT, |s| s.skin_type == skin_type && s.rig == rig);
                assert!(even.contains(&n), "{skin_type:?} {rig:?}: {n}");
            }
        }
    }

    #[test]
    fn a_head_of_the_list_is_balanced_too() {
        for n in [12, 24, 36, 60] {
            for skin_type in SkinType::ALL {
                assert_eq!(of(n, |s| s.skin_type == skin_type), n / 6);
            }
            for family in Family::ALL {
                let share = of(n, |s| s.family == family);
                assert!(
                    (n / 7..=n / 7 + 1).contains(&share),
                    "{family:?}: {share} of {n}"
                );
            }
            assert_eq!(of(n, |s| s.rig == Rig::Clinic), n / 2);
        }
    }

    #[test]
    fn seeds_are_the_lists_own() {
        let seeds: Vec<u64> = all().iter().map(|s| s.seed).collect();
        assert!(seeds.windows(2).all(|w| w[0] < w[1]));
        assert!(seeds.iter().all(|&s| s < crate::learn::FIRST_SEED));
    }
}
