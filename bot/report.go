package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"unicode"
)

const (
	maxLogName  = 64   // runes of a foreign type or id in a log line
	maxLogCause = 4096 // runes of a cause; a stack fits
)

// subject is what a log line says of an activity. It is taken before a handler
// has it, which may change its activity while it is answered for.
type subject struct{ kind, name, id string }

// subjectOf is empty where there was no activity.
func subjectOf(turn *Turn) subject {
	if turn == nil {
		return subject{}
	}
	return subject{kind: turn.Activity.Type, name: turn.Activity.Name, id: turn.Activity.ID}
}

// report writes one log line and counts one refusal. A 401 is silent on the
// channel's side, nobody but the bot's operator ever learns of it, so it is as
// loud as the others.
func (e *endpoint) report(ctx context.Context, r *http.Request, about subject, refused *refusal) {
	e.opts.Observe(refused.reason)
	e.log(ctx, "bot: delivery refused", r, about, refused)
}

// reportLate writes why a handler failed that had been answered for already. The
// refusal was counted then.
func (e *endpoint) reportLate(ctx context.Context, r *http.Request, about subject, cause error) {
	late := *refusalOf(cause, HandlerFailed)
	late.status = http.StatusServiceUnavailable
	e.log(ctx, "bot: handler failed after its time", r, about, &late)
}

func (e *endpoint) log(ctx context.Context, message string, r *http.Request, about subject, refused *refusal) {
	level := slog.LevelWarn
	if refused.status >= 500 && refused.status != http.StatusNotImplemented {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.Int("status", refused.status),
		slog.String("reason", string(refused.reason)),
		slog.String("remote", r.RemoteAddr),
		slog.String("cause", oneLine(refused.err.Error(), maxLogCause)),
	}
	if about != (subject{}) {
		attrs = append(attrs,
			slog.String("type", oneLine(about.kind, maxLogName)),
			slog.String("name", oneLine(about.name, maxLogName)),
			slog.String("id", oneLine(about.id, maxLogName)))
	}
	e.opts.Log.LogAttrs(ctx, level, message, attrs...)
}

// oneLine makes foreign text safe for a log: control characters become blanks,
// and it is cut to most runes.
func oneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// encodeJSON leaves < and > as they are: <at> has to arrive at Teams unescaped.
func encodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
