use std::fs;

/// What the figures were measured on.
pub(crate) fn words() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| kilobytes(&text))
        .unwrap_or_default();
    format!(
        "Machine: {cores} cores of {model}, {:.0} GB of memory. DataPulse {}.",
        memory / 1e6,
        env!("CARGO_PKG_VERSION")
    )
}

/// The resident memory of a process, in MB.
pub(crate) fn resident_mb(process: u32) -> Option<f64> {
    Some(kilobytes(&field(&format!("/proc/{process}/status"), "VmRSS")?)? * 1024.0 / 1e6)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kilobytes(text: &str) -> Option<f64> {
    text.split_ascii_whitespace().next()?.parse().ok()
}
