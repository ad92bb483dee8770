//! The sweep upwards: from series of the inputs to those of the results.
//!
//! A walk down from the results finds what depends on the inputs. Ids are the order of
//! computation, so the nodes found, sorted by id, are met after their inputs. Nothing recurses, and
//! a series is dropped after its last use.

use std::collections::HashSet;

use dezero_array::{Array, DType};

use super::algebra::{Algebra, Extent, Numbers, Term, Variables};
use super::compose::{composed, nested_elementwise};
use super::jet::{Jet, Lead, fit};
use super::program::{Function, Program};
use super::recurrence::{Series, run};
use super::{custom, hash};
use crate::anomaly;
use crate::elementwise::{Binary, Unary};
use crate::error::Result;
use crate::mode::{self, Recording};
use crate::node::{Inputs, NodeRef};
use crate::op::Op;
use crate::order::{Limited, Mark, Place};
use crate::variable::{Repr, Variable};

/// The part of a recorded graph that lies between some inputs and some results, ready to be swept
/// upwards with any series.
pub(crate) struct Pushforward {
    /// In ascending order of ids.
    visits: Vec<Visit>,
    /// The positions of the inputs and of the results among the visits; none if a result does not
    /// depend on an input, or an input is not met.
    sources: Vec<Option<usize>>,
    results: Vec<Option<usize>>,
    /// The pass that the derivatives belong to.
    pass: u16,
}

struct Visit {
    node: NodeRef,
    inputs: Vec<Variable>,
    /// For each input, the visit that computes it, if it varies.
    from: Vec<Option<usize>>,
    /// How many visits and results read the series.
    users: usize,
}

/// The series of an input: its value and what follows.
pub(crate) type Seed = Series<Term>;

/// What a node's series is: one, or for a call of a user's function with several results, one each.
enum Found<V> {
    One(Series<V>),
    Several(Vec<Series<V>>),
}

impl Pushforward {
    /// Finds what lies between.
    pub(crate) fn new(ys: &[&Variable], xs: &[&Variable]) -> Self {
        let sources: Vec<Option<NodeRef>> = xs.iter().map(|x| node_of(x)).collect();
        let results: Vec<Option<NodeRef>> = ys.iter().map(|y| node_of(y)).collect();
        let pass = results
            .iter()
            .flatten()
            .map(|node| node.depth)
            .max()
            .unwrap_or(0)
            .saturating_add(1);
        let visits = between(&results, &sources);
        let position = |node: &Option<NodeRef>| {
            let id = node.as_ref()?.id;
            visits.binary_search_by_key(&id, |visit| visit.node.id).ok()
        };
        let sources: Vec<Option<usize>> = sources.iter().map(position).collect();
        let results: Vec<Option<usize>> = results.iter().map(position).collect();
        let mut found = Self {
            visits,
            sources,
            results,
            pass,
        };
        found.connect();
        found
    }

    /// Finds for each visit which others it reads.
    fn connect(&mut self) {
        let mut depends = vec![false; self.visits.len()];
        for &at in self.sources.iter().flatten() {
            depends[at] = true;
        }
        for at in 0..self.visits.len() {
            if depends[at] {
                continue; // an input: what it was computed from does not matter
            }
            let from: Vec<Option<usize>> = self.visits[at]
                .inputs
                .iter()
                .map(|x| {
                    let id = x.link_node()?.id;
                    let from = self.visits[..at].binary_search_by_key(&id, |visit| visit.node.id);
                    from.ok().filter(|&from| depends[from])
                })
                .collect();
            depends[at] = from.iter().any(Option::is_some);
            for &from in from.iter().flatten() {
                self.visits[from].users += 1;
            }
            self.visits[at].from = from;
        }
        for result in &mut self.results {
            *result = result.filter(|&at| depends[at]);
            if let Some(at) = *result {
                self.visits[at].users += 1;
            }
        }
    }

    /// Whether a result depends on an input.
    pub(crate) fn leads_somewhere(&self) -> bool {
        self.results.iter().any(Option::is_some)
    }

    /// Something that can be differentiated by and is not behind the inputs, if there is such: a leaf
    /// that somebody holds, or a result from outside.
    pub(crate) fn foreign(&self) -> Option<&NodeRef> {
        let known = |node: &NodeRef| {
            let found = self
                .visits
                .binary_search_by_key(&node.id, |visit| visit.node.id);
            found.is_ok()
        };
        let outside = |node: &NodeRef| match node.op {
            Op::Constant => false,
            Op::Leaf => node.leaf().is_some(),
            _ => true,
        };
        self.visits.iter().enumerate().find_map(|(at, visit)| {
            if self.sources.contains(&Some(at)) {
                None
            } else if visit.inputs.is_empty() {
                Some(&visit.node).filter(|node| outside(node))
            } else {
                let nodes = visit.inputs.iter().filter_map(Variable::link_node);
                nodes.into_iter().find(|node| !known(node) && outside(node))
            }
        })
    }

