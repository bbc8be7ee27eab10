package bot_test

// stricter names the deliveries that Microsoft's validator takes and ours refuses, with the reason. docs/protocol-checks.md
// repeats it.
var stricter = map[string]string{
	"a critical extension":      "RFC 7515 wants a token refused whose critical extensions are not understood.",
	"two headers":               "A second header is a sign of two parties that disagree about who is asking. Node.js keeps the first without a word.",
	"a token of nine kilobytes": "A token of the channel has about one kilobyte. The header is bounded at eight before anything of it is read.",
	"RS384":                     "The channel's metadata names RS256 and nothing else.",
	"RS512":                     "The channel's metadata names RS256 and nothing else.",
	"loose bits at the end":     "One token has one spelling: RFC 4648 lets a reader refuse bits that say nothing, and a remembered token is known by its text.",
	"a claim that is not UTF-8": "RFC 8259 wants UTF-8. What is mended on the way is no longer what was signed.",
	"claims a thousand deep":    "Claims are read as strictly as a body, and the channel's have no depth at all.",
	"iss twice, the last good":  "Two members of one name mean one thing to one reader and another to the next.",
	"aud twice, the last good":  "Two members of one name mean one thing to one reader and another to the next.",

	"the Emulator, version 1":                         "The Emulator's tokens open no door: there is one issuer.",
	"the Emulator, version 2":                         "The Emulator's tokens open no door: there is one issuer.",
	"the Emulator in any tenant":                      "The unverified claim tid adds an issuer to Microsoft's list for as long as the process lives. Ours cannot be added to.",
	"the channel naming an app without a version":     "The channel speaks for itself. A token that names another app as its sender is a skill's, with a version or without.",
	"the channel naming an app of an unknown version": "The channel speaks for itself. A token that names another app as its sender is a skill's, whatever its version.",
	"no expiry":                                    "A token that never ends cannot be taken back.",
	"an expiry beyond any time":                    "A date that cannot be reckoned with is no date.",
	"an expiry beyond any number":                  "A date that cannot be reckoned with is no date.",
	"an nbf before any time":                       "A date that cannot be reckoned with is no date.",
	"a host that is signed and not listed":         "The bot's own token goes to hosts on a list, whoever vouches for another.",
	"a neighbour of the real host, signed":         "Anybody can register a name below trafficmanager.net, so the real one is compared whole.",
	"plain http to the real host, signed":          "The bot's own token does not travel in the clear.",
	"a metadata address, signed":                   "An address inside the host's network is no Connector.",
	"no URL at all, signed":                        "What cannot be called is no service URL.",
	"no service URL":                               "Without it the claim would be compared with nothing, and nobody could be answered.",
	"a service URL that is null":                   "As without one.",
	"an empty service URL":                         "As without one.",
	"a foreign service URL under another spelling": "Names match in any case (A2002), so the foreign URL is the one that a reader may see.",
	"two service URLs, the last good":              "Two members of one name mean one thing to the validator and another to the next reader.",
	"a channel that is null":                       "Rule A2020 wants a channel. Without one a token for any other channel would do.",
	"an empty channel":                             "As for a channel that is null.",
	"a blank channel":                              "As for a channel that is null.",
	"an endorsed channel that is not allowed":      "The bot is at home in Teams. Another channel has to be allowed by name.",
	"a key with an empty list":                     "A key that is endorsed for nothing speaks for nobody, as in the current .NET SDK.",
	"a key without the list":                       "A key that is endorsed for nothing speaks for nobody, as in the current .NET SDK.",
	"tenants that disagree":                        "The body names the tenant twice. If the two differ one of them is forged.",
	"a tenant that is not allowed":                 "Whoever runs the bot says which tenants may speak to it.",
	"no tenant":                                    "Whoever runs the bot says which tenants may speak to it, and nobody is not on the list.",
	"a text that is not UTF-8":                     "RFC 8259 wants UTF-8. What is mended on the way is no longer what was sent.",
	"a member twice":                               "Two members of one name mean one thing to one reader and another to the next.",
	"a value a hundred deep":                       "Nothing that Teams sends is deeper than ten. The bound keeps every later reader of the value safe.",
	"no type":                                      "Rule A2010 wants a type. Microsoft's adapter looks at it after the validator.",
	"no conversation":                              "Rule A2080 wants a conversation, and nobody could be answered without.",
	"answers wanted in the response":               "Delivery mode expectReplies is for skills. Taking it would lose every answer.",
}

// kinder names the deliveries that we take and Microsoft's validator for JavaScript refuses, as the Bot Framework's written
// rules and Microsoft's newer SDKs let us. None needs less than a token
// that the channel signed for this bot, nor leads anywhere else.
var kinder = map[string]string{
	"scheme in small letters":                            "RFC 9110: the scheme's case does not matter. Microsoft's Agents SDK takes it.",
	"scheme in capitals":                                 "RFC 9110: the scheme's case does not matter. Microsoft's Agents SDK takes it.",
	"the app id in capitals":                             "A GUID is the same in either case (RFC 9562), and people copy it from places that write it in either.",
	"the app id in a list":                               "RFC 7519 lets an audience of one be a list. Microsoft's Agents SDK takes it. Every entry has to be the bot.",
	"the app id in a list, twice":                        "As above: every entry is the bot.",
	"the body without the slash":                         "The same URL in another spelling. Microsoft's Teams SDKs take it.",
	"the claim without the slash":                        "The same URL in another spelling. Microsoft's Teams SDKs take it.",
	"the scheme in capitals":                             "The same URL in another spelling (RFC 3986). The .NET SDK takes it.",
	"a sub-channel":                                      "msteams:agents is the channel msteams. Microsoft's Agents SDK reads it so, and endorsements know no sub-channels.",
	"the real host in capitals, signed in small letters": "The same URL in another spelling (RFC 3986). The .NET SDK takes it.",
	"the real host with its port, signed without":        "The same URL in another spelling (RFC 3986).",
}
