package main

import "slices"

// mutants are all breakages, in the order in which a message meets them.
var mutants = slices.Concat(atTheGate, onTheWire, inTheStore, inTheRelay, atTheWebsitesDoor, inTheAdminsPages)

// atTheGate lets strangers in, or trusts what nobody vouches for.
var atTheGate = []mutant{
	{
		name: "jwks-merge", breaks: "a key that Microsoft has withdrawn goes on being trusted",
		file: "auth/keyring.go", old: "k.keys = k.keys.replacedBy(keys)", new: "for id, key := range k.keys.replacedBy(keys) {\n\t\tif k.keys == nil {\n\t\t\tk.keys = keySet{}\n\t\t}\n\t\tk.keys[id] = key\n\t}",
		room: "auth", run: "TestARememberedTokenEndsWithItsKey|TestARotatedKeyIsAcceptedAtOnce",
	},
	{
		name: "jwks-refresh-unbounded", breaks: "anybody can make the server ask Microsoft as often as he likes",
		file: "auth/keyring.go", old: "now.Sub(k.unknownAt) < unknownPause", new: "now.Sub(k.unknownAt) < 0",
		room: "auth", run: "TestUnknownKeyIDsCauseOneFetchInFiveMinutes",
	},
	{
		name: "jwks-no-outage", breaks: "an hour without Microsoft's key server is an hour without conversations",
		file: "auth/keyring.go", old: "keysStale      = 5 * 24 * time.Hour", new: "keysStale      = 24 * time.Hour",
		room: "auth", run: "TestAnOutageIsServedFromTheOldSet",
	},
	{
		name: "jwks-anywhere", breaks: "whoever can change the metadata document can bring keys of his own",
		file: "auth/keysource.go", old: `return nil, fmt.Errorf("host %q is not one that may hold the keys", host)`, new: "return u, nil",
		room: "auth", run: "TestWhereKeysMayLie",
	},
	{
		name: "follow-redirects", breaks: "a redirect leads the server to keys of somebody else's",
		file: "auth/keysource.go", old: "func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }", new: "nil",
		room: "auth", run: "TestWhereKeysMayLie|TestBadDocumentsAreNoKeys|TestTokenErrorsSayWhatAndHideTheSecret|TestWhichKeysAreTrusted",
	},
	{
		name: "skip-audience", breaks: "a token for any other bot opens this one",
		file: "auth/verifier.go", old: "if !v.forUs(claims.audience) {", new: "if false {",
		room: "auth", run: "TestVerifyTokens",
	},
	{
		name: "any-algorithm", breaks: "a token that is signed with the public key is taken",
		file: "auth/verifier.go", old: "jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),", new: "",
		room: "auth", run: "TestVerifyAlgorithmConfusion|TestVerifyTokens",
	},
	{
		name: "skip-issuer", breaks: "a token of another issuer is taken when its key is known",
		file: "auth/verifier.go", old: "if issuer != v.cloud.Issuer {", new: "if false {",
		room: "auth", run: "TestVerifyTokens",
	},
	{
		name: "no-expiry-wanted", breaks: "a token without an end opens the door for ever",
		file: "auth/verifier.go", old: "jwt.WithExpirationRequired(),", new: "",
		room: "auth", run: "TestVerifyTokens",
	},
	{
		name: "remembered-for-ever", breaks: "a remembered token outlives its own end",
		file: "auth/seen.go", old: "return now.Before(t.expires.Add(leeway)) &&", new: "return",
		room: "auth", run: "TestSeenTokensExpire|TestVerifyAcceptsATokenUntilItExpires",
	},
	{
		name: "skip-serviceurl", breaks: "a token of one tenant's service speaks for another",
		file: "auth/authorize.go", old: "if !sameServiceURL(c.ServiceURL, a.ServiceURL) {", new: "if false {",
		room: "auth", run: "TestAuthorize",
	},
	{
		name: "skip-endorsement", breaks: "a key of another channel speaks for Teams",
		file: "auth/authorize.go", old: "if !c.Endorsed(channel) {", new: "if false {",
		room: "auth", run: "TestAuthorize",
	},
	{
		name: "skip-tenant", breaks: "a company that nobody let in can write",
		file: "auth/authorize.go", old: `if v.tenants != nil && (tenant == "" || !v.tenants(tenant)) {`, new: `if tenant == "nobody" {`,
		room: "auth", run: "TestAuthorize|TestAnActivityWithoutATenantIsNobodys",
	},
	{
		name: "host-by-suffix", breaks: "a host that only ends like a trusted one gets the bot's token",
		file: "auth/hosts.go", old: "return u.host == r.name\n", new: "return strings.HasSuffix(u.host, r.name)\n",
		room: "auth", run: "TestHostsCheck",
	},
	{
		name: "body-before-token", breaks: "strangers make the server read what they send",
		file: "bot/receive.go", old: "	claims, err := e.gate.Verify(ctx, r.Header)\n", new: "	_, _ = new(bytes.Buffer).ReadFrom(r.Body)\n	claims, err := e.gate.Verify(ctx, r.Header)\n",
		room: "bot", run: "TestNoBodyIsReadBeforeTheToken",
	},
	{
		name: "body-without-limit", breaks: "one request fills the memory",
		file: "bot/receive.go", old: "into.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))", new: "into.ReadFrom(r.Body)",
		room: "bot", run: "TestTheLimitIsOnTheByte|TestInboundMatrix",
	},
}

