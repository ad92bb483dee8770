//! Contours as they are drawn: those that would run into each other end before, as on maps, and some
//! have their value written on them.

use std::collections::{HashMap, HashSet};

use super::line::Point;
use super::panel::SIZE;

/// A contour on the way into the picture, in pixels.
#[derive(Clone)]
pub(super) struct Contour {
    /// The number of its level.
    pub(super) level: usize,
    pub(super) line: Vec<Point>,
}

/// A value on a contour.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) level: usize,
    pub(super) place: Point,
}

/// Pixels from one contour to the next below which they are one to the eye, about.
const APART: f64 = 1.0;

/// What is left of a contour is drawn if it is as long as this, in pixels.
const SHORTEST: f64 = 28.0;

/// Pixels between points of a line while it is worked on.
const STEP: f64 = 1.2;

/// Labels in a picture at most, and pixels between them at least.
const MOST_LABELS: usize = 6;
const LABELS_APART: f64 = 80.0;

/// Half the height of a label in pixels, and its width for each character.
const HALF_HEIGHT: f64 = 6.5;
const CHARACTER: f64 = 6.4;

/// The contours without what would merge with one of a level that is more important: those whose
/// number comes first in `order`.
pub(super) fn apart(contours: Vec<Contour>, order: &[usize]) -> Vec<Contour> {
    let mut rank = vec![usize::MAX; order.len()];
    for (place, &level) in order.iter().enumerate() {
        rank[level] = place;
    }
    let mut contours = contours;
    contours.sort_by_key(|contour| rank[contour.level]);
    let mut taken = Cells::default();
    let mut kept = Vec::new();
    for contour in contours {
        let level = contour.level;
        let dense = dense(&contour.line);
        let free: Vec<bool> = dense.iter().map(|&p| taken.is_free(p, level)).collect();
        // One line where all is free, so that what is closed stays closed.
        let mut pieces: Vec<Vec<Point>> = Vec::new();
        if free.iter().all(|&free| free) {
            pieces.push(dense);
        } else {
            for run in runs(&dense, &free) {
                if length(&run) >= SHORTEST {
                    pieces.push(run);
                }
            }
        }
        for line in pieces {
            for &point in &line {
                taken.take(point, level);
            }
            kept.push(Contour { level, line });
        }
    }
    kept
}

/// Places for the values of some levels, away from each other, from the frame, from other contours and
/// from what is drawn later (`over`); the contours are opened there. `texts` are the values.
pub(super) fn label(
    contours: &mut Vec<Contour>,
    levels: &[usize],
    texts: &[String],
    over: &[Point],
) -> Vec<Label> {
    let mut taken = Cells::default();
    for contour in contours.iter() {
        for &point in &contour.line {
            taken.take(point, contour.level);
        }
    }
    // What is drawn over the contours is of no level.
    let over: Vec<Point> = over
        .windows(2)
        .flat_map(dense)
        .chain(over.iter().copied())
        .filter(|p| p.0.is_finite() && p.1.is_finite())
        .collect();
    for &point in &over {
        taken.take(point, usize::MAX);
    }
    let mut labels: Vec<Label> = Vec::new();
    for &level in levels {
        if labels.len() == MOST_LABELS {
            break;
        }
        let half = (
            texts[level].chars().count() as f64 * CHARACTER / 2.0 + 3.0,
            HALF_HEIGHT,
        );
        let mut best: Option<(f64, Point)> = None;
        for contour in contours.iter().filter(|contour| contour.level == level) {
            let line = &contour.line;
            if length(line) < 8.0 * half.0 {
                continue;
            }
            for i in (4..line.len().saturating_sub(4)).step_by(4) {
                let at = line[i];
                let near = labels
                    .iter()
                    .any(|label| distance(label.place, at) < LABELS_APART);
                if near || !taken.has_room(at, half, level) {
                    continue;
                }
                // Level ground is easiest to read; next to the middle of the line if it is alike.
                let (a, b) = (line[i - 4], line[i + 4]);
                let slope = (b.1 - a.1).abs() / (b.0 - a.0).abs().max(1e-9);
                let aside = (i as f64 / line.len() as f64 - 0.5).abs();
                let cost = slope.min(4.0) + aside;
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, at));
                }
            }
        }
        if let Some((_, place)) = best {
            labels.push(Label { level, place });
            open(contours, level, place, half);
        }
    }
    labels
}

/// Takes the part of the contours of a level out that is under a label.
fn open(contours: &mut Vec<Contour>, level: usize, place: Point, half: Point) {
    let is_outside = |p: &Point| (p.0 - place.0).abs() > half.0 || (p.1 - place.1).abs() > half.1;
    let mut opened = Vec::with_capacity(contours.len());
    for contour in contours.drain(..) {
        let outside: Vec<bool> = contour.line.iter().map(is_outside).collect();
        if contour.level != level || outside.iter().all(|&outside| outside) {
            opened.push(contour);
            continue;
        }
        for line in runs(&contour.line, &outside) {
            opened.push(Contour { level, line });
        }
    }
    *contours = opened;
}

