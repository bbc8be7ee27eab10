package handoff

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// The rows of the relay, by key. Numbers are padded so that keys sort as numbers do.
//
//	agents/<agent>                             Agent
//	channels/<channel>                         Channel
//	tenants/<platform>/<tenant>                Tenant
//	conversations/<conversation>/record        Conversation
//	conversations/<conversation>/log/<seq>     Event
//	conversations/<conversation>/delivery/<message>  DeliveryState
//	conversations/<conversation>/posted/<channel>/<message>  posted: what the bot left in the channels
//	conversations/<conversation>/handoffs/<handoff>  nothing
//	conversations/<conversation>/messages/<channel>/<platform's message>  nothing: names a row under messages/
//	conversations/<conversation>/early/<channel>/<platform's message>  early: changes that were quicker than their message
//	conversations/<conversation>/files/<file>  file
//	conversations/<conversation>/data/<file>   the file's bytes
//	handoffs/<handoff>                         Handoff
//	threads/<channel>/<address>                threadOwner
//	messages/<channel>/<platform's message>    messageOwner: a line, for its edits and reactions
//	outbox/<channel>/<queue>/<n>               job
//	queues/<channel>/<queue>                   backlog: what is known of a queue without reading its jobs
//	depths/<channel>                           depth: how much waits and is kept
//	held/<n>                                   job: in doubt twice, waits for a person
//	dead/<n>                                   job: certainly not delivered, likewise
//	conversations/<conversation>/kept/<n>      nothing: names a row under held/ or dead/
//	counters/<name>                            the last number given
//	timers/<unix milliseconds>/<handoff>/<kind>  nothing: the key says it all
//	turns/<conversation>                       turn: a visitor's line that waits for the agent
//	keys/<scope>/<key>                         keyed: what an input with this key got
//	expiries/<unix hour>/<key of another row>  nothing: that row is forgotten then
//	visitors/<visitor>/<conversation>          nothing
//	engaged/<visitor>/<agent>                  ID: the last handoff of a visitor whom a back end knows
//	board/<stage>/<agent or nothing>/<channel or nothing>/<order>/<handoff>  nothing: the lists of handoffs
//	search/<word>/<order>/<handoff>            the conversation's id
//	conversations/<conversation>/words/<handoff>  indexed: the words under which it is found
//	reports/<day>/<agent>/<channel or nothing>  Tally
//	meta/listed                                the form of the lists, once older handoffs are in them
//	meta/books                                 the form of queues/ and depths/, once older jobs are in them
//	meta/alive                                 when the desk last noted that it was alive
//	meta/epoch                                 the store's epoch
const (
	agentRows   = "agents/"
	handoffRows = "handoffs/"
	channelRows = "channels/"
	tenantRows  = "tenants/"
	outboxRows  = "outbox/"
	backlogs    = "queues/"
	depths      = "depths/"
	heldRows    = "held/"
	deadRows    = "dead/"
	timerRows   = "timers/"
	turnRows    = "turns/"
	messageRows = "messages/"
	boardRows   = "board/"
	searchRows  = "search/"
	reportRows  = "reports/"
	epochRow    = "meta/epoch"
	listedRow   = "meta/listed"
	booksRow    = "meta/books"
	aliveRow    = "meta/alive"
)

func agentKey(id ID) string   { return agentRows + string(id) }
func channelKey(id ID) string { return channelRows + string(id) }
func tenantKey(platform, id string) string {
	return tenantRows + segment(platform) + "/" + segment(strings.ToLower(id))
}
func recordKey(id ID) string             { return conversationRows(id) + "record" }
func logRows(id ID) string               { return conversationRows(id) + "log/" }
func logKey(id ID, seq Seq) string       { return fmt.Sprintf("%s%016d", logRows(id), seq) }
func handoffKey(id ID) string            { return handoffRows + string(id) }
func conversationRows(id ID) string      { return "conversations/" + string(id) + "/" }
func deliveryKey(id ID, m string) string { return conversationRows(id) + "delivery/" + m }
func postedRows(id ID) string            { return conversationRows(id) + "posted/" }
func fileKey(id ID, file string) string  { return conversationRows(id) + "files/" + file }
func dataKey(id ID, file string) string  { return conversationRows(id) + "data/" + file }
func wordsKey(id, handoff ID) string     { return conversationRows(id) + "words/" + string(handoff) }
func turnKey(id ID) string               { return turnRows + string(id) }
func visitorRows(id ID) string           { return "visitors/" + segment(string(id)) + "/" }

