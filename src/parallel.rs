//! Loops on all threads of the current pool.
//!
//! All loops are [`each`], which calls its work through a pointer, once for each piece. So a loop over threads is compiled
//! once, and not for each of its uses and each type of items. A piece should be worth more than a call, as a chunk of a long
//! slice is. What a piece computes depends on its number alone, and results keep the order of the pieces.

use rayon::prelude::*;
use std::marker::PhantomData;

/// Items in a chunk where each is little work.
pub const CHUNK: usize = 1024;

/// Calls `work` with the numbers below `count`.
pub fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

/// Calls `work` with every item and its number.
pub fn items<T: Send>(items: &mut [T], work: &(dyn Fn(usize, &mut T) + Sync)) {
    let pieces = Pieces::of(items, 1);
    each(pieces.count(), &|number| {
        // SAFETY: a loop visits each number below the count once.
        let piece = unsafe { pieces.piece(number) };
        work(number, &mut piece[0]);
    });
}

/// Calls `work` with every chunk of `size` items, the last of which may be shorter, and its number.
pub fn chunks<T: Send>(items: &mut [T], size: usize, work: &(dyn Fn(usize, &mut [T]) + Sync)) {
    let pieces = Pieces::of(items, size);
    each(pieces.count(), &|number| {
        // SAFETY: a loop visits each number below the count once.
        work(number, unsafe { pieces.piece(number) });
    });
}

/// What is done with a number and the chunks of two slices.
type OnBoth<'a, T, U> = dyn Fn(usize, &mut [T], &mut [U]) + Sync + 'a;

/// Calls `work` with the chunks of two slices that have the same number, as many as both have.
pub fn chunks_of_both<T: Send, U: Send>(
    (items, size): (&mut [T], usize),
    (others, other_size): (&mut [U], usize),
    work: &OnBoth<'_, T, U>,
) {
    let (pieces, others) = (Pieces::of(items, size), Pieces::of(others, other_size));
    each(pieces.count().min(others.count()), &|number| {
        // SAFETY: a loop visits each number below the count once.
        let (piece, other) = unsafe { (pieces.piece(number), others.piece(number)) };
        work(number, piece, other);
    });
}

/// The chunks of a slice, which threads reach by their numbers: the loop itself need not know the type of the items.
struct Pieces<'a, T> {
    first: *mut T,
    len: usize,
    size: usize,
    items: PhantomData<&'a mut [T]>,
}

// SAFETY: threads share the numbers, and each piece is one thread's alone, to which its items may be sent.
unsafe impl<T: Send> Sync for Pieces<'_, T> {}

impl<'a, T> Pieces<'a, T> {
    fn of(items: &'a mut [T], size: usize) -> Self {
        assert!(size > 0, "chunks of nothing");
        Self { first: items.as_mut_ptr(), len: items.len(), size, items: PhantomData }
    }

    fn count(&self) -> usize {
        self.len.div_ceil(self.size)
    }

    /// The chunk of a number.
    ///
    /// # Safety
    ///
    /// The number is below the count. While its chunk is held, none of the same number is taken.
    #[allow(clippy::mut_from_ref, reason = "the slice is borrowed mutably for as long as its pieces are")]
    unsafe fn piece(&self, number: usize) -> &'a mut [T] {
        let start = number * self.size;
        let len = self.size.min(self.len - start);
        // SAFETY: these items are of the slice, and of no other piece.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(start), len) }
    }
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
    all.clear();
    all.reserve(count);
    items(&mut all.spare_capacity_mut()[..count], &|number, place| {
        place.write(work(number));
    });
    // SAFETY: the loop has written each of them.
    unsafe { all.set_len(count) };
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