/// The pieces of a line whose points are all to be kept. The ends of a closed line are joined.
fn runs(line: &[Point], keep: &[bool]) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for (&point, &keep) in line.iter().zip(keep) {
        match runs.last_mut() {
            Some(run) if open && keep => run.push(point),
            _ if keep => runs.push(vec![point]),
            _ => {}
        }
        open = keep;
    }
    let is_closed = line.len() > 2 && line.first() == line.last();
    if is_closed && runs.len() > 1 && keep.first() == Some(&true) && open {
        let first = runs.remove(0);
        if let Some(last) = runs.last_mut() {
            last.extend(first.into_iter().skip(1));
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

/// The same line with points close to each other.
fn dense(line: &[Point]) -> Vec<Point> {
    let mut points = Vec::new();
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        // A step far out of the frame has no contours to cross.
        let steps = (distance(a, b) / STEP).ceil().clamp(1.0, 2000.0) as usize;
        for i in 0..steps {
            let t = i as f64 / steps as f64;
            points.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
        }
    }
    points.extend(line.last());
    points
}

fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

fn distance(a: Point, b: Point) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

/// The levels that run through each small square of the picture.
#[derive(Default)]
struct Cells {
    levels: HashMap<(i32, i32), HashSet<usize>>,
}

impl Cells {
    fn cell(at: f64) -> i32 {
        (at / APART).floor() as i32
    }

    fn take(&mut self, (x, y): Point, level: usize) {
        let cell = (Self::cell(x), Self::cell(y));
        self.levels.entry(cell).or_default().insert(level);
    }

    /// Whether no other level is next to a point.
    fn is_free(&self, point: Point, level: usize) -> bool {
        self.is_free_around(point, (APART, APART), level)
    }

    fn is_free_around(&self, (x, y): Point, half: Point, level: usize) -> bool {
        (Self::cell(x - half.0)..=Self::cell(x + half.0)).all(|column| {
            (Self::cell(y - half.1)..=Self::cell(y + half.1)).all(|row| {
                let levels = self.levels.get(&(column, row));
                levels.is_none_or(|levels| levels.iter().all(|&other| other == level))
            })
        })
    }

    /// Whether a label fits around a point.
    fn has_room(&self, (x, y): Point, half: Point, level: usize) -> bool {
        let in_frame = x > half.0 + 6.0
            && x < SIZE.0 - half.0 - 6.0
            && y > half.1 + 6.0
            && y < SIZE.1 - half.1 - 6.0;
        in_frame && self.is_free_around((x, y), (half.0 + 2.0, half.1 + 1.0), level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn straight(level: usize, from: Point, to: Point) -> Contour {
        let line = vec![from, to];
        Contour { level, line }
    }

    #[test]
    fn a_contour_ends_where_it_would_run_into_another() {
        // Two lines that meet: the second in order ends before.
        let lines = vec![
            straight(0, (0.0, 100.0), (400.0, 100.0)),
            straight(1, (0.0, 140.0), (400.0, 100.0)),
        ];
        let kept = apart(lines, &[0, 1]);
        let end = |level: usize| {
            let line = kept.iter().filter(|contour| contour.level == level);
            line.flat_map(|contour| &contour.line)
                .fold(0.0, |end, p| f64::max(end, p.0))
        };
        assert_eq!(end(0), 400.0);
        assert!((320.0..380.0).contains(&end(1)), "{}", end(1));
    }

    #[test]
    fn what_is_far_from_others_stays_as_it_is() {
        let circle: Vec<Point> = (0..=90)
            .map(|i| f64::from(4 * (i % 90)).to_radians())
            .map(|t| (300.0 + 100.0 * t.cos(), 200.0 + 100.0 * t.sin()))
            .collect();
        let lines = vec![Contour {
            level: 0,
            line: circle,
        }];
        let mut kept = apart(lines, &[0]);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].line.first(), kept[0].line.last());

        // The label stands where the circle is level, in the gap of it.
        let labels = label(&mut kept, &[0], &["2.5".to_owned()], &[]);
        let place = labels[0].place;
        assert!((place.1 - 200.0).abs() > 95.0, "{place:?}");
        assert_eq!(kept.len(), 1);
        let gap = kept[0].line.iter().map(|&p| distance(p, place));
        assert!(gap.fold(f64::INFINITY, f64::min) > HALF_HEIGHT);
    }

    #[test]
    fn labels_keep_off_what_is_drawn_over_contours() {
        let lines = || apart(vec![straight(0, (0.0, 100.0), (400.0, 100.0))], &[0]);
        let texts = ["1".to_owned()];
        let path: Vec<Point> = (0..=40)
            .map(|i| (150.0 + f64::from(i) * 2.5, 103.0))
            .collect();
        let place = label(&mut lines(), &[0], &texts, &path)[0].place;
        assert!(!(145.0..255.0).contains(&place.0), "{place:?}");
        let all = [(0.0, 102.0), (400.0, 102.0)];
        assert!(label(&mut lines(), &[0], &texts, &all).is_empty());
    }
}
