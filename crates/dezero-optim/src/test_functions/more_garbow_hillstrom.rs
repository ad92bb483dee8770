//! The problems of Moré, Garbow and Hillstrom as a list, and what their minima are cited from.

use super::{
    TestFunction, any_dimension as any, beale, data_fits as fits, extended_rosenbrock,
    few_variables as few, helical_valley, powell_singular, rosenbrock, wood,
};

pub(super) const MGH: &str = "J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained \
     optimization software, ACM Trans. Math. Softw. 7 (1981) 17-41";

pub(super) const KK: &str = "A. Kuntsevich, F. Kappel, SolvOpt: the solver for local nonlinear \
     optimization problems, University of Graz (1997), Moré's set of test functions";

/// The 35 unconstrained problems of Moré, Garbow and Hillstrom, "Testing unconstrained optimization
/// software", ACM Trans. Math. Softw. 7 (1981) 17-41, in the order of the paper, with its standard
/// starts and its minima.
///
/// All are sums of squares. Minima that the paper gives with six digits are refined; local ones that
/// it does not list are from Kuntsevich and Kappel, where minimisers land that others have tried. In
/// `n` variables, with `m` residuals:
///
/// | | problem | n | m | | problem | n | m |
/// | --: | --- | --: | --: | --: | --- | --: | --: |
/// | 1 | Rosenbrock | 2 | 2 | 19 | Osborne 2 | 11 | 65 |
/// | 2 | Freudenstein and Roth | 2 | 2 | 20 | Watson | 6 | 31 |
/// | 3 | Powell badly scaled | 2 | 2 | 21 | extended Rosenbrock | 10 | 10 |
/// | 4 | Brown badly scaled | 2 | 3 | 22 | extended Powell singular | 12 | 12 |
/// | 5 | Beale | 2 | 3 | 23 | penalty I | 10 | 11 |
/// | 6 | Jennrich and Sampson | 2 | 10 | 24 | penalty II | 10 | 20 |
/// | 7 | helical valley | 3 | 3 | 25 | variably dimensioned | 10 | 12 |
/// | 8 | Bard | 3 | 15 | 26 | trigonometric | 10 | 10 |
/// | 9 | Gaussian | 3 | 15 | 27 | Brown almost linear | 10 | 10 |
/// | 10 | Meyer | 3 | 16 | 28 | discrete boundary value | 10 | 10 |
/// | 11 | Gulf research and development | 3 | 10 | 29 | discrete integral equation | 10 | 10 |
/// | 12 | Box three-dimensional | 3 | 10 | 30 | Broyden tridiagonal | 10 | 10 |
/// | 13 | Powell singular | 4 | 4 | 31 | Broyden banded | 10 | 10 |
/// | 14 | Wood | 4 | 6 | 32 | linear, full rank | 10 | 20 |
/// | 15 | Kowalik and Osborne | 4 | 11 | 33 | linear, rank 1 | 10 | 20 |
/// | 16 | Brown and Dennis | 4 | 20 | 34 | linear, rank 1, zeros | 10 | 20 |
/// | 17 | Osborne 1 | 5 | 33 | 35 | Chebyquad | 8 | 8 |
/// | 18 | Biggs EXP6 | 6 | 13 | | | | |
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::more_garbow_hillstrom;
///
/// let problems = more_garbow_hillstrom();
/// let meyer = &problems[10 - 1];
/// assert_eq!(meyer.name(), "Meyer");
/// let start = Variable::new(meyer.start());
/// assert_eq!(meyer.residuals(&start).unwrap()?.shape(), [16]);
/// assert!(meyer.value(&start)?.item() > 1.69e9);
/// assert!(meyer.is_minimum(87.94586));
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn more_garbow_hillstrom() -> Vec<TestFunction> {
    vec![
        rosenbrock(1.0, 100.0),
        few::freudenstein_roth(),
        few::powell_badly_scaled(),
        few::brown_badly_scaled(),
        beale(),
        fits::jennrich_sampson(),
        helical_valley(),
        fits::bard(),
        fits::gaussian(),
        fits::meyer(),
        fits::gulf(),
        fits::box_three_dimensional(),
        powell_singular(),
        wood(),
        fits::kowalik_osborne(),
        fits::brown_dennis(),
        fits::osborne_1(),
        fits::biggs_exp6(),
        fits::osborne_2(),
        any::watson(),
        extended_rosenbrock(10),
        any::extended_powell_singular(),
        any::penalty_1(),
        any::penalty_2(),
        any::variably_dimensioned(),
        any::trigonometric(),
        any::brown_almost_linear(),
        any::discrete_boundary_value(),
        any::discrete_integral_equation(),
        any::broyden_tridiagonal(),
        any::broyden_banded(),
        any::linear_full_rank(),
        any::linear_rank_1(),
        any::linear_rank_1_with_zeros(),
        any::chebyquad(),
    ]
}
