package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// inbound has the members of an activity that an echo needs.
type inbound struct {
	Type         string `json:"type"`
	Text         string `json:"text"`
	ServiceURL   string `json:"serviceUrl"`
	Conversation struct {
		ID string `json:"id"`
	} `json:"conversation"`
}

type outbound struct {
	Type       string `json:"type"`
	Text       string `json:"text"`
	TextFormat string `json:"textFormat"`
}

// Bare is the yardstick: it decodes the activity, posts the same reply as
// examples/echo and answers 200. It asks nobody for a token, sends none and
// checks nothing. It is safe for concurrent use and must never serve anything
// but a measurement.
func Bare(client *http.Client) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said inbound
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil || said.Type != "message" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := reply(r, client, said); err != nil {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
}

func reply(r *http.Request, client *http.Client, said inbound) error {
	body, err := json.Marshal(outbound{Type: "message", Text: "Echo: " + said.Text, TextFormat: "plain"})
	if err != nil {
		return err
	}
	target := said.ServiceURL + "v3/conversations/" + url.PathEscape(said.Conversation.ID) + "/activities"
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// BareClient keeps as many connections to the Connector as package bot does, so
// that the yardstick does not lose by dialling.
func BareClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
}
