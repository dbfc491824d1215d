//! Lists by their owner, one after another in one array.

/// Lists by their owner: `items` of owner k at `starts[k]..starts[k + 1]`.
#[derive(Debug, Default)]
pub struct Grouped<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> Grouped<T> {
    /// Groups items by owner, in their order.
    pub fn fill(&mut self, owners: usize, items: impl Iterator<Item = (usize, T)> + Clone) {
        self.starts.clear();
        self.starts.resize(owners + 2, 0);
        let mut count = 0;
        for (owner, _) in items.clone() {
            self.starts[owner + 2] += 1;
            count += 1;
        }
        for owner in 2..owners + 2 {
            self.starts[owner] += self.starts[owner - 1];
        }
        self.items.clear();
        self.items.resize(count, T::default());
        for (owner, item) in items {
            let at = &mut self.starts[owner + 1];
            self.items[*at as usize] = item;
            *at += 1;
        }
    }

    pub fn of(&self, owner: usize) -> &[T] {
        &self.items[self.starts[owner] as usize..self.starts[owner + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_the_order_of_their_items() {
        let mut grouped = Grouped::default();
        grouped.fill(4, [(2, 7), (0, 1), (2, 3), (3, 9)].into_iter());
        assert_eq!(grouped.of(0), [1]);
        assert_eq!(grouped.of(1), [0; 0]);
        assert_eq!(grouped.of(2), [7, 3]);
        assert_eq!(grouped.of(3), [9]);
    }
}