// onTheWire loses, doubles or betrays what is sent.
var onTheWire = []mutant{
	{
		name: "token-to-strangers", breaks: "the bot's token goes to whatever host an activity names",
		file: "bot/call.go", old: "return &Error{Op: op.op, Err: fmt.Errorf(\"%w: %w\", errHostNotTrusted, err)}", new: "base = op.serviceURL",
		room: "bot", run: "TestTheTokenGoesToListedHostsAlone",
	},
	{
		name: "no-late-answer", breaks: "a handler that hangs leaves Teams without an answer, and Teams sends it all again",
		file: "bot/deadline.go", old: "	if d.expired && d.do != nil {", new: "	if false {",
		room: "bot", run: "TestALateAnswerDoesNotWaitForTheHandler|TestASlowBodyIsCutOff",
	},
	{
		name: "silent-replay", breaks: "a connection that breaks makes the transport post a line twice",
		file: "bot/call.go", old: "req.Body = io.NopCloser(bytes.NewReader(body))", new: "req.Body = io.NopCloser(bytes.NewReader(body))\n\t\treq.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }\n\t\treq.Header[\"Idempotency-Key\"] = []string{\"1\"}",
		room: "bot", run: "TestNoSilentReplay|TestNoRequestCanBeRewound",
	},
	{
		name: "server-error-is-certain", breaks: "a line that Teams took before it failed is posted again, unmarked",
		file: "bot/call.go", old: "op.method == http.MethodPost && (resp.StatusCode == http.StatusRequestTimeout || resp.StatusCode >= 500)", new: "false",
		room: "bot", run: "TestFaultsOfASend",
	},
	{
		name: "reset-is-certain", breaks: "a line is posted twice when its connection breaks after it was written",
		file: "bot/call.go", old: "op.method == http.MethodPost && sent.maybe()", new: "false",
		room: "bot", run: "TestFaultsOfASend|TestAHangIsInDoubt|TestNoSilentReplay",
	},
	{
		name: "ignore-retry-after", breaks: "a service that asks for a pause is asked again at once",
		file: "bot/call.go", old: "RetryAfter:  auth.RetryAfter(resp.Header, time.Now()),", new: "",
		room: "bot", run: "TestFaultsOfASend",
	},
	{
		name: "forget-refusals", breaks: "with a wrong secret every message is one more request to the token endpoint",
		file: "auth/cached.go", old: "c.refusal, c.notBefore = err, c.clock().Add(pause)", new: "",
		room: "auth", run: "TestARefusalIsRemembered",
	},
	{
		name: "ids-as-paths", breaks: "an id with a slash in it calls another operation",
		file: "bot/call.go", old: "target = append(target, url.PathEscape(segment)...)", new: "target = append(target, segment...)",
		room: "bot", run: "TestIDsAreOneSegment",
	},
	{
		name: "keep-refused-token", breaks: "a revoked token is used until its hour is over",
		file: "bot/call.go", old: "c.tokens.Invalidate(token)", new: "",
		room: "bot", run: "TestARefusedTokenIsReplacedOnce",
	},
	{
		name: "drop-unknown-members", breaks: "what Microsoft adds to an activity is lost on the way through",
		file: "activity/decode.go", old: "(*o.extra)[string(name)] = bytes.Clone(raw)", new: "_ = bytes.Clone(raw)",
		room: "activity", run: "TestEveryMemberSurvives",
	},
	{
		name: "names-twice", breaks: "an activity with a member twice is read one way by us and another way by others",
		file: "activity/decode.go", old: "if o.seen&(1<<i) != 0 {\n\t\treturn &DecodeError", new: "if false {\n\t\treturn &DecodeError",
		room: "activity", run: "TestDecodeRefuses",
	},
	{
		name: "markdown-of-strangers", breaks: "a visitor's text becomes a link or a heading on the specialist's card",
		file: "cards/text.go", old: "		if p.foreign {\n			b.WriteString(escape(", new: "		if false {\n			b.WriteString(escape(",
		room: "cards", run: "TestTextBlockEscapesForeignWordsOnly",
	},
	{
		name: "bidi-on-cards", breaks: "a visitor's text reads backwards on the card and says something else",
		file: "cards/text.go", old: " || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069", new: "",
		room: "cards", run: "TestSafe",
	},
}

