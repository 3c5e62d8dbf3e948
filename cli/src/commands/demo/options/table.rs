//! The run as lines on the screen.

use ballast_sim::record::strangle::Participant;
use ballast_sim::record::strangle::Step;

/// A line every so many seconds, besides those on which something happened.
const LINE_EVERY: i64 = 6 * 3_600;

/// Prints a line every six hours, and one wherever something happened.
pub fn print(steps: &[Step]) {
    println!("{}", head());
    let told = |step: &&Step| step.unix_time.rem_euclid(LINE_EVERY) == 0 || !step.events.is_empty();
    for step in steps.iter().filter(told) {
        println!("{}", line(step));
    }
    println!();
}

/// Prints what everybody had and has.
pub fn print_people(people: &[Participant]) {
    for person in people {
        println!(
            "  {:<12} had {:>14.2}, has {:>14.2}: {:>+12.2}",
            person.name,
            person.minted,
            person.left,
            person.left - person.minted
        );
    }
}

fn line(step: &Step) -> String {
    format!(
        "{}  {:>10.2} {:>12.2} {:>12.2} {:>12.2} {:>12.2} {:>8.3} {:>8.3} {:>12.2}  {}",
        step.time.get(..16).unwrap_or(&step.time),
        step.price,
        step.options,
        step.equity,
        step.initial,
        step.maintenance,
        step.delta,
        step.hedge,
        step.result,
        step.events
    )
}

fn head() -> String {
    format!(
        "{:<16}  {:>10} {:>12} {:>12} {:>12} {:>12} {:>8} {:>8} {:>12}",
        "UTC", "price", "options", "equity", "initial", "maintenance", "delta", "hedge", "result"
    )
}
