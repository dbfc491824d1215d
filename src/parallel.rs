//! Loops on all threads of the current pool.
//!
//! The work of a loop is called through a pointer, once for each piece, so that a loop over threads is one compiled function
//! and not one for each of its uses. A piece should be worth more than a call, as a chunk of a long slice is. What a piece
//! computes depends on its number alone, and results keep the order of the pieces.

use rayon::prelude::*;

/// Items in a chunk where each is little work.
pub const CHUNK: usize = 1024;

/// Calls `work` with the numbers below `count`.
pub fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

/// Calls `work` with every item and its number.
pub fn items<T: Send>(items: &mut [T], work: &(dyn Fn(usize, &mut T) + Sync)) {
    items.par_iter_mut().enumerate().for_each(|(number, item)| work(number, item));
}

/// Calls `work` with every chunk of `size` items, the last of which may be shorter, and its number.
pub fn chunks<T: Send>(items: &mut [T], size: usize, work: &(dyn Fn(usize, &mut [T]) + Sync)) {
    items.par_chunks_mut(size).enumerate().for_each(|(number, chunk)| work(number, chunk));
}

/// What is done with a number and the chunks of two slices.
type OnBoth<'a, T, U> = dyn Fn(usize, &mut [T], &mut [U]) + Sync + 'a;

/// Calls `work` with the chunks of two slices that have the same number, as many as both have.
pub fn chunks_of_both<T: Send, U: Send>(
    (items, size): (&mut [T], usize),
    (others, other_size): (&mut [U], usize),
    work: &OnBoth<'_, T, U>,
) {
    let both = items.par_chunks_mut(size).zip(others.par_chunks_mut(other_size));
    both.enumerate().for_each(|(number, (chunk, other))| work(number, chunk, other));
}

/// Overwrites `to` with the items of `from` at as many places.
pub fn pick<T: Copy + Send + Sync>(from: &[T], places: &[u32], to: &mut [T]) {
    chunks(to, CHUNK, &|number, to| {
        to.iter_mut().zip(&places[number * CHUNK..]).for_each(|(to, &place)| *to = from[place as usize]);
    });
}

/// What `work` makes of the numbers below `count`.
pub fn map<T: Send>(count: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    let mut all = Vec::new();
    map_into(&mut all, count, work);
    all
}

/// Overwrites `all` with what `work` makes of the numbers below `count`.
pub fn map_into<T: Send>(all: &mut Vec<T>, count: usize, work: &(dyn Fn(usize) -> T + Sync)) {
    (0..count).into_par_iter().map(work).collect_into_vec(all);
}

/// Calls both, at the same time if a thread is free.
pub fn join(one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
    rayon::join(one, other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_worked_on_once_in_its_place() {
        for count in [0, 1, 7, 2 * CHUNK + 3] {
            let numbers: Vec<usize> = (0..count).collect();
            assert_eq!(map(count, &|number| number), numbers);

            let mut all = vec![0; count];
            items(&mut all, &|number, item| *item += number);
            assert_eq!(all, numbers);

            let mut all = vec![0; count];
            chunks(&mut all, 4, &|number, chunk| {
                assert_eq!(chunk.len(), 4.min(count - 4 * number));
                chunk.iter_mut().zip(4 * number..).for_each(|(item, place)| *item += place);
            });
            assert_eq!(all, numbers);

            let (mut all, mut doubled) = (vec![0; count], vec![0; 2 * count]);
            chunks_of_both((&mut all, 3), (&mut doubled, 6), &|number, chunk, other| {
                chunk.iter_mut().zip(3 * number..).for_each(|(item, place)| *item += place);
                other.iter_mut().zip(6 * number..).for_each(|(item, place)| *item += place);
            });
            assert_eq!((all, doubled), (numbers.clone(), (0..2 * count).collect()));

            let backwards: Vec<u32> = (0..count as u32).rev().collect();
            let mut picked = vec![0; count];
            pick(&numbers, &backwards, &mut picked);
            assert!(picked.iter().eq(numbers.iter().rev()));

            let seen = std::sync::Mutex::new(vec![0; count]);
            each(count, &|number| seen.lock().unwrap()[number] += 1);
            assert_eq!(seen.into_inner().unwrap(), vec![1; count]);
        }
        let (mut one, mut other) = (0, 0);
        join(&mut || one += 1, &mut || other += 2);
        assert_eq!((one, other), (1, 2));
    }
}
