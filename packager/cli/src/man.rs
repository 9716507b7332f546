//! `packager man`: the manual pages.

use std::fs;
use std::io;
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
            let text = render(page).map_err(Error::io("make the manual page"))?;
            terminal::document(text.as_bytes())
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

fn render(page: &Command) -> io::Result<String> {
    let mut text = Vec::new();
    Man::new(page.clone()).render(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    let text = with_title(&text, page);
    Ok(if page.get_name() == "package" {
        with_exit_status(&text)
    } else {
        text
    })
}

/// The library leaves out an empty date, and what comes behind it takes its place. A page of this program has none: the same
/// program has the same pages, whenever they are made.
fn with_title(text: &str, page: &Command) -> String {
    let title = format!(
        ".TH {} 1 \"\" \"packager {}\" \"Fleet Packager\"",
        name(page).to_uppercase(),
        env!("CARGO_PKG_VERSION")
    );
    let lines = text
        .lines()
        .map(|line| if line.starts_with(".TH ") { title.as_str() } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// What `packager package` ends with, before the last section.
fn with_exit_status(text: &str) -> String {
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
    let section = roff.to_roff();
    match text.split_once(".SH VERSION\n") {
        Some((before, after)) => format!("{before}{}\n.SH VERSION\n{after}", section.trim_end()),
        None => format!("{text}{section}"),
    }
}
