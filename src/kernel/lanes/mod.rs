//! Vectors of f64 as one kernel source sees them, and the choice of the instruction set at run time.
//!
//! A kernel is written once, generic over [`Lanes`], with every function inlined into its caller.
//! [`InstructionSet::dispatch`] compiles it once for each instruction set.

mod portable;
mod vector;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

pub use vector::{Kernel, Lanes, NEAREST_SQUARE};

/// The instruction sets the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstructionSet {
    /// Only what every machine of the architecture has.
    Portable,
    /// AVX2 with fused multiply-add.
    Avx2,
    /// AVX-512 Foundation.
    Avx512,
}

/// The environment variable that forces an instruction set, by its name.
pub const VARIABLE: &str = "LANDAU_INSTRUCTION_SET";

/// The best last.
const ALL: [InstructionSet; 3] = [InstructionSet::Portable, InstructionSet::Avx2, InstructionSet::Avx512];

impl InstructionSet {
    /// Every instruction set this machine has, the best last.
    pub fn available() -> impl Iterator<Item = Self> {
        ALL.into_iter().filter(|set| set.is_available())
    }

    /// The best instruction set of this machine.
    pub fn detect() -> Self {
        Self::available().last().unwrap_or(Self::Portable)
    }

    /// The instruction set to run with: the one named by the environment variable [`VARIABLE`], else the best
    /// of this machine.
    ///
    /// # Errors
    ///
    /// If the variable names no instruction set, or one that this machine lacks. The message says what was
    /// found and what is allowed.
    pub fn chosen() -> Result<Self, String> {
        match std::env::var_os(VARIABLE) {
            None => Ok(Self::detect()),
            Some(name) => Self::named(&name.to_string_lossy(), Self::is_available),
        }
    }

    /// The instruction set with this name, if the machine has it.
    fn named(name: &str, has: impl Fn(Self) -> bool) -> Result<Self, String> {
        let allowed: Vec<&str> = ALL.into_iter().filter(|&set| has(set)).map(Self::name).collect();
        let allowed = format!("allowed on this machine: {}", allowed.join(", "));
        match ALL.into_iter().find(|set| set.name() == name) {
            Some(set) if has(set) => Ok(set),
            Some(_) => Err(format!("{VARIABLE}: found `{name}`, which this machine lacks; {allowed}")),
            None => Err(format!("{VARIABLE}: found `{name}`, which is no instruction set; {allowed}")),
        }
    }

    /// Whether this machine has the instruction set.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The name written into results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Numbers in a vector.
    pub fn width(self) -> usize {
        match self {
            Self::Portable => portable::Portable::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::Avx512::WIDTH,
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("never available on this architecture"),
        }
    }

    /// Targets that a kernel serves at once.
    pub fn group(self) -> usize {
        let vectors = match self {
            Self::Portable => portable::Portable::TARGETS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::TARGETS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::Avx512::TARGETS,
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("never available on this architecture"),
        };
        vectors * self.width()
    }

    /// Runs a kernel compiled for this instruction set.
    ///
    /// # Panics
    ///
    /// If the machine does not have it.
    #[inline]
    pub fn dispatch(self, kernel: impl Kernel) {
        assert!(self.is_available(), "this machine has no {} instructions", self.name());
        match self {
            Self::Portable => kernel.compute(portable::Portable),
            // SAFETY: the assertion has found the features on this machine.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::compute(kernel) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { avx512::compute(kernel) },
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("never available on this architecture"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_of_the_machine_goes_by_its_name() {
        for set in InstructionSet::available() {
            assert_eq!(InstructionSet::named(set.name(), InstructionSet::is_available), Ok(set));
        }
    }

    #[test]
    fn names_that_cannot_be_had_are_refused_with_those_that_can() {
        let old = |name: &str| InstructionSet::named(name, |set| set != InstructionSet::Avx512).unwrap_err();
        assert_eq!(
            old("avx512"),
            "LANDAU_INSTRUCTION_SET: found `avx512`, which this machine lacks; allowed on this machine: portable, avx2"
        );
        assert_eq!(
            old("AVX2"),
            "LANDAU_INSTRUCTION_SET: found `AVX2`, which is no instruction set; allowed on this machine: portable, avx2"
        );
        let plain = InstructionSet::named("", |set| set == InstructionSet::Portable).unwrap_err();
        assert_eq!(
            plain,
            "LANDAU_INSTRUCTION_SET: found ``, which is no instruction set; allowed on this machine: portable"
        );
    }
}
