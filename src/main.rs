//! TEMP: until the command line is there.
#[path = "cli/phantom.rs"]
mod phantom;

use clap::Parser;

#[derive(Parser)]
enum Command {
    Phantom(phantom::Arguments),
}

fn main() -> Result<(), scardepth::phantom::Error> {
    let Command::Phantom(arguments) = Command::parse();
    phantom::run(&arguments)
}
