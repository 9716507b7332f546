//! From a request to a spec: every rule of the contract, and every problem at once.

use packager_api::{CreateRequest, Field, FieldProblem, SecretText};

use crate::problems::Problems;
use crate::{
    Architecture, Arguments, CertificateChain, Credentials, EnrollSecret, Enrollment, FleetUrl, OsqueryDatabasePath,
    PackageSpec, PackageType, PackagerSwitch, PackagerSwitches, Service, TlsClientIdentity,
};

impl PackageSpec {
    /// Reads a request. `retry` is not looked at: it travels beside the spec.
    ///
    /// The error holds every problem, in the contract's order of fields. A rule that depends on the type is not applied
    /// while the type is missing or unknown.
    pub fn from_request(request: &CreateRequest) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Problems::default();
        let package_type = package_type(request, &mut problems);
        let enrollment = enrollment(request, package_type, &mut problems);
        let architecture = architecture(request, package_type, &mut problems);
        let switches = switches(request, package_type, &mut problems);
        let fleet_certificate = server_certificate(
            Field::FleetCertificate,
            request.fleet_certificate.as_ref(),
            request,
            &mut problems,
        );
        let update_tls_certificate = server_certificate(
            Field::UpdateTlsCertificate,
            request.update_tls_certificate.as_ref(),
            request,
            &mut problems,
        );
        let fleet_tls_client = tls_client(request, &mut problems);
        let osquery_database = problems.read_with(Field::OsqueryDb, secret(request.osquery_db.as_ref()), |path| {
            OsqueryDatabasePath::new(path, package_type)
        });
        if request.end_user_email.is_some() && package_type == Some(PackageType::Pkg) {
            problems.report(Field::EndUserEmail, "is not for pkg");
        }
        let end_user_email = problems.read(Field::EndUserEmail, secret(request.end_user_email.as_ref()));
        let mut channel = |field, given: &Option<String>| problems.read(field, given.as_deref()).unwrap_or_default();
        let orbit_channel = channel(Field::OrbitChannel, &request.orbit_channel);
        let osqueryd_channel = channel(Field::OsquerydChannel, &request.osqueryd_channel);
        let desktop_channel = channel(Field::DesktopChannel, &request.desktop_channel);
        let update_interval = problems.read(Field::UpdateInterval, request.update_interval.as_deref());
        let host_identifier = problems.read(Field::HostIdentifier, request.host_identifier.as_deref());
        let osquery_flagfile = problems.read(Field::OsqueryFlagfile, secret(request.osquery_flagfile.as_ref()));
        let update_url = problems.read(Field::UpdateUrl, secret(request.update_url.as_ref()));
        let browser_host = problems.read(
            Field::FleetDesktopAlternativeBrowserHost,
            secret(request.fleet_desktop_alternative_browser_host.as_ref()),
        );
        let (Some(package_type), Some(enrollment), true) = (package_type, enrollment, problems.is_empty()) else {
            return Err(problems.into_field_problems());
        };
        Ok(Self::from_checked(Arguments {
            package_type,
            architecture,
            enrollment,
            fleet_certificate,
            fleet_tls_client,
            orbit_channel,
            osqueryd_channel,
            desktop_channel,
            update_interval: update_interval.unwrap_or_default(),
            update_url,
            update_tls_certificate,
            update_tls_client: None,
            osquery_flagfile: osquery_flagfile.unwrap_or_default(),
            osquery_database,
            service: if request.service == Some(false) {
                Service::Absent
            } else {
                Service::Installed
            },
            host_identifier: host_identifier.unwrap_or_default(),
            end_user_email,
            fleet_desktop_alternative_browser_host: browser_host,
            switches,
        }))
    }
}

impl TryFrom<&CreateRequest> for PackageSpec {
    type Error = Vec<FieldProblem>;

    fn try_from(request: &CreateRequest) -> Result<Self, Vec<FieldProblem>> {
        Self::from_request(request)
    }
}

fn secret(given: Option<&SecretText>) -> Option<&str> {
    given.map(SecretText::expose_secret)
}

fn package_type(request: &CreateRequest, problems: &mut Problems) -> Option<PackageType> {
    if request.package_type.is_none() {
        problems.report(Field::Type, "is required");
    }
    problems.read(Field::Type, request.package_type.as_deref())
}