// inTheStore acknowledges what is not on the disk, or serves what is not what was written.
var inTheStore = []mutant{
	{
		name: "row-unchecked", breaks: "a bit that the disk has flipped is served as the truth",
		file: "store/bolt/row.go", old: "if sum(key, row[rowHead:]) != binary.BigEndian.Uint32(row[1:rowHead]) {", new: "if false {",
		room: "store/bolt", run: "TestFlippedBit|TestMisplacedValue",
	},
	{
		name: "given-up-and-committed", breaks: "a line is kept after its sender was told that it was not",
		file: "store/bolt/commit.go", old: "	c.waiting = slices.Delete(c.waiting, at, at+1)\n", new: "",
		room: "store/bolt", run: "TestCommitThatHangs|TestEngine",
	},
	{
		name: "go-on-after-failed-sync", breaks: "lines are acknowledged that the disk may not hold",
		file: "store/bolt/commit.go", old: "	if unconfirmed(err) {", new: "	if false {",
		room: "store/bolt", run: "TestUnconfirmed|TestDiskThatDoesNotSync",
	},
	{
		name: "answer-before-commit", breaks: "a line that was answered 201 is gone after a crash",
		file: "store/bolt/commit.go", old: "	if err = tx.Commit(); err == nil {", new: "	if err = tx.Rollback(); err == nil {",
		room: "store/bolt", run: "TestReopenKeepsEverything|TestKill",
	},
	{
		name: "spoiled-group", breaks: "half of a change that failed is kept because others were committed with it",
		file: "store/bolt/commit.go", old: "if failed && len(c.written) > 0 && len(group) > 1 {", new: "if false {",
		room: "store/bolt", run: "TestEngine|TestConcurrentCallersShareACommit",
	},
	{
		name: "no-wake", breaks: "the visitor's stream stays silent until the next reconnect",
		file: "store/bolt/commit.go", old: "			e.watches.wake(c.written)\n", new: "",
		room: "store/bolt", run: "TestEngine",
	},
	{
		name: "any-ledger", breaks: "a page of last week in the place of today's is served",
		file: "store/bolt/verify.go", old: "case a.booked.commit != a.head.commit:", new: "case false:",
		room: "store/bolt", run: "TestLostWrite",
	},
	{
		name: "circle-in-a-large-store", breaks: "a large store that is damaged reads for ever, or ends the process again and again",
		file: "store/bolt/identity.go", old: "newPages(e.file, h).outline(context.Background())", new: "newPages(e.file, h).readFree()",
		room: "store/bolt", run: "TestStructure",
	},
	{
		name: "scan-backwards", breaks: "a scan goes round and round in a damaged tree",
		file: "store/bolt/transaction.go", old: "if len(w.last) > 0 && bytes.Compare(key, w.last) <= 0 {", new: "if false {",
		room: "store/bolt", run: "TestCircle",
	},
}

