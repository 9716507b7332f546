//! An msi that is not ours: `wixl` makes it of a source in the `WiX` language.

use std::fs;
use std::path::Path;
use std::process::Command;

use packager_sample_agent::{Architecture, Program};

use crate::ran::Ran;

/// `orbit.exe` as a service, in a folder of its own, an empty folder, values in the registry, and the upgrade from and
/// downgrade to any version.
const SOURCE: &str = r#"<?xml version="1.0"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" Name="Sample" Language="1033" Version="@VERSION@" Manufacturer="Fleet Packager"
           UpgradeCode="5A2B0B5C-6F1A-4B44-9F5C-6A5B7D3C8E10">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
    <Property Id="GREETING" Value="hello"/>
    <Upgrade Id="5A2B0B5C-6F1A-4B44-9F5C-6A5B7D3C8E10">
      <UpgradeVersion Minimum="0" IncludeMinimum="yes" Property="WIX_UPGRADE_DETECTED"/>
    </Upgrade>
    <Media Id="1" Cabinet="sample.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="ROOT" Name="Sample">
          <Directory Id="STAGING" Name="staging">
            <Component Id="Staging" Guid="5A2B0B5C-6F1A-4B44-9F5C-6A5B7D3C8E11" Win64="yes"><CreateFolder/></Component>
          </Directory>
          <Component Id="Service" Guid="5A2B0B5C-6F1A-4B44-9F5C-6A5B7D3C8E12" Win64="yes">
            <File Id="orbit" Name="orbit.exe" Source="orbit.exe" KeyPath="yes"/>
            <ServiceInstall Id="Install" Name="Fleet osquery" DisplayName="Fleet osquery" Description="A sample."
                            Type="ownProcess" Start="auto" ErrorControl="normal" Account="LocalSystem" Arguments="--sample"/>
            <ServiceControl Id="Control" Name="Fleet osquery" Start="install" Stop="both" Remove="uninstall" Wait="yes"/>
            <RegistryValue Id="Greetings" Root="HKLM" Key="SOFTWARE\Sample" Name="Greetings" Type="string"
                           Value="root=[ROOT][~]greeting=[GREETING]"/>
            <RegistryValue Id="Number" Root="HKLM" Key="SOFTWARE\Sample" Name="Number" Type="integer" Value="7"/>
          </Component>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="All" Level="1"><ComponentRef Id="Staging"/><ComponentRef Id="Service"/></Feature>
    <InstallExecuteSequence><RemoveExistingProducts After="InstallInitialize"/></InstallExecuteSequence>
  </Product>
</Wix>
"#;

/// The package of a version of the sample's orbit.
///
/// # Panics
/// Without `wixl`, or if it fails.
#[must_use]
pub fn sample(version: &str) -> Vec<u8> {
    let orbit = Program::Orbit.release(Architecture::X64, version).unwrap();
    wixl(&SOURCE.replace("@VERSION@", version), &[("orbit.exe", &orbit)])
}

/// What `wixl` makes for x64 of a source and files beside it.
///
/// # Panics
/// Without `wixl`, or if it fails.
#[must_use]
pub fn wixl(source: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Path::join(folder.path(), name);
    fs::write(at("source.wxs"), source).unwrap();
    for (name, content) in files {
        fs::write(at(name), content).unwrap();
    }
    let mut wixl = Command::new("wixl");
    wixl.current_dir(folder.path())
        .args(["--arch", "x64", "--output", "package.msi", "source.wxs"]);
    let _ = Ran::new(wixl).expect_success();
    fs::read(at("package.msi")).unwrap()
}
