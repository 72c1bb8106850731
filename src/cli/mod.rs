//! What can be typed, and what the exit status says.

mod accuracy;
mod batch;
mod check;
mod compare;
mod folders;
mod limits;
mod merge;
mod phantom;
mod scale;
mod series;
mod train;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// How a command can end that did what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Done,
    /// The photos cannot be compared; the result says why.
    NotComparable,
    /// Some photos of many could not be used; the result says which.
    SomeFailed,
    /// Ended early by hand; the result holds what was done.
    Stopped,
}

const DONE: u8 = 0;
const SOME_FAILED: u8 = 1;
const BAD_INPUT: u8 = 2;
const NOT_COMPARABLE: u8 = 3;
/// What shells call a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Errors of every command, for their message and their causes.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much indented scars changed between two photos.
///
/// Takes ordinary photos of the same skin before and after a treatment, lays them onto each other,
/// takes lamp and camera out, and measures the scars in both. Every change comes with the smallest
/// change that could have been told from none.
#[derive(Debug, Parser)]
#[command(name = "scardepth", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compare(compare::Arguments),
    Series(series::Arguments),
    Batch(batch::Arguments),
    Merge(merge::Arguments),
    Check(check::Arguments),
    Phantom(phantom::Arguments),
    Train(train::Arguments),
    Accuracy(accuracy::Arguments),
}

/// Runs what was typed.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments.command {
        Command::Compare(arguments) => compare::run(arguments),
        Command::Series(arguments) => series::run(arguments),
        Command::Batch(arguments) => batch::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Accuracy(arguments) => accuracy::run(arguments).map(|()| Status::Done),
        Command::Train(arguments) => train::run(arguments).map(|()| Status::Done),
        Command::Phantom(arguments) => phantom::run(arguments).map(|()| Status::Done),
    };
    match ended {
        Ok(Status::Done) => DONE,
        Ok(Status::NotComparable) => NOT_COMPARABLE,
        Ok(Status::SomeFailed) => SOME_FAILED,
        Ok(Status::Stopped) => STOPPED,
        Err(error) => {
            explain(error.as_ref());
            BAD_INPUT
        }
    }
    .into()
}

/// An error with its causes, on the error stream.
fn explain(error: &dyn std::error::Error) {
    let mut text = format!("scardepth: {error}");
    let mut cause = error.source();
    while let Some(c) = cause {
        text += &format!("\n  cause: {}", c.to_string().trim_end());
        cause = c.source();
    }
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "{}", harmless(&text));
}

/// Text without what a terminal would obey or turn around: a file's name may hold anything.
///
/// Such characters are written as JSON writes them, so that JSON stays what it is.
fn harmless(text: &str) -> String {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && (c.is_control() || turns(c)) {
            shown += &format!("\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Text on the output stream; a reader that has gone away is no error.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out
        .write_all(harmless(text).as_bytes())
        .and_then(|()| out.flush());
}

/// Settles how many threads the work may use.
fn use_threads(threads: Option<usize>) -> Result<(), Failure> {
    if let Some(threads) = threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn no_command_has_two_groups_of_one_name() {
        // Without optimisation clap would stop at them; with it, it does not look.
        for command in Arguments::command().get_subcommands() {
            let mut names: Vec<&str> = command.get_groups().map(|g| g.get_id().as_str()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", command.get_name());
        }
        Arguments::command().debug_assert();
    }
}