// inTheRelay doubles, loses, disorders or leaks lines.
var inTheRelay = []mutant{
	{
		name: "throttle-one-alone", breaks: "every conversation of a channel that asks for silence is refused in its turn",
		file: "handoff/lanes.go", old: "	d.heed(post.Channel, failure)\n", new: "",
		room: "handoff", run: "TestThrottledChannel",
	},
	{
		name: "damaged-row-for-all", breaks: "one row that the disk has spoilt stops every channel",
		file: "handoff/books.go", old: "if row.Err != nil || err != nil {", new: "if row.Err != nil {\n		return backlog{}, row.Err\n	}\n	if err != nil {",
		room: "handoff", run: "TestRowOfOne",
	},
	{
		name: "card-again-and-again", breaks: "a card that was deleted is posted thirty times while the service is ill",
		file: "handoff/lane_rules.go", old: "j.repeatable() && !failed.Anew", new: "j.repeatable()",
		room: "handoff", run: "TestCardPostedAnew",
	},
	{
		name: "drop-dedupe", breaks: "a line that Teams delivers again appears twice before the visitor",
		file: "handoff/rows.go", old: "	before, found, err := store.Get[keyed](tx, onceKey(scope, key))\n", new: "	before, found, err := keyed{}, false, error(nil)\n",
		room: "handoff", run: "TestPlatformKeys|TestClientID",
	},
	{
		name: "other-text-same-key", breaks: "a second line under a used id is swallowed, and nobody is told",
		file: "handoff/rows.go", old: "	if before.Hash != hash {", new: "	if false {",
		room: "handoff", run: "TestClientID",
	},
	{
		name: "skip-intent", breaks: "a line that was being sent when the server died is posted again, unmarked",
		file: "handoff/carry.go", old: "		case phaseSending:\n			died, err", new: "		case \"never\":\n			died, err",
		room: "handoff", run: "TestDeathWhileSending|TestDeathTwice",
	},
	{
		name: "resend-every-doubt", breaks: "whenever nobody knows whether a line arrived it is posted again, for ever",
		file: "handoff/lane_rules.go", old: "	if j.Doubts > 1 {", new: "	if false {",
		room: "handoff", run: "TestDelivery|TestJudge",
	},
	{
		name: "doubt-without-wait", breaks: "a service that is slow to say yes gets the line twice",
		file: "handoff/lane_rules.go", old: "j.Phase, j.NotBefore = phasePending, now.Add(settle)", new: "j.Phase, j.NotBefore = phasePending, now",
		room: "handoff", run: "TestDelivery|TestJudge",
	},
	{
		name: "watch-after-read", breaks: "an event that falls between reading and watching never reaches the visitor",
		file: "handoff/events.go", old: "	wake := d.engine.Watch(ctx, logRows(id)) // before the first read, or an event could fall between\n		for {\n			more, err := d.yieldPage(ctx, id, &after, yield)\n", new: "	var wake <-chan struct{}\n		for {\n			more, err := d.yieldPage(ctx, id, &after, yield)\n			if wake == nil {\n				wake = d.engine.Watch(ctx, logRows(id))\n			}\n",
		room: "handoff", run: "TestEventsWatchBeforeRead",
	},
	{
		name: "everybody-is-heard", breaks: "what colleagues say among themselves reaches the visitor",
		file: "handoff/from_platform.go", old: "case h.Stage != StageJoined || h.Specialist.ID != line.Person.ID:", new: "case h.Stage != StageJoined:",
		room: "handoff", run: "TestStory|TestJoinRace|TestOutcomes",
	},
	{
		name: "internal-lines-leak", breaks: "a line that begins with // reaches the visitor",
		file: "handoff/from_platform.go", old: "	case internal(line.Text):", new: "	case false:",
		room: "handoff", run: "TestStory|TestForeignText",
	},
	{
		name: "edit-of-internal-leaks", breaks: "an edit to an internal line shows its text to the visitor",
		file: "handoff/edits.go", old: "return c.Delete || internal(c.Text)", new: "return c.Delete",
		room: "handoff", run: "TestEdits",
	},
	{
		name: "restored-stays-gone", breaks: "a line that its specialist has restored is missing for the visitor, and nobody is told",
		file: "handoff/course.go", old: "	if c.Restore {", new: "	if false {",
		room: "handoff", run: "TestEdits|TestChangesInAnotherOrder",
	},
	{
		name: "files-vanish", breaks: "a file that does not reach the visitor vanishes, and nobody is told",
		file: "handoff/from_platform.go", old: "		return HeardEmpty", new: "		return HeardInternal",
		room: "handoff", run: "TestWhatStaysBehind",
	},
	{
		name: "any-thread-joins", breaks: "a card that was copied into another thread takes the conversation over",
		file: "handoff/acts.go", old: `(a.Handoff != "" && a.Handoff != owner.Handoff)`, new: "false",
		room: "handoff", run: "TestForeignPresses",
	},
	{
		name: "second-join-wins", breaks: "two people join, and the visitor talks to the second",
		file: "handoff/rules.go", old: "	case h.Stage == StageJoined:\n		return OutcomeTaken\n	}\n	h.Stage, h.Specialist,", new: "	}\n	h.Stage, h.Specialist,",
		room: "handoff", run: "TestJoinRace|TestRules",
	},
	{
		name: "anybody-ends", breaks: "somebody who has not joined ends the conversation",
		file: "handoff/rules.go", old: "	case h.Specialist.ID != p.ID:\n		return OutcomeTaken\n", new: "",
		room: "handoff", run: "TestOutcomes",
	},
	{
		name: "early-promise", breaks: "the visitor is told that people were asked before anybody was",
		file: "handoff/rules.go", old: "	f.ask(channels)\n	f.wait()\n", new: "	f.tell(f.agent.Text(TextAsking))\n	f.ask(channels)\n	f.wait()\n",
		room: "handoff", run: "TestStory|TestRules",
	},
	{
		name: "closed-hours-ignored", breaks: "a handoff starts in the middle of the night",
		file: "handoff/rules.go", old: "	return policy.WorkHours.At(f.now)\n", new: "	return Availability{Available: true}\n",
		room: "handoff", run: "TestAvailability",
	},
	{
		name: "timers-round-down", breaks: "a timer fires a moment early, finds nothing to do and is lost",
		file: "handoff/rows.go", old: "at.Add(time.Millisecond-1).UnixMilli()", new: "at.UnixMilli()",
		room: "handoff", run: "TestTimerKeys",
	},
	{
		name: "no-pace", breaks: "Teams refuses the bot for writing too fast",
		file: "handoff/pace.go", old: "at.After(now) {", new: "false {",
		room: "handoff", run: "TestPaceKeepsEveryWindow|TestChannelsOfATenantShareAPace",
	},
	{
		name: "erased-comes-back", breaks: "a post in flight brings an erased visitor back into the channel",
		file: "handoff/carry.go", old: "	return d.unpost(tx, head.Conversation,", new: "	return nil\n	return d.unpost(tx, head.Conversation,",
		room: "handoff", run: "TestEraseWhileSending",
	},
	{
		name: "stale-success", breaks: "a channel that was deleted under a post is said to be connected, and handoffs go into the void",
		file: "handoff/carry.go", old: "c.reachedSince(then)", new: "c.reached()",
		room: "handoff", run: "TestLostWhileSending",
	},
	{
		name: "edit-is-no-edit", breaks: "the second edit of a line is taken for the first and lost",
		file: "teams/handler.go", old: "		parts = append(parts, data.EventType, a.Timestamp)\n", new: "		_ = data\n",
		room: "teams", run: "TestEditsAndPictures",
	},
	{
		name: "id-alone", breaks: "two threads with one message id are taken for one, and a line is lost",
		file: "teams/handler.go", old: "parts := []string{a.ChannelID, a.Conversation.ID, a.ID, a.Type}", new: "parts := []string{a.ID}",
		room: "teams", run: "TestKeyOf",
	},
}

