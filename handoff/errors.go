package handoff

import (
	"errors"
	"time"
)

// Code names a refusal for programs. Codes are stable: clients, webhooks and logs compare them.
type Code string

// The refusals of the desk.
const (
	CodeInvalid             Code = "invalid"              // a field is missing or wrong; Msg names it
	CodeTooLong             Code = "message_too_long"     // more than MaxText characters
	CodeUnknownAgent        Code = "unknown_agent"        //
	CodeUnknownConversation Code = "unknown_conversation" // also: somebody else's
	CodeUnknownChannel      Code = "unknown_channel"      //
	CodeUnknownVisitor      Code = "unknown_visitor"      //
	CodeUnknownFile         Code = "unknown_file"         //
	CodeUnknownDelivery     Code = "unknown_delivery"     // no such post is kept
	CodeDecided             Code = "already_decided"      // somebody else has decided otherwise
	CodeFilesOff            Code = "files_off"            // the agent takes no files
	CodeFileTooLarge        Code = "file_too_large"       //
	CodeClientIDReused      Code = "client_id_reused"     // the same client_id or Idempotency-Key with other content
	CodeUnderWay            Code = "handoff_under_way"    // one handoff at a time
	CodeNoHandoff           Code = "no_handoff"           // nothing to end
	CodeSpecialistHasIt     Code = "specialist_has_it"    // the agent is silent while a person talks
	CodeChanged             Code = "changed_meanwhile"    // somebody else changed it since the caller looked
	CodeClosed              Code = "conversation_closed"  // the visitor is gone for good
	CodeNothingToRate       Code = "nothing_to_rate"      // no handoff has ended yet
	CodeBusy                Code = "too_many_waiting"     // the desk, or every channel, has as much to do as it can take
	CodeBehind              Code = "too_many_unsent"      // too many lines of this conversation are still on their way
	CodeStore               Code = "store_unavailable"    // it cannot be written now; try again, with the same key
	CodeDiskFull            Code = "disk_full"            // the same, until somebody makes room on the server's disk
)

// Error is a refusal with two readers: Msg is for the person or program that asked, Err for the operator's log.
type Error struct {
	Code       Code
	Msg        string
	RetryAfter time.Duration // zero: do not say
	Err        error
}

// Error describes the refusal for a log, its cause included.
func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Code) + ": " + e.Msg + ": " + e.Err.Error()
	}
	return string(e.Code) + ": " + e.Msg
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.Err }

// HTTPStatus lets a messaging endpoint say that the sender should try again: 503 when the store cannot write.
func (e *Error) HTTPStatus() int {
	switch e.Code {
	case CodeStore, CodeBusy, CodeBehind, CodeDiskFull:
		return 503
	}
	return 500
}

// CodeOf returns the code of an error made by this package, and "" for any other.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func refuse(code Code, msg string) *Error { return &Error{Code: code, Msg: msg} }

// busyPause is when somebody who was sent away for a full queue may come back.
const busyPause = 30 * time.Second

func busy(msg string) *Error { return &Error{Code: CodeBusy, Msg: msg, RetryAfter: busyPause} }
