//! `osquery.man`: what osqueryd writes to the event log of Windows, as an instrumentation manifest (Windows SDK,
//! "Instrumentation Manifest"). `wevtutil install-manifest` registers it; the installer does not.

/// The file.
pub(super) const MANIFEST_FILE: &str = "osquery.man";

/// A kind of message that osqueryd writes.
struct Message {
    number: u8,
    name: &'static str,
    level: &'static str,
    mask: &'static str,
}

const fn message(number: u8, name: &'static str, level: &'static str, mask: &'static str) -> Message {
    Message {
        number,
        name,
        level,
        mask,
    }
}

const MESSAGES: [Message; 5] = [
    message(1, "Debug", "Warning", "0x10"),
    message(2, "Info", "Informational", "0x1"),
    message(3, "Warning", "Warning", "0x2"),
    message(4, "Error", "Error", "0x4"),
    message(5, "Fatal", "Critical", "0x8"),
];

/// The manifest. `program` is osqueryd's path in the tree.
pub(super) fn manifest(program: &str) -> String {
    let program = format!(r"%ProgramFiles%\{}", program.replace('/', "\\"));
    let each = |text: &dyn Fn(&Message) -> String| MESSAGES.iter().map(text).collect::<String>();
    let events = each(&|Message {
                            number, name, level, ..
                        }| {
        format!(
            r#"
          <event symbol="{name}Message" value="{number}" version="0" channel="osquery" level="win:{level}"
            task="LogMessage" opcode="MessageOpcode" template="_template_message"
            keywords="{name}WindowsEventLogMessage" message="$(string.osquery.event.{number}.message)"/>"#
        )
    });
    let keywords = each(&|Message { name, mask, .. }| {
        let lower = name.to_lowercase();
        format!(
            r#"
          <keyword name="{name}WindowsEventLogMessage" symbol="_keyword_{lower}_message" mask="{mask}"/>"#
        )
    });
    let strings = each(&|Message { number, name, .. }| {
        format!(
            r#"
        <string id="osquery.event.{number}.message" value="{name}"/>"#
        )
    });
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<instrumentationManifest xmlns="http://schemas.microsoft.com/win/2004/08/events"
  xmlns:win="http://manifests.microsoft.com/win/2004/08/windows/events"
  xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <instrumentation>
    <events>
      <provider name="FleetDM" guid="{{F7740E18-3259-434F-9759-976319968900}}" symbol="OsqueryWindowsEventLogProvider"
        resourceFileName="{program}"
        messageFileName="{program}">
        <events>{events}
        </events>
        <tasks>
          <task name="LogMessage" symbol="WindowsEventLogMessage" value="1"
            eventGUID="{{D3C2B9E0-4AFE-41BD-99BE-F00EE4DFEB17}}"/>
        </tasks>
        <opcodes>
          <opcode name="MessageOpcode" symbol="_opcode_message" value="10"/>
        </opcodes>
        <channels>
          <channel name="osquery" chid="osquery" symbol="OsqueryWindowsEventLogChannel" type="Admin" enabled="true"
            message="$(string.osquery.channel.message)"/>
        </channels>
        <keywords>{keywords}
        </keywords>
        <templates>
          <template tid="_template_message">
            <data name="Message" inType="win:AnsiString" outType="xs:string"/>
            <data name="Location" inType="win:AnsiString" outType="xs:string"/>
          </template>
        </templates>
      </provider>
    </events>
  </instrumentation>
  <localization>
    <resources culture="en-US">
      <stringTable>{strings}
        <string id="osquery.channel.message" value="osquery"/>
      </stringTable>
    </resources>
  </localization>
</instrumentationManifest>
"#
    )
}
