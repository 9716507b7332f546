use packager_fleetd::Platform;
use packager_spec::Architecture;

use super::*;

fn component(program: Program, channel: &str) -> Component {
    Component {
        program,
        platform: Platform::Linux(Architecture::Amd64),
        channel: channel.try_into().unwrap(),
    }
}

fn orbit(channel: &str) -> Component {
    component(Program::Orbit, channel)
}

fn wanted(channels: &[&str]) -> HashSet<Wanted> {
    channels.iter().map(|channel| (Format::Deb, orbit(channel))).collect()
}

fn state(channels: &[&str]) -> State<&'static str> {
    State {
        wanted: wanted(channels),
        editions: Vec::new(),
    }
}

/// The edition that a package of these channels is made from.
fn edition(state: &State<&'static str>, channels: &[&str]) -> Option<&'static str> {
    let components: Vec<_> = channels.iter().map(|channel| orbit(channel)).collect();
    state.editions_for(Format::Deb, &components).next().copied()
}

#[test]
fn nothing_is_ready_at_first() {
    assert_eq!(edition(&state(&["stable"]), &["stable"]), None);
}

#[test]
fn a_broken_channel_keeps_its_release_and_holds_up_no_other() {
    let mut state = state(&["stable", "edge"]);
    state.publish("first", wanted(&["stable", "edge"]));
    for newer in ["second", "third", "fourth", "fifth", "sixth"] {
        state.publish(newer, wanted(&["stable"]));
        assert_eq!(edition(&state, &["stable"]), Some(newer));
        assert_eq!(edition(&state, &["edge"]), Some("first"));
        assert_eq!(edition(&state, &["edge", "stable"]), Some("first"));
        assert_eq!(state.editions.len(), 2);
    }
    state.publish("last", wanted(&["stable", "edge"]));
    assert_eq!(edition(&state, &["edge"]), Some("last"));
    assert_eq!(state.editions.len(), 1, "nothing older is needed");
}

#[test]
fn what_is_not_to_be_ready_is_made_of_the_newest() {
    let mut state = state(&["stable"]);
    state.publish("first", wanted(&["stable"]));
    state.publish("second", wanted(&[]));
    assert_eq!(edition(&state, &["unheard-of"]), Some("second"));
    assert_eq!(edition(&state, &["unheard-of", "stable"]), Some("first"));
}

#[test]
fn few_editions_are_remembered() {
    let channels = ["a", "b", "c", "d", "e", "f"];
    let mut state = state(&channels);
    for (channel, name) in channels.iter().zip(["1", "2", "3", "4", "5", "6"]) {
        state.publish(name, wanted(&[channel]));
    }
    assert_eq!(state.editions.len(), EDITIONS);
    assert_eq!(edition(&state, &["f"]), Some("6"));
    assert_eq!(edition(&state, &["a"]), None);
}

#[test]
fn packages_are_of_wanted_components_alone() {
    use Program::{Desktop, Orbit, Osqueryd};
    let wanted = [
        (Format::Rpm, component(Orbit, "stable")),
        (Format::Rpm, component(Osqueryd, "stable")),
        (Format::Rpm, component(Desktop, "stable")),
        (Format::Deb, component(Orbit, "stable")),
        (Format::Deb, component(Osqueryd, "stable")),
        (Format::Rpm, component(Orbit, "edge")),
    ];
    let ahead = Ahead::new(wanted);
    let sizes = |format| {
        let packages = ahead.packages(format);
        packages.iter().map(Vec::len).collect::<HashSet<_>>()
    };
    assert_eq!(sizes(Format::Rpm), HashSet::from([2, 3]));
    assert_eq!(sizes(Format::Deb), HashSet::from([2]));
    assert_eq!(sizes(Format::Arch), HashSet::new());
}
