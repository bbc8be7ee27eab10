package bottest

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/docket-handoff/docket/auth"
)

// connectorPath is where the Connector begins, below the base URL.
const connectorPath = "/connector"

// Service is the other end of a bot. See the package documentation.
type Service struct {
	cfg     Config
	mux     *http.ServeMux
	client  *http.Client // towards the bot
	entra   *signingKey  // signs the bot's access tokens
	closed  chan struct{}
	closing sync.Once
	working sync.WaitGroup // deliveries that come again; added to under mu

	foreignOnce sync.Once
	foreign     foreignKeys // see Refusals

	mu         sync.Mutex
	base       string
	endpoint   string
	server     *http.Server
	served     chan struct{}
	keys       []*signingKey // published for the channel; the last one signs
	revoked    map[string]bool
	channels   []*channel
	chats      []*channel // personal ones
	blocked    bool       // by an admin of the tenant
	redirects  []string   // see RegisterRedirect
	consents   []string   // tenants
	lastID     int64
	version    int64
	watchers   map[chan struct{}]bool
	faults     map[Op][]fault
	requests   []Request
	counts     map[Op]int
	deliveries []Delivery
	violations []Violation
	expected   []string
	pictures   map[string]picture
}

// New makes a service and starts nothing. Serve its Handler, or call Start.
func New(cfg Config) *Service {
	cfg = cfg.withDefaults()
	s := &Service{
		cfg:      cfg,
		client:   newBotClient(cfg.Transport),
		entra:    newSigningKey(0, nil),
		closed:   make(chan struct{}),
		base:     strings.TrimRight(cfg.BaseURL, "/"),
		endpoint: cfg.BotEndpoint,
		keys:     []*signingKey{newSigningKey(1, teamsEndorsements)},
		revoked:  make(map[string]bool),
		watchers: make(map[chan struct{}]bool),
		faults:   make(map[Op][]fault),
		counts:   make(map[Op]int),
		pictures: make(map[string]picture),
	}
	for _, team := range cfg.Teams {
		s.addTeam(team)
	}
	s.mux = s.routes()
	return s
}

// Handler serves metadata, keys, tokens and the Connector. Whoever serves it
// sets Config.BaseURL to where it is reachable.
func (s *Service) Handler() http.Handler { return s.mux }

// Start serves on a free port of 127.0.0.1 until Close.
func (s *Service) Start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return errors.Join(errors.New("bottest: the service is started already"), listener.Close())
	}
	s.base = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.mux, ReadHeaderTimeout: 5 * time.Second}
	s.served = make(chan struct{})
	go func() {
		defer close(s.served)
		s.server.Serve(listener)
	}()
	return nil
}

// Close ends hanging answers, deliveries that were to come again, the server that Start began,
// and idle connections.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closing.Do(func() { close(s.closed) })
	server, served := s.server, s.served
	s.mu.Unlock()
	s.working.Wait()
	var err error
	if server != nil {
		err = server.Close()
		<-served
	}
	s.client.CloseIdleConnections()
	return err
}

// SetBotEndpoint says where activities are posted to.
func (s *Service) SetBotEndpoint(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = endpoint
}

func (s *Service) baseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

// MetadataURL is the OpenID metadata of the channel.
func (s *Service) MetadataURL() string {
	return s.baseURL() + "/v1/.well-known/openidconfiguration"
}

// TokenURL is the token endpoint of the configured tenant.
func (s *Service) TokenURL() string {
	return s.baseURL() + "/" + url.PathEscape(s.cfg.Tenant) + "/oauth2/v2.0/token"
}

// ServiceURL is the serviceUrl of every activity; it ends with a slash.
func (s *Service) ServiceURL() string { return s.baseURL() + connectorPath + "/" }

// Host is the host and port of the service, as a list of trusted hosts takes it.
func (s *Service) Host() string {
	_, host, _ := strings.Cut(s.baseURL(), "://")
	return host
}

// Hosts is the list of the configured cloud with this service added.
func (s *Service) Hosts() auth.Hosts {
	hosts, err := auth.NewHosts(s.cfg.Cloud, s.Host())
	if err != nil {
		panic("bottest: the service's own address is no host: " + err.Error())
	}
	return hosts
}

// VerifierConfig is what a bot needs to verify this service's tokens.
func (s *Service) VerifierConfig() auth.VerifierConfig {
	return auth.VerifierConfig{
		AppID: s.cfg.AppID, Cloud: s.cfg.Cloud, MetadataURL: s.MetadataURL(), Hosts: s.Hosts(), Clock: s.cfg.Clock,
	}
}

