//! The meetings of blocks on several ranks.
//!
//! The meetings of a [schedule](super::schedule) fall into rounds of disjoint pairs, and each rank holds a fixed share of every
//! round. The forces on a block travel from the rank that held its last meeting to the one that holds its next. So each
//! block sees the meetings of a single process in the same order, and its forces have the same bits. In a tournament a block
//! moves by one seat from round to round: at the ends of a rank's share one block leaves and one arrives.

use crate::ranks::Ranks;

/// The share of a rank in all rounds.
#[derive(Debug)]
pub struct Relay {
    pub rounds: Vec<Round>,
    /// The blocks whose last meeting each rank holds; blocks that meet no one are with the first.
    pub last: Vec<Vec<usize>>,
}

/// The share of a rank in one round.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub meetings: Vec<[usize; 2]>,
    /// Ranks, each with the blocks whose forces go there before the round.
    pub outgoing: Vec<(usize, Vec<usize>)>,
    /// Ranks, each with the blocks whose forces come from there before the round.
    pub incoming: Vec<(usize, Vec<usize>)>,
}

impl Relay {
    /// The share of this rank in the meetings of `blocks` blocks, which are held in their order.
    pub fn new(blocks: usize, meetings: &[[usize; 2]], ranks: &Ranks) -> Self {
        let mut holders: Vec<Option<usize>> = vec![None; blocks];
        let mut rounds = Vec::new();
        for meetings in disjoint(blocks, meetings) {
            let mut round = Round::default();
            for rank in 0..ranks.count() {
                let share = ranks.first(rank, meetings.len())..ranks.first(rank + 1, meetings.len());
                for &[a, b] in &meetings[share] {
                    for block in [a, b].into_iter().take(if a == b { 1 } else { 2 }) {
                        let Some(holder) = holders[block].replace(rank) else { continue };
                        if holder != rank && holder == ranks.own() {
                            list(&mut round.outgoing, rank).push(block);
                        }
                        if holder != rank && rank == ranks.own() {
                            list(&mut round.incoming, holder).push(block);
                        }
                    }
                    if rank == ranks.own() {
                        round.meetings.push([a, b]);
                    }
                }
            }
            rounds.push(round);
        }
        let mut last = vec![Vec::new(); ranks.count()];
        for (block, holder) in holders.into_iter().enumerate() {
            last[holder.unwrap_or(0)].push(block);
        }
        Self { rounds, last }
    }
}

/// The list of a rank among lists of some.
fn list(lists: &mut Vec<(usize, Vec<usize>)>, rank: usize) -> &mut Vec<usize> {
    let place = lists.iter().position(|(of, _)| *of == rank).unwrap_or_else(|| {
        lists.push((rank, Vec::new()));
        lists.len() - 1
    });
    &mut lists[place].1
}

/// Cuts meetings into the longest rounds of disjoint pairs that keep their order.
fn disjoint(blocks: usize, meetings: &[[usize; 2]]) -> Vec<&[[usize; 2]]> {
    let mut rounds = Vec::new();
    // The round in which each block met last, counted from 1.
    let mut met = vec![0; blocks];
    let mut first = 0;
    for (number, &[a, b]) in meetings.iter().enumerate() {
        let round = rounds.len() + 1;
        if met[a] == round || met[b] == round {
            rounds.push(&meetings[first..number]);
            first = number;
        }
        let round = rounds.len() + 1;
        (met[a], met[b]) = (round, round);
    }
    if first < meetings.len() {
        rounds.push(&meetings[first..]);
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::schedule::Schedule;
    use crate::ranks::threads;

    #[test]
    fn rounds_of_a_tournament_are_its_own() {
        for blocks in [2, 8, 20] {
            let schedule = Schedule::new(blocks, |_, _| true);
            let meetings: Vec<[usize; 2]> = schedule.pairs().collect();
            let rounds = disjoint(blocks, &meetings);
            // Every block with itself, then every block with another.
            assert_eq!(rounds.len(), blocks);
            assert!(rounds[1..].iter().all(|round| round.len() == blocks / 2));
        }
        assert!(disjoint(3, &[]).is_empty());
    }

    #[test]
    fn forces_travel_to_the_next_meeting_of_their_block() {
        for (blocks, skipped) in [(1, 0), (7, 0), (8, 5), (20, 3)] {
            let schedule = Schedule::new(blocks, |a, b| skipped == 0 || (a + b) % skipped != 0);
            let meetings: Vec<[usize; 2]> = schedule.pairs().collect();
            let alone: Vec<Vec<usize>> = (0..blocks)
                .map(|block| {
                    meetings.iter().filter(move |pair| pair.contains(&block)).map(move |[a, b]| a + b - block)
                })
                .map(Iterator::collect)
                .collect();
            for count in [2, 3, 4] {
                // What each block has met travels as its forces do.
                let found = threads::each_of(count, |ranks| {
                    let relay = Relay::new(blocks, &meetings, ranks);
                    let mut met: Vec<Vec<f64>> = vec![Vec::new(); blocks];
                    for round in &relay.rounds {
                        let pack = |met: &Vec<f64>| {
                            let mut packed = vec![met.len() as f64];
                            packed.extend(met);
                            packed.resize(1 + blocks, 0.0);
                            packed
                        };
                        let sent = round.outgoing.iter().map(|(to, sent)| {
                            (*to, sent.iter().flat_map(|&block| pack(&met[block])).collect())
                        });
                        let sent: Vec<(usize, Vec<f64>)> = sent.collect();
                        let coming = round.incoming.iter();
                        let coming = coming.map(|(from, all)| (*from, vec![0.0; all.len() * (1 + blocks)]));
                        let mut coming: Vec<(usize, Vec<f64>)> = coming.collect();
                        ranks.exchange(&sent, &mut coming);
                        for ((_, packed), (_, received)) in coming.iter().zip(&round.incoming) {
                            for (packed, &block) in packed.chunks(1 + blocks).zip(received) {
                                met[block] = packed[1..][..packed[0] as usize].to_vec();
                            }
                        }
                        for &[a, b] in &round.meetings {
                            met[a].push(b as f64);
                            if a != b {
                                met[b].push(a as f64);
                            }
                        }
                    }
                    let own = relay.last[ranks.own()].clone();
                    own.into_iter().map(|block| (block, met[block].clone())).collect::<Vec<_>>()
                });
                let mut seen = vec![0; blocks];
                for (block, met) in found.into_iter().flatten() {
                    seen[block] += 1;
                    let expected: Vec<f64> = alone[block].iter().map(|&other| other as f64).collect();
                    assert_eq!(met, expected, "{blocks} blocks, {count} ranks, block {block}");
                }
                assert_eq!(seen, vec![1; blocks]);
            }
        }
    }
}