    /// The tangents of the results for those of the inputs; `None` where a result does not depend on
    /// an input.
    pub(crate) fn first(&self, tangents: &[Variable]) -> Result<Vec<Option<Variable>>> {
        self.tangents(tangents, None)
    }

    /// The tangents of the results in several directions: both have a leading axis for them.
    pub(crate) fn tangents(
        &self,
        tangents: &[Variable],
        directions: Option<usize>,
    ) -> Result<Vec<Option<Variable>>> {
        let seeds = tangents
            .iter()
            .map(|t| vec![None, Some(t.to_link().into())])
            .collect();
        let extent = Extent {
            directions,
            ..Extent::along(1)
        };
        let found = self.run(seeds, extent)?;
        found
            .into_iter()
            .map(|mut series| series.get_mut(1).and_then(Option::take))
            .map(|t| t.map(|t| t.variable()).transpose())
            .collect()
    }

    /// The series of each result, without the value; all zero where a result does not depend on an
    /// input. `seeds` has the coefficients of each input from the first; what stands in the place of
    /// the value is not read.
    pub(crate) fn run(&self, seeds: Vec<Seed>, extent: Extent) -> Result<Vec<Series<Term>>> {
        let recording = if mode::is_recording() {
            Recording::Rules
        } else {
            Recording::Values
        };
        let _restore = mode::enter(recording, self.pass);
        anomaly::forget();
        let mut found = self.seeded(seeds);
        let mut left: Vec<usize> = self.visits.iter().map(|visit| visit.users).collect();
        for (at, visit) in self.visits.iter().enumerate() {
            if visit.users == 0 || found[at].is_some() || visit.from.iter().all(Option::is_none) {
                continue;
            }
            let line = visit.node.line;
            mode::blame(Some(line));
            mode::worked(visit.node.value.size() * (extent.order + 1))?;
            let series = self
                .allow(at, extent.order)
                .and_then(|more| visit.series(&found, extent, more))
                .map_err(|error| error.at(line))?;
            if mode::is_detecting() {
                anomaly::taken(visit.node.op.label(), None, false)?;
            }
            found[at] = Some(series);
            for &from in visit.from.iter().flatten() {
                left[from] -= 1;
                if left[from] == 0 {
                    found[from] = None;
                }
            }
        }
        let results = self.results.iter().map(|result| match result {
            Some(at) => match &found[*at] {
                Some(Found::One(series)) => series.clone(),
                _ => Vec::new(),
            },
            None => Vec::new(),
        });
        Ok(results.collect())
    }

    /// Whether the functions with a `max_order` allow for a series of `order` at a visit; gives how
    /// many orders a derivative that comes out there gets higher by it.
    fn allow(&self, at: usize, order: usize) -> Result<usize> {
        let node = &self.visits[at].node;
        let Op::Custom(call) = &node.op else {
            return Ok(0);
        };
        let Some(Mark {
            of,
            place: Place::Exit(below),
        }) = call.mark()
        else {
            let limited = match call.mark() {
                None => Limited::of(call.function().as_ref(), node.id, &self.visits[at].inputs),
                Some(_) => None,
            };
            limited.map_or(Ok(()), |limited| limited.allow(order))?;
            return Ok(0);
        };
        if self.visits[at].from.iter().skip(1).any(Option::is_some) {
            return of.allow(below + order).map(|()| order);
        }
        // A derivative of this function comes out here: further ones only if the point varies.
        let mut pending: Vec<usize> = self.visits[at].from.iter().flatten().copied().collect();
        let mut seen: HashSet<usize> = HashSet::new();
        while let Some(at) = pending.pop() {
            if !seen.insert(at) {
                continue;
            }
            let visit = &self.visits[at];
            if let Op::Custom(call) = &visit.node.op
                && let Some(mark) = call.mark()
                && mark.of.call == of.call
            {
                match mark.place {
                    Place::Input(_) | Place::Result(_) => {
                        return of.allow(below + order).map(|()| order);
                    }
                    Place::Linear => continue,
                    Place::Exit(_) => {}
                }
            }
            pending.extend(visit.from.iter().flatten());
        }
        Ok(0)
    }

    fn seeded<V: Clone>(&self, seeds: Vec<Series<V>>) -> Vec<Option<Found<V>>> {
        let mut found: Vec<Option<Found<V>>> = Vec::new();
        found.resize_with(self.visits.len(), || None);
        for (at, seed) in self.sources.iter().zip(seeds) {
            if let Some(at) = at {
                found[*at] = Some(Found::One(seed));
            }
        }
        found
    }

