package admin

// Role is what somebody may do.
type Role string

// The roles.
const (
	RoleViewer Role = "viewer" // sees
	RoleAdmin  Role = "admin"  // sees and changes
)

// Person is who signed in, as known at that moment.
type Person struct {
	Account string   `json:"account"`        // one for each person and way to sign in
	Name    string   `json:"name,omitempty"` // as the provider calls them
	Email   string   `json:"email,omitempty"`
	Roles   []string `json:"roles,omitempty"` // values of the provider's roles claim that some list names
	Role    Role     `json:"role"`
}

// localAccount is whoever holds the password or a one-time link: the server's own admin.
const localAccount = "admin"

// roleOf is what the person of a session may do now; empty when nothing any more. People of a provider are looked up in the lists as they are
// now, not as they were.
func (s *Server) roleOf(found session) Role {
	if found.Way == wayOpenID {
		return s.openid.role(found.Person)
	}
	return found.Person.Role
}

// called is what the pages and the audit log call a person.
func (p Person) called() string {
	switch {
	case p.Email != "":
		return p.Email
	case p.Name != "":
		return p.Name
	}
	return p.Account
}
