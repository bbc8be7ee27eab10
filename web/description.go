package web

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed openapi.json
var description []byte

// giveDescription serves the description of /v1 (https://spec.openapis.org/oas/v3.1.1.html). A test holds it to the routes.
func giveDescription(c echo.Context) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, description)
}
