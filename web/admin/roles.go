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
	Account string `json:"account"`        // one for each person and way to sign in
	Name    string `json:"name,omitempty"` // as the provider calls them
	Email   string `json:"email,omitempty"`
	Role    Role   `json:"role"`
}

// localAccount is whoever holds the password or a one-time link: the server's own admin.
const localAccount = "admin"

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