func threadKey(channel ID, address string) string {
	return "threads/" + string(channel) + "/" + segment(address)
}

func ownerKey(channel ID, message string) string {
	return messageRows + string(channel) + "/" + segment(message)
}

// ownedRows name the rows under messages/ that belong to a conversation.
func ownedRows(id ID) string { return conversationRows(id) + messageRows }

func laneRows(channel ID) string { return outboxRows + string(channel) + "/" }

func jobKey(channel ID, queue string, n uint64) string {
	return fmt.Sprintf("%s%016d", queueRows(channel, queue), n)
}

func queueRows(channel ID, queue string) string { return laneRows(channel) + segment(queue) + "/" }

// timerKey rounds up: a timer that fires before its moment would find that there is nothing to do yet.
func timerKey(at time.Time, handoff ID, kind timerKind) string {
	return fmt.Sprintf("%s%013d/%s/%s", timerRows, at.Add(time.Millisecond-1).UnixMilli(), handoff, kind)
}

func handoffsOf(id ID) string { return conversationRows(id) + "handoffs/" }

// messageID names a message by its place; seqOf reads the place back, and 0 where there is none.
func messageID(id ID, seq Seq) string { return string(id) + "." + strconv.FormatUint(uint64(seq), 10) }

func seqOf(message string) Seq {
	n, _ := strconv.ParseUint(message[strings.LastIndexByte(message, '.')+1:], 10, 64)
	return Seq(n)
}

const maxSegment = 200 // bytes; a key has a few segments and store.MaxKey bytes

var escaper = strings.NewReplacer("%", "%25", "/", "%2F")

// segment makes foreign text fit into one segment of a key. What is too long is known by its fingerprint.
func segment(s string) string {
	if escaped := escaper.Replace(s); len(escaped) <= maxSegment {
		return escaped
	}
	return "%" + fingerprint(s)
}

// threadOwner says whose thread it is.
type threadOwner struct {
	Conversation ID `json:"conversation"`
	Handoff      ID `json:"handoff"`
}

// messageOwner says which event a message in a channel is: the one that a specialist's message became, or the visitor's
// lines that a post of ours carries.
type messageOwner struct {
	Conversation ID    `json:"conversation"`
	Seq          Seq   `json:"seq"`
	More         []Seq `json:"more,omitempty"` // the further lines of one post

	course // of a specialist's message; the text that the visitor reads is in the log
}

// posted is a trace of the bot's in a channel, kept so that it can be erased.
type posted struct {
	Channel ID     `json:"channel"`
	Thread  string `json:"thread"`
	Message string `json:"message"`
}

// turn is a visitor's line that waits for the agent's answer.
type turn struct {
	Seq Seq `json:"seq"`
}

// next gives the next number of a counter, from 1.
func next(tx store.Tx, counter string) (uint64, error) {
	key := "counters/" + counter
	n, _, err := store.Get[uint64](tx, key)
	if err != nil {
		return 0, err
	}
	n++
	return n, store.Put(tx, key, n)
}

// keyTTL is how long an input's key is remembered: longer than any sender repeats itself.
const keyTTL = 7 * 24 * time.Hour

// keyed is what an input with a key got the first time.
type keyed struct {
	Hash   string          `json:"hash,omitempty"` // of what the input said, where a repeat must say the same
	Result json.RawMessage `json:"result,omitempty"`
}

// once looks the key up: found says that the input was taken before, and result is then filled with its first answer.
func once(tx store.Tx, scope, key, hash string, result any) (found bool, err error) {
	if key == "" {
		return false, nil
	}
	before, found, err := store.Get[keyed](tx, onceKey(scope, key))
	if err != nil || !found {
		return false, err
	}
	if before.Hash != hash {
		return true, refuse(CodeClientIDReused, "this key was used before with other content; use a new one")
	}
	return true, json.Unmarshal(before.Result, result)
}

func onceKey(scope, key string) string { return "keys/" + scope + "/" + segment(key) }

// remember keeps the answer that an input with this key got.
func remember(tx store.Tx, scope, key, hash string, result any, now time.Time) error {
	if key == "" {
		return nil
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return err
	}
	row := onceKey(scope, key)
	if err := store.Put(tx, row, keyed{Hash: hash, Result: raw}); err != nil {
		return err
	}
	return expire(tx, row, now.Add(keyTTL))
}

// expire lets a row be forgotten at a moment, or within hours after it.
func expire(tx store.Tx, row string, at time.Time) error {
	return tx.Put(fmt.Sprintf("expiries/%08d/%s", at.Unix()/3600, row), nil)
}
