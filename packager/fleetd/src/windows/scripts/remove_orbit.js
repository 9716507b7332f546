// Gets folders. Only what is called Orbit is removed, wherever somebody had it installed.
var folders = Session.Property("CustomActionData").split("|");
var files = new ActiveXObject("Scripting.FileSystemObject");
for (var i = 0; i < folders.length; i++) {
  var folder = folders[i].replace(/\\+$/, "");
  if (/\\Orbit$/i.test(folder) && files.FolderExists(folder)) {
    try {
      files.DeleteFolder(folder, true);
    } catch (error) {
      // Something holds a file open: the rest is removed by whoever ends it.
    }
  }
}