/// `None` only beside a problem.
fn enrollment(
    request: &CreateRequest,
    package_type: Option<PackageType>,
    problems: &mut Problems,
) -> Option<Enrollment> {
    let is_system = request.use_system_configuration == Some(true);
    let is_pkg = package_type.is_none_or(|package_type| package_type == PackageType::Pkg);
    if is_system && !is_pkg {
        problems.report(Field::UseSystemConfiguration, "is for pkg alone");
    }
    let is_optional = is_system && is_pkg;
    for (field, given, other, other_given) in [
        (
            Field::FleetUrl,
            &request.fleet_url,
            Field::EnrollSecret,
            &request.enroll_secret,
        ),
        (
            Field::EnrollSecret,
            &request.enroll_secret,
            Field::FleetUrl,
            &request.fleet_url,
        ),
    ] {
        if given.is_some() {
            continue;
        }
        if !is_optional {
            problems.report(field, "is required");
        } else if other_given.is_some() {
            problems.report(field, format!("must be given together with {other}"));
        }
    }
    let fleet_url: Option<FleetUrl> = problems.read(Field::FleetUrl, secret(request.fleet_url.as_ref()));
    let enroll_secret: Option<EnrollSecret> =
        problems.read(Field::EnrollSecret, secret(request.enroll_secret.as_ref()));
    let credentials = fleet_url
        .zip(enroll_secret)
        .map(|(fleet_url, enroll_secret)| Credentials {
            fleet_url,
            enroll_secret,
        });
    if is_system {
        Some(Enrollment::SystemConfiguration(credentials))
    } else {
        credentials.map(Enrollment::InPackage)
    }
}

fn architecture(
    request: &CreateRequest,
    package_type: Option<PackageType>,
    problems: &mut Problems,
) -> Option<Architecture> {
    let given = problems.read(Field::Arch, request.arch.as_deref());
    if package_type != Some(PackageType::Pkg) {
        return Some(given.unwrap_or_default());
    }
    if request.arch.is_some() {
        problems.report(Field::Arch, "must not be given for pkg, which is universal");
    }
    None
}

fn switches(request: &CreateRequest, package_type: Option<PackageType>, problems: &mut Problems) -> PackagerSwitches {
    let on: PackagerSwitches = PackagerSwitch::ALL
        .into_iter()
        .filter(|switch| switch.get(request) == Some(true))
        .collect();
    for switch in on.iter() {
        if package_type.is_some_and(|package_type| !switch.is_for(package_type)) {
            problems.report(switch.field(), switch.types_rule());
        }
    }
    if on.contains(PackagerSwitch::FleetManagedHostIdentityCertificate)
        && (request.fleet_tls_client_certificate.is_some() || request.fleet_tls_client_key.is_some())
    {
        problems.report(
            Field::FleetManagedHostIdentityCertificate,
            format!("must not be combined with {}", Field::FleetTlsClientCertificate),
        );
    }
    on
}

fn server_certificate(
    field: Field,
    given: Option<&SecretText>,
    request: &CreateRequest,
    problems: &mut Problems,
) -> Option<CertificateChain> {
    if given.is_some() && request.insecure == Some(true) {
        problems.report(field, format!("must not be combined with {}", Field::Insecure));
    }
    problems.read(field, secret(given))
}

fn tls_client(request: &CreateRequest, problems: &mut Problems) -> Option<TlsClientIdentity> {
    let (certificate, key) = (
        request.fleet_tls_client_certificate.as_ref(),
        request.fleet_tls_client_key.as_ref(),
    );
    for (field, given, other, other_given) in [
        (
            Field::FleetTlsClientCertificate,
            certificate,
            Field::FleetTlsClientKey,
            key,
        ),
        (
            Field::FleetTlsClientKey,
            key,
            Field::FleetTlsClientCertificate,
            certificate,
        ),
    ] {
        if given.is_none() && other_given.is_some() {
            problems.report(field, format!("must be given together with {other}"));
        }
    }
    let chain = problems.read(Field::FleetTlsClientCertificate, secret(certificate))?;
    problems.read_with(Field::FleetTlsClientKey, secret(key), |key| {
        TlsClientIdentity::new(chain, key)
    })
}
