//! The manifest of the event log, as Python's `xml` reads it.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::samples::read;

/// Elements, in their order: the name without its namespace, and the attributes.
const LIST: &str = "
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
space = '{http://schemas.microsoft.com/win/2004/08/events}'
assert all(element.tag.startswith(space) for element in root.iter())
json.dump([[element.tag[len(space):], element.attrib] for element in root.iter()], sys.stdout)
";

fn elements(manifest: &str) -> Vec<(String, Value)> {
    let mut child = Command::new("python3")
        .args(["-c", LIST])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(manifest.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{manifest}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_manifest_names_what_osqueryd_writes() {
    for (options, folder) in [
        (json!({}), r"windows\stable"),
        (
            json!({"arch": "arm64", "osqueryd-channel": "5.20"}),
            r"windows-arm64\5.20",
        ),
    ] {
        let manifest = read(&agent_tree(&spec(&options)), "Orbit/osquery.man");
        let elements = elements(&manifest);
        let of = |name: &str| -> Vec<&Value> {
            let found = elements.iter().filter(|(element, _)| element == name);
            found.map(|(_, attributes)| attributes).collect()
        };
        let [provider] = of("provider")[..] else {
            panic!("{manifest}")
        };
        assert_eq!(provider["name"], "FleetDM");
        assert_eq!(provider["guid"], "{F7740E18-3259-434F-9759-976319968900}");
        let program = format!(r"%ProgramFiles%\Orbit\bin\osqueryd\{folder}\osqueryd.exe");
        assert_eq!(
            (&provider["resourceFileName"], &provider["messageFileName"]),
            (&json!(program), &json!(program))
        );
        let [task] = of("task")[..] else { panic!("{manifest}") };
        assert_eq!(task["eventGUID"], "{D3C2B9E0-4AFE-41BD-99BE-F00EE4DFEB17}");
        let [channel] = of("channel")[..] else {
            panic!("{manifest}")
        };
        assert_eq!(
            (&channel["name"], &channel["type"]),
            (&json!("osquery"), &json!("Admin"))
        );
        let levels = [
            "win:Warning",
            "win:Informational",
            "win:Warning",
            "win:Error",
            "win:Critical",
        ];
        assert!(
            of("event")
                .iter()
                .map(|event| &event["level"])
                .eq(levels.map(|level| json!(level)).iter())
        );
        assert_all_defined(&elements);
    }
}

/// What is referred to is there: channels, tasks, templates, keywords and texts.
fn assert_all_defined(elements: &[(String, Value)]) {
    let values = |name: &str, attribute: &str| -> Vec<String> {
        let found = elements.iter().filter(|(element, _)| element == name);
        found
            .map(|(_, attributes)| attributes[attribute].as_str().unwrap().to_owned())
            .collect()
    };
    for (attribute, element, name) in [
        ("channel", "channel", "chid"),
        ("task", "task", "name"),
        ("opcode", "opcode", "name"),
        ("template", "template", "tid"),
        ("keywords", "keyword", "name"),
    ] {
        let defined = values(element, name);
        for used in values("event", attribute) {
            assert!(defined.contains(&used), "{attribute}: {used}");
        }
    }
    let texts: Vec<_> = values("string", "id")
        .into_iter()
        .map(|id| format!("$(string.{id})"))
        .collect();
    for used in [values("event", "message"), values("channel", "message")].concat() {
        assert!(texts.contains(&used), "{used}");
    }
    for (element, attribute, count) in [("event", "value", 5), ("keyword", "mask", 5), ("string", "id", 6)] {
        let mut all = values(element, attribute);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "{element}");
    }
}
