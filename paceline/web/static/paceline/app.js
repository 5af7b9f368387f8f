// What every page does by itself: dialogs, opened trees, and staying as the server is.
import "./copy.js";
import "./dialogs.js";
import "./inline.js";
import "./live.js";
import "./methods.js";
import "./tree.js";
import "./typed.js";
