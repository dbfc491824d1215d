//! Ranks that MPI connects.

use super::Communicator;
use mpi::Threading;
use mpi::datatype::PartitionMut;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives, Destination, Root, Source};

/// A message of MPI has at most this many numbers.
const MOST: usize = 1 << 30;

/// All ranks that were started together.
#[derive(Debug, Clone, Copy)]
pub struct World {
    rank: usize,
    size: usize,
}

/// MPI, which ends with it.
pub struct Library(Universe);

/// Starts MPI, whose functions are then called by this thread alone. None if it is started already.
pub fn start() -> Option<(Library, World)> {
    let (universe, _) = mpi::initialize_with_threading(Threading::Funneled)?;
    let world = universe.world();
    let world = World { rank: world.rank() as usize, size: world.size() as usize };
    Some((Library(universe), world))
}

impl Library {
    /// Ranks on the machine of this one.
    pub fn ranks_here(&self) -> usize {
        self.0.world().split_shared(0).size() as usize
    }

    /// Ends all ranks at once, with an exit status.
    pub fn abort(&self, status: u8) -> ! {
        self.0.world().abort(i32::from(status))
    }
}

impl Communicator for World {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn gather(&self, bounds: &[usize], all: &mut [f64]) {
        let world = SimpleCommunicator::world();
        if all.len() > MOST {
            for (rank, bounds) in bounds.windows(2).enumerate() {
                let root = world.process_at_rank(rank as i32);
                all[bounds[0]..bounds[1]].chunks_mut(MOST).for_each(|part| root.broadcast_into(part));
            }
            return;
        }
        let own = all[bounds[self.rank]..bounds[self.rank + 1]].to_vec();
        let counts: Vec<i32> = bounds.windows(2).map(|bounds| (bounds[1] - bounds[0]) as i32).collect();
        let places: Vec<i32> = bounds[..self.size].iter().map(|&bound| bound as i32).collect();
        world.all_gather_varcount_into(&own[..], &mut PartitionMut::new(all, counts, places));
    }

    fn exchange(&self, outgoing: &[(usize, Vec<f64>)], incoming: &mut [(usize, Vec<f64>)]) {
        let world = SimpleCommunicator::world();
        mpi::request::scope(|scope| {
            let mut received = Vec::new();
            for (from, numbers) in incoming {
                let from = world.process_at_rank(*from as i32);
                received
                    .extend(numbers.chunks_mut(MOST).map(|part| from.immediate_receive_into(scope, part)));
            }
            let mut sent = Vec::new();
            for (to, numbers) in outgoing {
                let to = world.process_at_rank(*to as i32);
                sent.extend(numbers.chunks(MOST).map(|part| to.immediate_send(scope, part)));
            }
            for request in received {
                request.wait();
            }
            for request in sent {
                request.wait();
            }
        });
    }
}