// atTheWebsitesDoor lets other sites, other visitors and floods in, or makes a stream lie.
var atTheWebsitesDoor = []mutant{
	{
		name: "any-token", breaks: "any visitor reads any conversation",
		file: "handoff/conversations.go", old: "if err == nil && !c.admits(token) {", new: "if false {",
		room: "web", run: "TestStrangers",
	},
	{
		name: "any-page", breaks: "any website can use the agent",
		file: "web/callers.go", old: "	if !agent.Allows(origin) {\n		return foreignPage()", new: "	if agent.ID == \"nobody\" {\n		return foreignPage()",
		room: "web", run: "TestStrangers|TestForeignPagesLearnNothing",
	},
	{
		name: "no-limit", breaks: "one visitor fills the channel for all",
		file: "web/messages.go", old: "s.lines.take(string(id)); wait > 0", new: "s.lines.take(string(id)); wait < 0",
		room: "web", run: "TestLimits",
	},
	{
		name: "epoch-ignored", breaks: "after a restore a visitor's page misses what was said",
		file: "web/events.go", old: `if (own != "" && own != epoch) || after > last {`, new: `if own == "nobody" || after > last {`,
		room: "web", run: "TestPlaces",
	},
	{
		name: "slow-readers-stay", breaks: "a reader who reads nothing holds a goroutine and its memory",
		file: "web/stream.go", old: "st.conn.SetWriteDeadline(time.Now().Add(frameWrite))", new: "st.conn.SetWriteDeadline(time.Time{})",
		room: "web", run: "TestSlowReaderIsCut",
	},
	{
		name: "streams-unbounded", breaks: "one visitor opens streams until the server can serve nobody else",
		file: "web/streams.go", old: "case st.visitor && s.byVisitor[st.conversation] >= maxVisitorStreams:", new: "case false:",
		room: "web", run: "TestStreamLimits",
	},
}

