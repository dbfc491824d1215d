//! Copies of the program that were started together, as by mpiexec: the ranks of one run.

use super::Stop;
use crate::ranks::Ranks;

/// What launchers of MPI say to every copy of how many they started.
const COUNTS: [&str; 2] = ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE"];

/// The variable of the environment that says that copies of the program were started together, and how many.
fn copies() -> Option<(&'static str, u64)> {
    let count = |name: &'static str| Some((name, std::env::var(name).ok()?.trim().parse().ok()?));
    COUNTS.into_iter().filter_map(count).find(|(_, count)| *count > 1)
}

/// Refuses a command of which several copies would write to the same place.
pub fn require_one(command: &str) -> Result<(), Stop> {
    let Some((name, count)) = copies() else { return Ok(()) };
    Err(Stop::Wrong(format!(
        "found {count} copies of landau {command}, started together ({name} in the environment); allowed: one, as only landau run and landau resume divide their work between ranks"
    )))
}

/// The ranks of a run, seen from this one.
pub struct Together {
    pub ranks: Ranks,
    #[cfg(feature = "mpi")]
    library: Option<crate::ranks::mpi::Library>,
}

impl Together {
    /// Finds the other ranks.
    #[cfg(not(feature = "mpi"))]
    pub fn find() -> Result<Self, Stop> {
        let Some((name, count)) = copies() else { return Ok(Self { ranks: Ranks::default() }) };
        Err(Stop::Wrong(format!(
            "found {count} copies of the program, started together ({name} in the environment), that would write to one folder; allowed: one, or a program that divides a run between them: cargo build --release --features mpi"
        )))
    }

    /// Finds the other ranks.
    #[cfg(feature = "mpi")]
    pub fn find() -> Result<Self, Stop> {
        // Launchers that are not known here start several copies too.
        let Some((library, world)) = crate::ranks::mpi::start() else {
            return Err(Stop::Failed("cannot start MPI".to_string()));
        };
        let ranks = Ranks::of(Box::new(world));
        if ranks.are_one() {
            let Some((name, count)) = copies() else { return Ok(Self { ranks, library: None }) };
            return Err(Stop::Wrong(format!(
                "found {count} copies of the program, started together ({name} in the environment), of which MPI sees one; allowed: the mpiexec of the MPI library that the program was built with"
            )));
        }
        // The others would wait without end for a rank that is gone.
        let say = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            say(panic);
            std::process::abort();
        }));
        Ok(Self { ranks, library: Some(library) })
    }

    /// Ranks on this machine, which share its processors.
    pub fn on_this_machine(&self) -> usize {
        #[cfg(feature = "mpi")]
        if let Some(library) = &self.library {
            return library.ranks_here();
        }
        1
    }

    /// What this rank has, if all ranks have something and `word` is the same for all. `what` are the labels of its lines.
    ///
    /// # Errors
    ///
    /// On all ranks the same; only the first says it.
    pub fn agree<T>(&self, own: Result<T, Stop>, word: impl Fn(&T) -> String) -> Result<T, Stop> {
        if self.ranks.are_one() {
            return own;
        }
        let (status, text) = match &own {
            Ok(found) => (0, word(found)),
            Err(stop) => (stop.exit_status(), stop.message().to_string()),
        };
        let words = self.ranks.words(&format!("{status}\n{text}"));
        let said = words.iter().map(|word| word.split_once('\n').unwrap_or(("1", word)));
        let said: Vec<(&str, &str)> = said.collect();
        let failed = said.iter().enumerate().find(|(_, (status, _))| *status != "0");
        let other = said.iter().enumerate().find(|(_, (_, word))| *word != said[0].1);
        let (status, message) = match (failed, other) {
            (Some((0, (status, text))), _) => (*status, (*text).to_string()),
            (Some((rank, (status, text))), _) => (*status, format!("rank {rank}: {text}")),
            (None, Some((rank, (_, word)))) => ("2", difference(rank, said[0].1, word)),
            (None, None) => return own,
        };
        let status: u8 = status.parse().unwrap_or(1);
        Err(match (self.ranks.leads(), status) {
            (false, _) => Stop::Elsewhere(status),
            (true, 2) => Stop::Wrong(message),
            (true, _) => Stop::Failed(message),
        })
    }

    /// Ends the part of this rank. Ranks end together, after the first has said why: some launchers end all ranks, and pass on no
    /// more of their words, as soon as one has ended with an exit status.
    pub fn end(self, ended: Result<(), Stop>) -> Result<(), Stop> {
        if self.ranks.are_one() {
            return ended;
        }
        let ended = ended.map_err(|stop| {
            stop.say();
            Stop::Elsewhere(stop.exit_status())
        });
        self.ranks.words("");
        ended
    }

    /// Ends all ranks, since this one ends a run that the others go on with.
    pub fn abandon(&self, stop: Stop) -> Stop {
        #[cfg(feature = "mpi")]
        if let Some(library) = &self.library {
            stop.say();
            library.abort(stop.exit_status());
        }
        stop
    }
}

/// The first line in which a rank differs from the first.
fn difference(rank: usize, first: &str, other: &str) -> String {
    let lines = first.lines().zip(other.lines()).find(|(first, other)| first != other);
    let (first, other) = lines.unwrap_or((first, other));
    format!(
        "rank {rank} has {other}, rank 0 has {first}; allowed: the same program, instruction set, scenario and particles on all ranks"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::threads;

    fn agreed(words: [Result<&'static str, Stop>; 3]) -> Vec<(u8, String)> {
        let words = std::sync::Mutex::new(words.map(Some));
        threads::each_of(3, |ranks| {
            let together = Together {
                ranks: ranks.clone(),
                #[cfg(feature = "mpi")]
                library: None,
            };
            let own = words.lock().unwrap()[ranks.own()].take().unwrap();
            match together.agree(own, |word| (*word).to_string()) {
                Ok(word) => (0, word.to_string()),
                Err(stop) => (stop.exit_status(), stop.message().to_string()),
            }
        })
    }

    #[test]
    fn ranks_that_do_not_agree_all_end_and_the_first_says_why() {
        let wrong = |words: &str| Err(Stop::Wrong(words.to_string()));
        let silent = |status: u8| (status, String::new());
        assert_eq!(agreed([Ok("a\nb"), Ok("a\nb"), Ok("a\nb")]), vec![(0, "a\nb".to_string()); 3]);
        let differing = "rank 2 has instruction set avx2, rank 0 has instruction set avx512; allowed: the same program, instruction set, scenario and particles on all ranks";
        assert_eq!(
            agreed([
                Ok("program 1\ninstruction set avx512"),
                Ok("program 1\ninstruction set avx512"),
                Ok("program 1\ninstruction set avx2")
            ]),
            [(2, differing.to_string()), silent(2), silent(2)]
        );
        assert_eq!(
            agreed([Ok("a"), Err(Stop::Failed("no disk".to_string())), Ok("a")]),
            [(1, "rank 1: no disk".to_string()), silent(1), silent(1)]
        );
        assert_eq!(
            agreed([wrong("no such file"), wrong("no such file"), wrong("no such file")]),
            [(2, "no such file".to_string()), silent(2), silent(2)]
        );
    }
}
