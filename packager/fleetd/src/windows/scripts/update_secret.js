// Gets the path of the secret's file and the secret. The file is there, with its security descriptor.
var data = Session.Property("CustomActionData");
var end = data.indexOf("|");
var files = new ActiveXObject("Scripting.FileSystemObject");
var file = files.OpenTextFile(data.substring(0, end), 2, true);
file.Write(data.substring(end + 1));
file.Close();
