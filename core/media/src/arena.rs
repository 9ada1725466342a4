//! A store whose things are found by index: what the packet path uses instead of maps. Places of removed things are used
//! again, so a room that empties and fills does not grow.

use std::fmt;
use std::marker::PhantomData;

/// The place of a `T` in its [`Arena`]. Valid until that thing is removed; afterwards it may name a newer one.
pub(crate) struct Key<T> {
    place: usize,
    kind: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    fn new(place: usize) -> Self {
        Self { place, kind: PhantomData }
    }

    /// A key of no arena.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        Self::new(usize::MAX)
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Key<T> {}
impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}
impl<T> Eq for Key<T> {}
impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}
impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.place)
    }
}

/// Things by index.
pub(crate) struct Arena<T> {
    places: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    pub(crate) fn insert(&mut self, thing: T) -> Key<T> {
        match self.free.pop() {
            Some(place) => {
                self.places[place] = Some(thing);
                Key::new(place)
            }
            None => {
                self.places.push(Some(thing));
                Key::new(self.places.len() - 1)
            }
        }
    }

    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let thing = self.places.get_mut(key.place)?.take()?;
        self.free.push(key.place);
        if self.free.len() == self.places.len() {
            *self = Self::default();
        }
        Some(thing)
    }

    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        self.places.get(key.place)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.places.get_mut(key.place)?.as_mut()
    }

    /// All keys in use, in order of place. Removing or adding while going through them is allowed.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key<T>> + use<T> {
        let used: Vec<_> = (0..self.places.len()).filter(|&place| self.places[place].is_some()).map(Key::new).collect();
        used.into_iter()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        self.places.iter().enumerate().filter_map(|(place, thing)| Some((Key::new(place), thing.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_and_an_empty_arena_holds_nothing() {
        let mut arena = Arena::default();
        let first = arena.insert("a");
        let second = arena.insert("b");
        assert_eq!(arena.remove(first), Some("a"));
        assert_eq!(arena.get(first), None);
        assert_eq!(arena.insert("c"), first);
        assert_eq!(arena.get(second), Some(&"b"));
        arena.remove(first);
        arena.remove(second);
        assert_eq!(arena.places.capacity(), 0);
        assert_eq!(arena.remove(second), None);
    }
}
