//! Where the items of a batch's operands lie: broadcasting, and whether two operands share memory. Numbers in
//! and numbers out.

use arrayvec::ArrayVec;

/// The most dimensions that are handled here.
pub const MOST_DIMENSIONS: usize = 8;

/// The number of items in each dimension, the outermost first.
pub type Extents = ArrayVec<usize, MOST_DIMENSIONS>;

/// The distance in bytes between neighbours in each dimension.
pub type Strides = ArrayVec<isize, MOST_DIMENSIONS>;

/// Items in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The address of the first item, that with index zero in every dimension.
    pub start: usize,
    /// The size of an item in bytes.
    pub size: usize,
    pub extents: Extents,
    pub strides: Strides,
}

/// Returns the shape to which all of `shapes` stretch: dimensions are aligned at the last one, and an extent of
/// one stretches to any other. Returns `None` if two differ.
pub fn broadcast<'a>(shapes: impl Iterator<Item = &'a Extents>) -> Option<Extents> {
    let mut common = Extents::new();
    for shape in shapes {
        while common.len() < shape.len() {
            common.insert(0, 1);
        }
        for (own, other) in common.iter_mut().rev().zip(shape.iter().rev()) {
            match (*own, *other) {
                (own, other) if own == other => {}
                (1, other) => *own = other,
                (_, 1) => {}
                _ => return None,
            }
        }
    }
    Some(common)
}

/// Returns the number of items of a shape. `None` if it is beyond every memory.
#[must_use]
pub fn count(extents: &[usize]) -> Option<usize> {
    if extents.contains(&0) {
        return Some(0);
    }
    extents
        .iter()
        .try_fold(1, |product: usize, &extent| product.checked_mul(extent))
}

/// Joins neighbouring dimensions through which every operand steps as through one. `operands` has the strides of
/// each over the same `extents`.
pub fn join(extents: &mut Extents, operands: &mut [&mut Strides]) {
    for dimension in (0..extents.len()).rev() {
        let extent = extents[dimension];
        let is_one = extent == 1 && extents.len() > 1;
        let goes_on = dimension + 1 < extents.len() && {
            let inner = extents[dimension + 1].cast_signed();
            operands
                .iter()
                .all(|strides| strides[dimension] == strides[dimension + 1] * inner)
        };
        if is_one {
            extents.remove(dimension);
        } else if goes_on {
            extents[dimension + 1] *= extent;
            extents.remove(dimension);
        }
        if is_one || goes_on {
            for strides in &mut *operands {
                strides.remove(dimension);
            }
        }
    }
}

impl Region {
    /// Returns the strides by which the items stretch over `shape`, to which they can be broadcast: zero where
    /// the same item serves for all.
    #[must_use]
    pub fn stretched(&self, shape: &Extents) -> Strides {
        let missing = shape.len() - self.extents.len();
        let own = self.extents.iter().zip(&self.strides);
        let own = own.map(|(&extent, &stride)| if extent == 1 { 0 } else { stride });
        std::iter::repeat_n(0, missing).chain(own).collect()
    }

    /// Returns whether there is no item.
    fn is_empty(&self) -> bool {
        self.extents.contains(&0) || self.size == 0
    }

    /// Returns the steps to neighbours, with the extents, of the dimensions in which there are any.
    fn steps(&self) -> impl Iterator<Item = (isize, usize)> {
        let all = self
            .strides
            .iter()
            .copied()
            .zip(self.extents.iter().copied());
        all.filter(|(_, extent)| *extent > 1)
    }

    /// Returns the addresses of the first byte and of that behind the last one.
    fn range(&self) -> (isize, isize) {
        let start = self.start.cast_signed();
        let reach = |sign: isize| -> isize {
            let steps = self.steps().filter(|(stride, _)| stride.signum() == sign);
            steps
                .map(|(stride, extent)| stride * (extent.cast_signed() - 1))
                .sum()
        };
        (
            start + reach(-1),
            start + reach(1) + self.size.cast_signed(),
        )
    }