    /// The same on bare numbers, where every node is an elementwise function of 0-d f64s; `None` if
    /// some is not.
    pub(crate) fn numbers(
        &self,
        seeds: Vec<Series<f64>>,
        order: usize,
    ) -> Result<Option<Vec<Series<f64>>>> {
        if mode::is_detecting() {
            return Ok(None); // bare numbers are not looked at
        }
        let extent = Extent::along(order);
        let mut found = self.seeded(seeds);
        for (at, visit) in self.visits.iter().enumerate() {
            if visit.users == 0 || found[at].is_some() || visit.from.iter().all(Option::is_none) {
                continue;
            }
            mode::worked(order * order)?;
            let Some(series) = visit.numbers(&found, extent)? else {
                return Ok(None);
            };
            found[at] = Some(Found::One(series));
        }
        Ok(self
            .results
            .iter()
            .map(|result| match result {
                Some(at) => match &found[*at] {
                    Some(Found::One(series)) => Some(series.clone()),
                    _ => None,
                },
                None => Some(Vec::new()),
            })
            .collect())
    }
}

/// The node of a variable as it is recorded now.
fn node_of(x: &Variable) -> Option<NodeRef> {
    match x.to_link().0 {
        Repr::Link(node) => Some(node),
        _ => None,
    }
}

/// The nodes below `results` that may depend on `sources`, the sources themselves included, in
/// ascending order of ids.
fn between(results: &[Option<NodeRef>], sources: &[Option<NodeRef>]) -> Vec<Visit> {
    // What is older than every source depends on none.
    let Some(oldest) = sources.iter().flatten().map(|node| node.id).min() else {
        return Vec::new();
    };
    let mut pending: Vec<NodeRef> = results.iter().flatten().cloned().collect();
    let mut seen: HashSet<u64, hash::Build> = HashSet::default();
    let mut visits = Vec::new();
    while let Some(node) = pending.pop() {
        if node.id < oldest || !seen.insert(node.id) {
            continue;
        }
        let inputs: Vec<Variable> = match &node.links().inputs {
            Inputs::Leaf(_) => Vec::new(),
            inputs => inputs.copied(),
        };
        if !sources.iter().flatten().any(|source| source.id == node.id) {
            pending.extend(inputs.iter().filter_map(|x| x.link_node().cloned()));
        }
        visits.push(Visit {
            node,
            inputs,
            from: Vec::new(),
            users: 0,
        });
    }
    visits.sort_unstable_by_key(|visit| visit.node.id);
    visits
}

impl Visit {
    /// The series of this node from those found before.
    fn series(
        &self,
        found: &[Option<Found<Term>>],
        extent: Extent,
        more: usize,
    ) -> Result<Found<Term>> {
        let node = &self.node;
        if let Op::Output(i) = node.op {
            let call = self.from[0].and_then(|from| found[from].as_ref());
            return Ok(Found::One(match call {
                Some(Found::Several(all)) => all[i as usize].clone(),
                _ => Vec::new(),
            }));
        }
        let series: Vec<Option<Series<Term>>> = self
            .from
            .iter()
            .zip(&self.inputs)
            .map(|(from, x)| match found[(*from)?].as_ref()? {
                Found::One(series) if x.linked_value().dtype().is_float() => {
                    let mut series = series.clone();
                    series.resize(extent.order + 1, None);
                    series[0] = Some(x.to_link().into());
                    Some(series)
                }
                _ => None,
            })
            .collect();
        if series.iter().all(Option::is_none) {
            return Ok(Found::One(Vec::new()));
        }
        let y = Variable(Repr::Link(node.clone()));
        let algebra = Variables { line: node.line };
        let jet = Jet {
            xs: &self.inputs,
            y: &y,
            series: &series,
            algebra: &algebra,
            extent,
        };
        match &node.op {
            Op::Custom(call) => {
                if let Some(mark) = call.mark() {
                    return marked(&mark.upwards(more), &jet).map(Found::One);
                }
                let mut all = custom::series(call, node, &self.inputs, &series, extent)?;
                if crate::function::output_count(&node.op).is_some() {
                    return Ok(Found::Several(all));
                }
                Ok(Found::One(all.remove(0)))
            }
            op => match (
                primitive(op, &self.inputs, |i| series[i].is_some()),
                op.structural(),
            ) {
                (Some(function), _) => elementwise(function, &jet).map(Found::One),
                (_, Some(structural)) => structural.series(&jet).map(Found::One),
                // Comparisons, and leaves that no input is behind.
                _ => Ok(Found::One(Vec::new())),
            },
        }
    }

