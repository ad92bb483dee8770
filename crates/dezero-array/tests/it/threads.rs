//! Arrays that are long enough to be computed in stretches and by several threads.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;

use dezero_array::{Array, DType, Slice};

fn ramp(shape: &[usize]) -> Array {
    let size = shape.iter().product();
    // No two neighbours round alike.
    let values = (0..size).map(|i| (i as f64 * 0.37).sin() * 3.0);
    Array::from_vec(values.collect(), shape).unwrap()
}

fn add(a: &Array, b: &Array) -> Array {
    a.zip_float(b, "add", |x, y| x + y, |x, y| x + y).unwrap()
}

/// What takes long enough to be shared.
fn slow(x: f64) -> f64 {
    (0..20).fold(x, |x, _| (x * 1.1).sin() + 0.3)
}

#[test]
fn operands_may_lie_in_any_way() {
    let tall = ramp(&[9001, 3]);
    let wide = ramp(&[3, 9001]);
    let long = ramp(&[70, 500]);
    let every = |step| [Slice::step(.., step)];
    let pairs = [
        (tall.clone(), ramp(&[3])),
        (tall.clone(), ramp(&[9001, 1])),
        (tall.clone(), wide.t()),
        (tall.clone(), tall.slice(&every(-1)).unwrap()),
        (wide.t(), ramp(&[3])),
        (long.clone(), ramp(&[500])),
        (long.clone(), ramp(&[70, 1])),
        (long.slice(&every(2)).unwrap(), ramp(&[35, 500])),
        (
            long.slice(&[Slice::Ellipsis, Slice::step(.., -3)]).unwrap(),
            ramp(&[167]),
        ),
        (ramp(&[20_000]).slice(&every(2)).unwrap(), ramp(&[1])),
        (ramp(&[40, 50]).expand_dims(1).unwrap(), ramp(&[30, 50])),
        (
            ramp(&[40, 50]).t().expand_dims(0).unwrap(),
            ramp(&[7, 1, 40]),
        ),
    ];
    for (a, b) in &pairs {
        for (a, b) in [(a, b), (b, a)] {
            let sum = add(a, b);
            let shape = sum.shape();
            let (x, y) = (
                a.broadcast_to(shape).unwrap(),
                b.broadcast_to(shape).unwrap(),
            );
            let (x, y) = (x.to_vec::<f64>(), y.to_vec::<f64>());
            let each = |f: fn(f64, f64) -> f64| -> Vec<f64> {
                x.iter().zip(&y).map(|(&x, &y)| f(x, y)).collect()
            };
            assert_eq!(sum.to_vec::<f64>(), each(|x, y| x + y), "{shape:?}");

            let less = a.compare(b, "less", |x, y| x < y, |x, y| x < y).unwrap();
            let least = Array::select(&less, a, b).unwrap();
            assert_eq!(least.to_vec::<f64>(), each(f64::min), "{shape:?}");
            let any = Array::from(true);
            assert_eq!(
                Array::select(&any, a, b).unwrap(),
                a.broadcast_to(shape).unwrap()
            );
            assert_eq!(
                Array::select(&less, a, &Array::from(0.0))
                    .unwrap()
                    .to_vec::<f64>(),
                {
                    let kept = x.iter().zip(&y).map(|(&x, &y)| if x < y { x } else { 0.0 });
                    kept.collect::<Vec<_>>()
                }
            );
        }
    }
}

#[test]
fn long_work_is_shared_and_short_work_is_not() {
    if std::thread::available_parallelism().map_or(1, usize::from) == 1 {
        return;
    }
    let names = |len| {
        let names = Mutex::new(BTreeSet::new());
        let y = ramp(&[len]).map_float(
            |x| {
                let thread = std::thread::current();
                names.lock().unwrap().insert(format!("{:?}", thread.name()));
                slow(x)
            },
            |x| x,
        );
        assert_eq!(
            y.get::<f64>(&[len - 1]).unwrap(),
            slow(ramp(&[len]).to_vec()[len - 1])
        );
        names.into_inner().unwrap()
    };
    let helped = |names: &BTreeSet<String>| names.iter().any(|name| name.contains("dezero"));
    if std::env::var_os("RAYON_NUM_THREADS").is_none() {
        assert!(helped(&names(100_000)));
    }
    assert!(!helped(&names(1000)));
}

/// Each result as a number that any bit of it would change.
fn results() -> Vec<u64> {
    let x = ramp(&[300_007]);
    let matrix = ramp(&[701, 433]);
    let narrow = ramp(&[200_003, 3]);
    let f32 = x.astype(DType::F32);
    let product = |m, k, n| ramp(&[m, k]).matmul(&ramp(&[k, n])).unwrap();
    let arrays = [
        x.map_float(slow, |x| x),
        f32.map_float(|x| x, |x| slow(x.into()) as f32),
        add(&matrix, &ramp(&[433])).map_float(slow, |x| x),
        matrix.t().map_float(slow, |x| x),
        narrow
            .zip_float(&ramp(&[3]), "f", |x, y| slow(x + y), |x, _| x)
            .unwrap(),
        x.sum(None, false).unwrap(),
        f32.sum(None, false).unwrap(),
        x.prod(None, true).unwrap(),
        matrix.sum(Some(&[0]), false).unwrap(),
        matrix.sum(Some(&[1]), false).unwrap(),
        matrix.t().sum(Some(&[0]), false).unwrap(),
        narrow.sum(Some(&[0]), false).unwrap(),
        narrow.t().sum(None, false).unwrap(),
        narrow.mean(Some(&[1]), false).unwrap(),
        product(129, 401, 67),
        product(67, 401, 129),
        product(1000, 900, 1),
        product(1, 900, 1000),
        product(17, 100_000, 2),
        ramp(&[900, 1000]).t().matmul(&ramp(&[900])).unwrap(),
        ramp(&[9, 40, 61]).matmul(&ramp(&[9, 61, 53])).unwrap(),
        matrix.t().matmul(&matrix).unwrap(),
        matrix
            .astype(DType::F32)
            .matmul(&matrix.t().astype(DType::F32))
            .unwrap(),
    ];
    // FNV-1a by whole numbers.
    let digest = |array: &Array| {
        array
            .to_vec::<f64>()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, x| {
                (hash ^ x.to_bits()).wrapping_mul(0x0100_0000_01b3)
            })
    };
    arrays.iter().map(digest).collect()
}

/// The number of threads is fixed when the first are started, so that each number needs a process: this
/// test again, told by a variable to print instead.
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    const PRINT: &str = "DEZERO_TEST_PRINT_RESULTS";
    if std::env::var_os(PRINT).is_some() {
        println!("results {:?} end", results());
        return;
    }
    let with = |threads: &str| {
        let name = "threads::results_do_not_depend_on_the_number_of_threads";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(PRINT, "1")
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let found = text
            .split_once("results [")
            .and_then(|(_, rest)| rest.split_once("] end"));
        found.unwrap_or_else(|| panic!("{text}")).0.to_owned()
    };
    let alone = with("1");
    for threads in ["2", "3", "7"] {
        assert_eq!(with(threads), alone, "{threads} threads");
    }
}
