// Gets a folder. What runs from it is ended, if it is called Orbit: in another one, others may have programs of their own.
var folder = Session.Property("CustomActionData").toLowerCase();
var isOrbits = /\\orbit\\$/.test(folder);
var query = "SELECT ProcessId, ExecutablePath FROM Win32_Process";
var processes = new Enumerator(GetObject("winmgmts:root/cimv2").ExecQuery(query));
for (; !processes.atEnd(); processes.moveNext()) {
  var path = processes.item().ExecutablePath;
  if (isOrbits && path && path.toLowerCase().indexOf(folder) === 0) {
    try {
      processes.item().Terminate();
    } catch (error) {
      // It has ended meanwhile.
    }
  }
}