    /// Returns whether the items may share memory with those of another region. They are apart if one ends
    /// before the other begins, or if each lies in the gaps that the other's steps leave.
    #[must_use]
    pub fn may_share(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return false;
        }
        let ((start, end), (other_start, other_end)) = (self.range(), other.range());
        if end <= other_start || other_end <= start {
            return false;
        }
        let steps = self.steps().chain(other.steps());
        let step = steps.fold(0, |step, (stride, _)| gcd(step, stride.unsigned_abs()));
        let Some(distance) = (other.start.cast_signed() - self.start.cast_signed())
            .checked_rem_euclid(step.cast_signed())
        else {
            return true;
        };
        let distance = distance.cast_unsigned();
        distance < self.size || distance + other.size > step
    }

    /// Returns whether every item over `shape` lies where that of another region does.
    #[must_use]
    pub fn is_at_the_places_of(&self, other: &Self, shape: &Extents) -> bool {
        let steps = |region: &Self| {
            let strides = region.stretched(shape);
            let steps = strides.into_iter().zip(shape.iter().copied());
            steps
                .filter(|(_, extent)| *extent > 1)
                .collect::<ArrayVec<_, MOST_DIMENSIONS>>()
        };
        self.start == other.start && self.size == other.size && steps(self) == steps(other)
    }

    /// Returns whether two of the items may share memory.
    #[must_use]
    pub fn may_share_with_itself(&self) -> bool {
        if self.is_empty() {
            return false;
        }
        let steps = self
            .steps()
            .map(|(stride, extent)| (stride.unsigned_abs(), extent));
        let mut steps: ArrayVec<_, MOST_DIMENSIONS> = steps.collect();
        steps.sort_unstable();
        let mut reach = self.size;
        steps.into_iter().any(|(stride, extent)| {
            let shares = stride < reach;
            reach += stride * (extent - 1);
            shares
        })
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(start: usize, size: usize, dimensions: &[(usize, isize)]) -> Region {
        let (extents, strides) = dimensions.iter().copied().unzip::<_, _, Vec<_>, Vec<_>>();
        Region {
            start,
            size,
            extents: extents.into_iter().collect(),
            strides: strides.into_iter().collect(),
        }
    }

    fn shape(extents: &[usize]) -> Extents {
        extents.iter().copied().collect()
    }

    fn steps(strides: &[isize]) -> Strides {
        strides.iter().copied().collect()
    }

    /// Returns the addresses of all bytes, item by item.
    fn bytes(region: &Region) -> Vec<Vec<usize>> {
        let mut starts = vec![region.start.cast_signed()];
        for (&extent, &stride) in region.extents.iter().zip(&region.strides) {
            let step = |start: &isize| {
                let start = *start;
                (0..extent.cast_signed()).map(move |index| start + index * stride)
            };
            starts = starts.iter().flat_map(step).collect();
        }
        let item = |start: isize| {
            (0..region.size)
                .map(|byte| start.cast_unsigned() + byte)
                .collect()
        };
        starts.into_iter().map(item).collect()
    }

    #[test]
    fn shapes_stretch_from_the_last_dimension() {
        let all = [shape(&[4, 1]), shape(&[3]), shape(&[])];
        assert_eq!(broadcast(all.iter()), Some(shape(&[4, 3])));
        assert_eq!(
            broadcast([shape(&[1]), shape(&[0])].iter()),
            Some(shape(&[0]))
        );
        assert_eq!(broadcast([shape(&[2]), shape(&[0])].iter()), None);
        assert_eq!(broadcast([shape(&[2, 3]), shape(&[2])].iter()), None);
        assert_eq!(count(&[usize::MAX, 2]), None);
        assert_eq!(count(&[usize::MAX, 2, 0]), Some(0));
        let stretched = region(0, 8, &[(1, 8), (3, 8)]).stretched(&shape(&[5, 4, 3]));
        assert_eq!(stretched[..], [0, 0, 8]);
    }

    #[test]
    fn dimensions_are_joined_where_all_step_alike() {
        let mut extents = shape(&[2, 1, 3, 4]);
        let mut dense = steps(&[96, 7, 32, 8]);
        let mut constant = steps(&[0, 0, 0, 0]);
        join(&mut extents, &mut [&mut dense, &mut constant]);
        assert_eq!(
            (&extents[..], &dense[..], &constant[..]),
            (&[24][..], &[8][..], &[0][..])
        );
        let mut extents = shape(&[2, 3, 4]);
        let mut dense = steps(&[96, 32, 8]);
        let mut row = steps(&[0, 32, 8]);
        join(&mut extents, &mut [&mut dense, &mut row]);
        assert_eq!(
            (&extents[..], &dense[..], &row[..]),
            (&[2, 12][..], &[96, 8][..], &[0, 8][..])
        );
        let mut one = shape(&[1, 1]);
        join(&mut one, &mut [&mut steps(&[8, 8])]);
        assert_eq!(one[..], [1]);
    }

    #[test]
    fn regions_that_are_said_to_be_apart_are() {
        let strides = [-12, -8, -3, 0, 1, 2, 4, 8, 12];
        let mut regions = Vec::new();
        // Miri takes a hundred times as long.
        let starts = if cfg!(miri) { 100..102 } else { 100..112 };
        for start in starts {
            for size in [1, 4] {
                regions.push(region(start, size, &[]));
                for stride in strides {
                    regions.push(region(start, size, &[(3, stride)]));
                    regions.push(region(start, size, &[(2, 24), (3, stride)]));
                }
            }
        }
        let all: Vec<_> = regions.iter().map(bytes).collect();
        let mut apart = 0;
        for (one, own) in regions.iter().zip(&all) {
            let flat: Vec<_> = own.iter().flatten().collect();
            let distinct: std::collections::HashSet<_> = flat.iter().collect();
            assert!(
                one.may_share_with_itself() || distinct.len() == flat.len(),
                "{one:?}"
            );
            for (other, others) in regions.iter().zip(&all) {
                if !one.may_share(other) {
                    apart += 1;
                    assert!(
                        others
                            .iter()
                            .flatten()
                            .all(|byte| !distinct.contains(&byte)),
                        "{one:?} {other:?}"
                    );
                }
            }
        }
        assert!(apart > 100);
    }

    #[test]
    fn interleaved_regions_are_apart() {
        let real = region(64, 8, &[(10, 16)]);
        let imaginary = region(72, 8, &[(10, 16)]);
        assert!(!real.may_share(&imaginary) && !imaginary.may_share(&real));
        assert!(real.may_share(&region(64 + 9 * 16, 8, &[(10, -16)])));
        assert!(!real.is_at_the_places_of(&region(64 + 9 * 16, 8, &[(10, -16)]), &shape(&[10])));
        assert!(real.is_at_the_places_of(&real.clone(), &shape(&[10])));
        assert!(!region(64, 8, &[(1, 8)]).is_at_the_places_of(&real, &shape(&[10])));
        assert!(!region(64, 8, &[(0, 8)]).may_share(&real));
    }
}