// inTheAdminsPages lets the wrong people in, or forgets what admins did.
var inTheAdminsPages = []mutant{
	{
		name: "viewers-change", breaks: "whoever may look may also change everything",
		file: "web/admin/server.go", old: "case to.needs == admin && v.role != RoleAdmin:", new: "case false:",
		room: "web/admin", run: "TestWhoMayDoWhat",
	},
	{
		name: "silent-overwrite", breaks: "what one admin saved is gone without a word when another one saves",
		file: "web/admin/agent.go", old: "			if f.meanwhile(", new: "			if newForm(f.values).meanwhile(",
		room: "web/admin", run: "TestTwoAdminsAtOnce",
	},
	{
		name: "consent-replay", breaks: "a consent's return is good for a second time",
		file: "handoff/tenant.go", old: "		return tx.Delete(onceKey(\"consent\", key))", new: "		return nil",
		room: "web/admin", run: "TestForgedConsents",
	},
	{
		name: "endless-guessing", breaks: "a password can be guessed for as long as it takes",
		file: "web/admin/tries.go", old: "	if wait > 0 {\n		return wait", new: "	if wait < 0 {\n		return wait",
		room: "web/admin", run: "TestGuessingEnds",
	},
	{
		name: "unseen-reading", breaks: "a transcript is read and nobody ever knows by whom",
		file: "handoff/board.go", old: "		return note(tx)", new: "		return nil",
		room: "web/admin", run: "TestAuditOrNothing",
	},
}
