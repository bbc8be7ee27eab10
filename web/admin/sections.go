package admin

// section is one part of the pages: a link on the left, and the routes behind it.
type section struct {
	title  string
	group  string // sections of one group stand together under its name; "" stands alone
	path   string // where its link leads
	routes []route
}

// sections are all parts, in the order of the links. A new page is a file of its own with its section, and a line here.
var sections = []section{
	handoffsSection,
	deliveriesSection,
	reportsSection,
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
	{"POST /admin/signout", viewer, (*visit).signOut},
}

// home leads to where there is most to see.
func (v *visit) home() error {
	return v.redirect(v.sections[0].path)
}
