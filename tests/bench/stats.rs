//! Medians, percentiles and ratios of the samples. Pure: no clock, no file.

/// The middle of the values; of an even number the mean of the two in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
}

/// The values in rising order, without those that are not numbers.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value below which `permille` of the sorted values lie.
pub fn percentile(sorted: &[f64], permille: usize) -> f64 {
    let at = (sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// `median (min–max)` with so many digits, or `-` when there is nothing.
pub fn span(values: &[f64], digits: usize) -> String {
    let sorted = sorted(values);
    let (Some(middle), Some(low), Some(high)) = (median(&sorted), sorted.first(), sorted.last()) else {
        return "-".into();
    };
    format!("{middle:.digits$} ({low:.digits$}–{high:.digits$})")
}

/// The median alone with so many digits, or `-`.
pub fn middle(values: &[f64], digits: usize) -> String {
    median(values).map_or_else(|| "-".into(), |value| format!("{value:.digits$}"))
}

/// Subject ÷ floor, round by round; rounds in which one of them is missing are left out.
pub fn ratios(subject: &[Option<f64>], floor: &[Option<f64>]) -> Vec<f64> {
    let both = subject.iter().zip(floor).filter_map(|(ours, floor)| Some((*ours)? / (*floor)?));
    both.filter(|ratio| ratio.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_even_none() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[f64::NAN, 5.0]), Some(5.0));
    }

    #[test]
    fn percentile_stays_inside() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(percentile(&values, 500), 50.0);
        assert_eq!(percentile(&values, 990), 99.0);
        assert_eq!(percentile(&values, 1000), 99.0);
        assert!(percentile(&[], 500).is_nan());
    }

    #[test]
    fn a_ratio_needs_both_of_its_round() {
        let ours = [Some(2.0), None, Some(9.0)];
        let floor = [Some(1.0), Some(1.0), Some(3.0)];
        assert_eq!(ratios(&ours, &floor), vec![2.0, 3.0]);
        assert!(ratios(&[Some(1.0)], &[Some(0.0)]).is_empty(), "a floor of nothing is no base");
    }

    #[test]
    fn span_prints_middle_and_ends() {
        assert_eq!(span(&[1.0, 3.0, 2.0], 1), "2.0 (1.0–3.0)");
        assert_eq!(span(&[], 1), "-");
    }
}
