package auth

import (
	"errors"
	"net/http"
	"strings"
)

// maxHeader bounds the Authorization header in bytes. Tokens of the channel
// are about 1 KiB long.
const maxHeader = 8 << 10

// bearer takes the token out of the one Authorization header. The scheme's case
// does not matter (https://www.rfc-editor.org/rfc/rfc9110#section-11.1), everything else does.
func bearer(h http.Header) (string, *Error) {
	values := h.Values("Authorization")
	if len(values) == 0 || len(values) == 1 && strings.TrimSpace(values[0]) == "" {
		return "", unauthorized(MissingHeader, "no Authorization header")
	}
	if len(values) > 1 {
		return "", unauthorized(MalformedHeader, "%d Authorization headers", len(values))
	}
	token, err := bearerToken(values[0])
	if err != nil {
		return "", unauthorized(MalformedHeader, "%w", err)
	}
	return token, nil
}

func bearerToken(value string) (string, error) {
	if len(value) > maxHeader {
		return "", errors.New("the Authorization header is too long")
	}
	scheme, token, ok := strings.Cut(value, " ")
	if !ok || token == "" || strings.Contains(token, " ") || strings.Contains(token, "\t") || strings.Contains(token, ",") {
		return "", errors.New("the Authorization header is not a scheme and one token")
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errors.New("the Authorization scheme is not Bearer")
	}
	return token, nil
}
