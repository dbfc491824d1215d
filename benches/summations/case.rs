//! Seconds, error and memory of one pair sum. Each case is a process of its own, so that the peak memory is
//! that of the case.
//!
//! Criterion repeats each case many times, which would take minutes for a million particles. This reports the
//! best of three evaluations, or of two if they take forty seconds. The first makes the workspace, whose memory the
//! system hands out page by page: it is not what an evaluation of a run takes.

use std::time::Instant;

use crate::cloud::Cloud;
use crate::pair_sums::PairSums;

/// The most evaluations, and the seconds after which no third one starts.
const REPEATS: (usize, f64) = (3, 40.0);

/// Prints a row of CSV: dimension, gamma, summation, particles, seconds, error, points, calibration_seconds,
/// mebibytes. The arguments are dimension, gamma, δ in thermal speeds, summation, particles, and optionally a
/// file for the cloud and its sums.
pub fn report(arguments: &[String]) {
    let [dimension, gamma, delta, summation, particles, file @ ..] = arguments else {
        panic!("expected DIMENSION GAMMA DELTA SUMMATION PARTICLES [FILE]");
    };
    let measure = match dimension.as_str() {
        "2" => measure::<2>,
        "3" => measure::<3>,
        _ => panic!("the dimension is 2 or 3"),
    };
    let kernel = [gamma, delta].map(|number| number.parse().expect("an exponent and a distance"));
    let particles = particles.parse().expect("a number of particles");
    measure(kernel, summation, particles, file.first().map(String::as_str));
}

fn measure<const D: usize>([gamma, delta]: [f64; 2], summation: &str, particles: usize, file: Option<&str>) {
    let cloud = Cloud::<D>::new(particles, delta);
    let mut sums = vec![[f64::NAN; D]; particles];
    let begin = Instant::now();
    let mut pair_sums = PairSums::new(&cloud, gamma, summation);
    let (points, calibration) = match pair_sums.points {
        Some(points) => (points.to_string(), begin.elapsed().as_secs_f64()),
        None => (String::new(), 0.0),
    };
    let (mut best, begin) = (f64::INFINITY, Instant::now());
    for number in 1..=REPEATS.0 {
        let start = Instant::now();
        pair_sums.evaluate(&mut sums);
        best = best.min(start.elapsed().as_secs_f64());
        if number > 1 && begin.elapsed().as_secs_f64() > REPEATS.1 {
            break;
        }
    }
    let memory = peak_mebibytes().map_or(String::new(), |mebibytes| format!("{mebibytes:.0}"));
    let error = cloud.error(gamma, &sums);
    println!("{D},{gamma},{summation},{particles},{best:.3e},{error:.2e},{points},{calibration:.3},{memory}");
    if let Some(file) = file {
        cloud.write(file, &sums).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}

/// The peak memory of this process, if the system reports it.
fn peak_mebibytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kibibytes| kibibytes / 1024.0)
}
