//! The memory of servers: of a process and those that it started.

use std::fs;

use cartable_benches::turn::Outcome;

/// Asks the kernel to forget how much memory was used until now.
pub(crate) fn forget_peak(root: u32) -> Outcome<()> {
    for process in family(root)? {
        fs::write(format!("/proc/{process}/clear_refs"), "5")?;
    }
    Ok(())
}

/// The most resident memory since then, in bytes. What several processes share counts for each.
pub(crate) fn peak(root: u32) -> Outcome<u64> {
    let mut sum = 0;
    for process in family(root)? {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        sum += peak.trim().trim_end_matches(" kB").parse::<u64>()? * 1024;
    }
    Ok(sum)
}

fn family(root: u32) -> Outcome<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(process) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
        // The name of a program, in brackets, may hold anything; a process may be gone meanwhile.
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let Some((_, after)) = stat.rsplit_once(") ") else { continue };
        let parent = after.split(' ').nth(1).unwrap_or_default().parse::<u32>()?;
        parents.push((process, parent));
    }
    let mut family = vec![root];
    let mut next = 0;
    while let Some(one) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(process, _)| *process));
        next += 1;
    }
    Ok(family)
}
