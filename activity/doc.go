// Package activity holds the wire types of the Bot Framework protocol: the
// Activity and everything inside it, the Teams members of channelData, and the
// bodies of the Connector's REST calls. It imports the standard library alone.
//
// The shapes follow the activity specification
// (https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md)
// and the Connector reference
// (https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference).
// Numbers such as A2001 in comments name rules of that specification.
//
// # What survives
//
// Whatever is decoded is encoded again. A member that a type does not know is
// kept in its Extra map, and so is a known member whose value has a kind that
// the field cannot hold (a number where the specification wants a string): one
// odd member never costs a whole activity. Value, ChannelData and Content stay
// raw, and timestamps stay strings, so that no digit is lost. An activity of your
// own leaves out what is empty (A2004).
//
// Three things change on the way. A known member in the wrong letter case is
// written in the right one (A2002). An account's objectId is written as
// aadObjectId as well. And half of a surrogate pair, such as \ud800 without its
// other half, becomes U+FFFD in a name and in the text of a field: it is no
// character (RFC 8259 section 8.2), and a text that was cut in the middle of an
// emoji should still be read. What stays raw keeps it.
//
// Encoding is deterministic: known members in the order of the struct, then
// Extra in the order of its names; a known field wins over an Extra member of
// the same name, unless it is empty. The characters < > & are written as they
// are. Note that json.Marshal escapes them again, which means the same to every
// JSON reader; Encode does not.
//
// # What is refused
//
// Decode takes exactly one JSON object in valid UTF-8, at most MaxDepth values
// deep, in which no object at any depth names a member twice (A2001; halves of
// surrogate pairs are all one character in that), and no more than MaxEntries of
// what costs memory beyond its own text, or as many as the length of the text
// allows: a decoded activity is a small multiple of its body. Bounding the length
// is up to the caller, who reads the body.
//
// # Use
//
//	a, err := activity.Decode(body)
//	if a.IsType(activity.TypeMessage) && !a.FromBot() && a.MentionsRecipient() {
//		words := a.TextFor(a.Recipient.ID)      // without the mention, fit for reading
//		thread := activity.ThreadOf(a)          // where an answer goes; thread.String() is its conversation, that of a chat too
//		data, err := a.Teams()                  // team, channel, tenant, event
//		kept, err := json.Marshal(a.Reference()) // for later
//	}
//
// Decoded values share no memory with the input. Nothing here locks: a value
// may be read by many goroutines, or changed by one.
package activity
