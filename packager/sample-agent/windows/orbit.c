/* A stand-in for orbit, Fleet's agent: a service that answers the service manager. When it starts, it writes what it was
 * started with to `sample-started.txt` in %ORBIT_ROOT_DIR%, or beside itself: its version, its arguments, and the variables
 * ORBIT_* of its environment. Of secrets it says only whether they are there. Started from a console, it says its
 * version. */
#include "program.h"

#define SERVICE_NAME L"Fleet osquery"
#define REPORT L"\\sample-started.txt"

static SERVICE_STATUS_HANDLE service;
static HANDLE stopped;

static void report_state(DWORD state) {
    SERVICE_STATUS status = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
    };
    SetServiceStatus(service, &status);
}

static DWORD WINAPI control(DWORD control, DWORD event, void *data, void *context) {
    (void)event, (void)data, (void)context;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        report_state(SERVICE_STOP_PENDING);
        SetEvent(stopped);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* If `variable` begins with `name`, what follows it; otherwise nothing. */
static const WCHAR *after(const WCHAR *variable, const WCHAR *name) {
    while (*name && *variable == *name) {
        variable++;
        name++;
    }
    return *name ? NULL : variable;
}

static void describe(struct text *report, const WCHAR *variable) {
    if (!after(variable, L"ORBIT_"))
        return;
    if (after(variable, L"ORBIT_ENROLL_SECRET=")) {
        append(report, L"ORBIT_ENROLL_SECRET (its value is left out)\n");
        return;
    }
    append(report, variable);
    append(report, L"\n");
    const WCHAR *secret = after(variable, L"ORBIT_ENROLL_SECRET_PATH=");
    if (secret) {
        BOOL exists = GetFileAttributesW(secret) != INVALID_FILE_ATTRIBUTES;
        append(report, exists ? L"the enroll secret is there\n" : L"the enroll secret is missing\n");
    }
}

/* Where to write: the variable's folder, or the program's own. */
static void find_folder(struct text *path) {
    static WCHAR own[MAX_PATH];
    DWORD length = GetEnvironmentVariableW(L"ORBIT_ROOT_DIR", own, MAX_PATH);
    if (!length || length >= MAX_PATH) {
        length = GetModuleFileNameW(NULL, own, MAX_PATH);
        while (length && own[length] != L'\\')
            length--;
        own[length] = 0;
    } else if (own[length - 1] == L'\\') {
        own[length - 1] = 0;
    }
    append(path, own);
}

static void write_report(void) {
    static struct text report, path;
    append(&report, L"orbit ");
    append(&report, version());
    append(&report, L"\n");
    append(&report, GetCommandLineW());
    append(&report, L"\n");
    WCHAR *variables = GetEnvironmentStringsW();
    for (const WCHAR *variable = variables; *variable;) {
        describe(&report, variable);
        while (*variable++)
            ;
    }
    FreeEnvironmentStringsW(variables);
    find_folder(&path);
    append(&path, REPORT);
    HANDLE file = CreateFileW(path.characters, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    write_text(file, &report);
    CloseHandle(file);
}

static void WINAPI service_main(DWORD count, WCHAR **arguments) {
    (void)count, (void)arguments;
    service = RegisterServiceCtrlHandlerExW(SERVICE_NAME, control, NULL);
    if (!service)
        return;
    stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
    write_report();
    report_state(SERVICE_RUNNING);
    WaitForSingleObject(stopped, INFINITE);
    report_state(SERVICE_STOPPED);
}

void start(void) {
    static WCHAR name[] = SERVICE_NAME;
    static SERVICE_TABLE_ENTRYW services[] = {{name, service_main}, {NULL, NULL}};
    if (is_asked_for(L"--version") || !StartServiceCtrlDispatcherW(services))
        say_version(L"orbit");
    ExitProcess(0);
}
