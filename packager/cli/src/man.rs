//! `packager man`: the manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::error::Error;
use crate::exit_status::ExitStatus;
use crate::terminal;

/// Prints the manual page of this command, or writes one for each subcommand.
#[derive(Debug, Args)]
pub(crate) struct ManFlags {
    /// Write `packager.1` and a page for each subcommand, like `packager-package.1`, to this directory, which is made if it
    /// is not there.
    #[arg(value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Prints or writes the pages of `command`.
pub(crate) fn run(flags: &ManFlags, command: Command) -> Result<(), Error> {
    let pages = pages(command);
    match (&flags.output, pages.first()) {
        (None, Some(page)) => {
            let text = render(page).map_err(Error::io("write the manual page"))?;
            terminal::document(&text)
        }
        (Some(folder), _) => {
            fs::create_dir_all(folder).map_err(Error::io(format!("make {}", folder.display())))?;
            pages.iter().try_for_each(|page| write(folder, page))
        }
        (None, None) => Ok(()),
    }
}

fn write(folder: &Path, page: &Command) -> Result<(), Error> {
    let path = folder.join(format!("{}.1", name(page)));
    let written = render(page).and_then(|text| fs::write(&path, text));
    written.map_err(Error::io(format!("write {}", path.display())))
}

/// The command and all below it, each under its full name, as in `packager-package`.
fn pages(command: Command) -> Vec<Command> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, None, &mut pages);
    pages
}

fn collect(command: &Command, parent: Option<&str>, pages: &mut Vec<Command>) {
    let name = match parent {
        Some(parent) => format!("{parent}-{}", command.get_name()),
        None => command.get_name().to_owned(),
    };
    pages.push(command.clone().display_name(name.clone()));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        collect(below, Some(&name), pages);
    }
}

fn name(page: &Command) -> &str {
    page.get_display_name().unwrap_or_else(|| page.get_name())
}

fn render(page: &Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(page.clone())
        .title(name(page).to_uppercase())
        .manual("Fleet Packager")
        .render(&mut text)?;
    if page.get_name() == "package" {
        exit_status().to_writer(&mut text)?;
    }
    text.flush()?;
    Ok(text)
}

/// What `packager package` ends with.
fn exit_status() -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["EXIT STATUS"]);
    let mut entry = |code: u8, meaning: &str| {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        roff.text([roman(meaning)]);
    };
    entry(0, "The package is there.");
    for status in ExitStatus::ALL {
        entry(status.code(), status.meaning());
    }
    roff
}