    fn numbers(&self, found: &[Option<Found<f64>>], extent: Extent) -> Result<Option<Series<f64>>> {
        let varies = |i: usize| self.from[i].is_some_and(|from| found[from].is_some());
        let Some(function) = primitive(&self.node.op, &self.inputs, varies) else {
            return Ok(None);
        };
        let Some(y) = self.node.value.as_f64() else {
            return Ok(None);
        };
        let mut series: [Series<f64>; 2] = [Vec::new(), Vec::new()];
        let mut wanted = [false; 2];
        for (i, x) in self.inputs.iter().enumerate() {
            let Some(value) = x.linked_value().as_f64() else {
                return Ok(None);
            };
            let from = self.from[i].and_then(|from| found[from].as_ref());
            series[i] = match from {
                Some(Found::One(series)) => {
                    wanted[i] = true;
                    let mut series = series.clone();
                    series.resize(extent.order + 1, None);
                    series
                }
                _ => vec![None],
            };
            series[i][0] = Some(value);
        }
        let Some(program) = Program::of(function, wanted) else {
            return Ok(None);
        };
        let [x0, x1] = &series;
        let result = run(&program, &Numbers, extent, [x0, x1], y)?;
        let lost = function.has_own_recurrence()
            && (!y.is_normal() || result.iter().flatten().any(|c| !Numbers.is_finite(c)));
        Ok((!lost).then_some(result))
    }
}

/// The series through an identity that marks something: the same, marked in turn.
fn marked(mark: &Mark, jet: &Jet<'_>) -> Result<Series<Term>> {
    let Some(mut series) = jet.series[0].clone() else {
        return Ok(Vec::new());
    };
    series[0] = None;
    for term in series.iter_mut().flatten() {
        *term = term.map(|t| Ok(mark.put_on(t.to_link(), jet.algebra.line)))?;
    }
    Ok(series)
}

/// The series of an elementwise primitive.
fn elementwise(function: Function, jet: &Jet<'_>) -> Result<Series<Term>> {
    let varies = |i: usize| jet.series.get(i).is_some_and(Option::is_some);
    let wanted = [varies(0), varies(1)];
    let ndim = jet.ndim();
    // What is recorded has to hold at other values too, so it is not chosen by these.
    let chosen_by_value = function.has_own_recurrence() && mode::is_recording();
    if let Some(program) = Program::of(function, wanted).filter(|_| !chosen_by_value) {
        let series: Vec<Series<Term>> = (0..jet.xs.len())
            .map(|i| jet.aligned(i, ndim))
            .collect::<Result<_>>()?;
        let x1 = series.get(1).map_or(&[][..], Vec::as_slice);
        let y = Term::from(jet.y.to_link());
        let mut result = run(&program, jet.algebra, jet.extent, [&series[0], x1], y)?;
        result[0] = None;
        // Such a recurrence divides by the base, and multiplies by the value, which may have lost its
        // digits at either end of the range where the derivatives have not.
        let own = function.has_own_recurrence();
        let mut lost = own && !is_normal(jet.y.linked_value());
        for (k, term) in result.iter_mut().enumerate().skip(1) {
            if let Some(t) = term {
                *t = fit(t, jet.y.linked_value(), Lead::of(jet.extent, k))?;
                lost |= own && !jet.algebra.is_finite(t);
            }
        }
        if !lost {
            return Ok(result);
        }
    }
    match (wanted, function) {
        ([true, true], Function::Binary(op)) => nested_elementwise(jet, op),
        ([false, true], _) => composed(jet, function, 1),
        _ => composed(jet, function, 0),
    }
}

/// Whether all elements are finite and have all digits of their dtype.
fn is_normal(y: &Array) -> bool {
    let least = match y.dtype() {
        DType::F32 => f64::from(f32::MIN_POSITIVE),
        _ => f64::MIN_POSITIVE,
    };
    let values = y.to_vec::<f64>();
    values.iter().all(|y| y.is_finite() && y.abs() >= least)
}

/// The primitive of a call: a power whose exponent is one number that does not vary, nor will where the
/// sweep is recorded, is one of a single variable.
fn primitive(op: &Op, inputs: &[Variable], varies: impl Fn(usize) -> bool) -> Option<Function> {
    match (Function::of(op)?, inputs) {
        (Function::Binary(Binary::Pow), [_, exponent])
            if !(varies(1) || mode::is_recording() && exponent.is_tracked()) =>
        {
            let exponent = exponent.linked_value().as_f64();
            Some(exponent.map_or(Function::Binary(Binary::Pow), |exponent| {
                Function::Unary(Unary::Pow(exponent.into()))
            }))
        }
        (function, _) => Some(function),
    }
}