// SecretConfig is what a bot needs to obtain tokens from this service.
func (s *Service) SecretConfig() auth.ClientSecretConfig {
	return auth.ClientSecretConfig{
		AppID: s.cfg.AppID, Secret: s.cfg.AppSecret, Tenant: s.cfg.Tenant, Cloud: s.cfg.Cloud, TokenURL: s.TokenURL(), Clock: s.cfg.Clock,
	}
}

// Users answers the people of the configuration.
func (s *Service) Users() []User { return append([]User(nil), s.cfg.Users...) }

// BotID is the bot's id in conversations, 28: and its app id.
func (s *Service) BotID() string { return "28:" + s.cfg.AppID }

// elsewhere lists documented calls of which it is not documented what Teams makes of them, or which need more of Teams than
// there is here.
var elsewhere = map[string]string{
	"GET /v3/conversations": "the list of a bot's conversations",
	"DELETE /v3/conversations/{conversation}/members/{member}": "taking a member out of a conversation",
	"POST /v3/conversations/{conversation}/activities/history": "activities that happened elsewhere",
	"POST /v3/conversations/{conversation}/attachments":        "a store of files",
	"GET /v1/meetings/{meeting}":                               "meetings",
	"GET /v1/meetings/{meeting}/participants/{participant}":    "meetings",
	"POST /v3/batch/conversation/{kind}":                       "batches",
	"GET /v3/batch/conversation/{operation}":                   "batches",
	"DELETE /v3/batch/conversation/{operation}":                "batches",
	"GET /v3/batch/conversation/failedentries/{operation}":     "batches",
}

// routes lists every door. What is not on the list is refused as a violation: the reference has no such call.
func (s *Service) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/.well-known/openidconfiguration", s.open(OpMetadata, s.serveMetadata))
	mux.HandleFunc("GET /v1/.well-known/keys", s.open(OpKeys, s.serveKeys))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.open(OpToken, s.serveToken))
	mux.HandleFunc("GET /{tenant}/v2.0/adminconsent", s.open(OpConsent, s.serveConsent))
	mux.HandleFunc("POST /{tenant}/v2.0/adminconsent", s.open(OpConsent, s.serveConsent))

	const conversation = connectorPath + "/v3/conversations/{conversation}"
	mux.HandleFunc("POST "+connectorPath+"/v3/conversations", s.guarded(OpCreate, s.createConversation))
	mux.HandleFunc("POST "+conversation+"/activities", s.guarded(OpSend, s.sendActivity))
	mux.HandleFunc("POST "+conversation+"/activities/{activity}", s.guarded(OpReply, s.sendActivity))
	mux.HandleFunc("PUT "+conversation+"/activities/{activity}", s.guarded(OpUpdate, s.updateActivity))
	mux.HandleFunc("DELETE "+conversation+"/activities/{activity}", s.guarded(OpDelete, s.deleteActivity))
	mux.HandleFunc("GET "+conversation+"/activities/{activity}/members", s.guarded(OpActivityMembers, s.listReaders))
	mux.HandleFunc("PUT "+conversation+"/activities/{activity}/reactions/{reaction}", s.guarded(OpReact, s.addReaction))
	mux.HandleFunc("DELETE "+conversation+"/activities/{activity}/reactions/{reaction}", s.guarded(OpReact, s.removeReaction))
	mux.HandleFunc("GET "+conversation+"/members", s.guarded(OpMembers, s.listMembers))
	mux.HandleFunc("GET "+conversation+"/pagedmembers", s.guarded(OpMembers, s.pageMembers))
	mux.HandleFunc("GET "+conversation+"/pagedMembers", s.guarded(OpMembers, s.pageMembers)) // as some SDKs write it
	mux.HandleFunc("GET "+conversation+"/members/{member}", s.guarded(OpMember, s.getMember))
	mux.HandleFunc("GET "+connectorPath+"/v3/teams/{team}", s.guarded(OpTeam, s.getTeam))
	mux.HandleFunc("GET "+connectorPath+"/v3/teams/{team}/conversations", s.guarded(OpChannels, s.listChannels))
	mux.HandleFunc("GET "+connectorPath+"/v3/attachments/{attachment}", s.guarded(OpAttachmentInfo, s.describeAttachment))
	mux.HandleFunc("GET "+connectorPath+"/v3/attachments/{attachment}/views/{view}", s.guarded(OpAttachment, s.getAttachment))
	for route, why := range elsewhere {
		method, path, _ := strings.Cut(route, " ")
		mux.HandleFunc(method+" "+connectorPath+path, s.guarded(OpOther, func(r *http.Request, _ []byte) (any, *connectorError) {
			return nil, notModelled("%s %s: %s", r.Method, r.URL.EscapedPath(), why)
		}))
	}
	mux.HandleFunc("/", s.unknownRoute)
	return mux
}

func (s *Service) now() time.Time { return s.cfg.Clock() }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// newBotClient follows no redirects: what the bot itself answers is what counts.
func newBotClient(way http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
