package admin

// section is one part of the pages: a link on the left, and the routes behind it.
type section struct {
	title  string
	group  string // sections of one group stand together under its name; "" stands alone
	path   string // where its link leads
	routes []route

	undecided func(*visit) int // how much waits for a decision there, beside the link; nil: nothing ever does
}

// sections are all parts, in the order of the links. A new page is a file of its own with its section, and a line here.
var sections = []section{
	handoffsSection,
	deliveriesSection,
	reportsSection,
	agentsSection,
	integrationsSection,
	keysSection,
	peopleSection,
	auditSection,
	healthSection,
}

// entrances are the routes before and around the sections.
var entrances = []route{
	{"GET /admin/{$}", viewer, (*visit).home},
	{"GET /admin/assets/{file}", nobody, (*visit).asset},
	{"GET /admin/signin", nobody, (*visit).signInPage},
	{"POST /admin/signin", nobody, (*visit).signIn},
	{"GET /admin/signin/link/{token}", nobody, (*visit).linkPage},
	{"POST /admin/signin/link", nobody, (*visit).useLink},
	{"GET /admin/signin/openid", nobody, (*visit).openidStart},
	{"GET " + openidReturn, nobody, (*visit).openidBack},
	{"POST /admin/signout", viewer, (*visit).signOut},
}

// home leads to the handoffs, and as long as no channel is connected to where that is done.
func (v *visit) home() error {
	channels, err := v.desk.Channels(v.ctx())
	if err != nil {
		return err
	}
	if len(channels) == 0 {
		return v.redirect(integrationsSection.path)
	}
	return v.redirect(handoffsSection.path)
}
