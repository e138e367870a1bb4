//! `cartable check` and `gc`: keeping a bag in order.

use cartable_fs::bag::ToCheck;
use cartable_fs::check::{Progress, Report, Severity};
use cartable_fs::{Collected, Resealed};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{print, report};
use crate::args;
use crate::exit::Failure;
use crate::output;
use crate::text::Text;
use crate::work::{Done, Task, have_done, opened};

/// Reads everything, and repairs what can be repaired when asked to. Fails when damage is left.
pub(crate) fn check(check: &args::Check, text: &Text) -> Result<(), Failure> {
    let bar = progress_bar();
    let found = found(check, text, &mut |progress| show(&bar, progress));
    bar.finish_and_clear();
    let found = found?;
    if check.unlock.json {
        output::print(json!(found))?;
    } else {
        for finding in &found.findings {
            output::print(&finding.what)?;
            for path in &finding.paths {
                output::print(format!("    {path}"))?;
            }
        }
        if found.is_clean() {
            output::print(text.say("clean"))?;
        }
    }
    let damage = found.findings.iter().filter(|finding| finding.severity == Severity::Damage).count();
    if damage == 0 {
        Ok(())
    } else {
        Err(Failure::Damaged { what: text.say_with("findings", &[("count", damage.to_string().into())]) })
    }
}

/// Checks through the process that has the bag open, if there is one. Repairing wants the bag for itself.
fn found(check: &args::Check, text: &Text, show: &mut dyn FnMut(Progress)) -> Result<Report, Failure> {
    if !check.repair {
        return match have_done(&check.unlock, None, &Task::Check, text, show)? {
            Done::Checked(report) => Ok(report),
            other => Err(unexpected(&other)),
        };
    }
    let bag = opened(&check.unlock, None, false, text)?;
    let access = bag.access()?;
    let change = access.change().map_err(|error| Failure::Other { what: error.to_string() })?;
    let mut all = Report::default();
    for ToCheck { id, space, .. } in bag.open_all_to_check()? {
        all.merge(space.repair(&access, &change, &bag.space_keys_of_all_epochs(&id)?, show)?);
    }
    bag.close_spaces()?;
    Ok(all)
}

/// Gives back the room of what was deleted; before that, seals under the newest keys what older ones open, when asked to.
pub(crate) fn gc(gc: &args::Gc, text: &Text) -> Result<(), Failure> {
    let bar = progress_bar();
    let collected = collected(gc, text, &mut |progress| show(&bar, progress));
    bar.finish_and_clear();
    let (collected, resealed) = collected?;
    if gc.unlock.json {
        let mut said = json!(collected);
        said["resealed"] = json!(resealed);
        return output::print(said);
    }
    let mut said = report();
    said["freed_bytes"] = collected.bytes_removed.saturating_sub(collected.bytes_written).into();
    print(&said, false, text)?;
    match resealed {
        Some(Resealed { damaged: 1.., .. }) => Err(Failure::Damaged { what: text.say("not-all-resealed") }),
        _ => Ok(()),
    }
}

/// Collects through the process that has the bag open, if there is one. Resealing wants the bag for itself.
fn collected(
    gc: &args::Gc,
    text: &Text,
    show: &mut dyn FnMut(Progress),
) -> Result<(Collected, Option<Resealed>), Failure> {
    if !gc.reseal {
        return match have_done(&gc.unlock, None, &Task::Collect, text, show)? {
            Done::Collected(collected) => Ok((collected, None)),
            other => Err(unexpected(&other)),
        };
    }
    let bag = opened(&gc.unlock, None, false, text)?;
    let access = bag.access()?;
    let change = access.change().map_err(|error| Failure::Other { what: error.to_string() })?;
    let (mut collected, mut resealed) = (Collected::default(), Resealed::default());
    for ToCheck { space, .. } in bag.open_all_to_check()? {
        resealed.merge(space.reseal(&access, &change, show)?);
        collected.merge(space.collect(&access, &change, show)?);
    }
    bag.close_spaces()?;
    Ok((collected, Some(resealed)))
}

/// A bar with an estimate; nothing where standard error is no terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn unexpected(done: &Done) -> Failure {
    Failure::Other { what: format!("the process that has the bag answered {done:?}") }
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}
