// Package widget is the script that a website embeds, and the way it is served. It has no build step: widget.js is what
// the browser gets. The script speaks /v1 like any other client and knows nothing that is not in the API's description.
package widget
