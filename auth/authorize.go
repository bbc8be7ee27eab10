package auth

import (
	"slices"
	"strings"

	"github.com/docket-handoff/docket/activity"
)

// Authorize is the body stage: it refuses, with a [*Error], an activity that
// the token does not cover. It checks, in this order, that
//
//   - serviceUrl is there (400) and is the token's (403),
//   - channelId is there (400), allowed (403) and endorsed by the signing key
//     (403; a key without endorsements speaks for nobody),
//   - the tenants in the body agree (400) and may speak (403),
//   - the service host may receive the bot's token (403).
//
// It then sets the activity's CallerID from the cloud; what the wire said is
// discarded, as rules A2251 and A2252 of the activity specification want
// (https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md).
func (v *Verifier) Authorize(c Claims, a *activity.Activity) error {
	a.CallerID = ""
	for _, check := range []func(Claims, *activity.Activity) *Error{
		checkServiceURL, v.checkChannel, v.checkTenant, v.checkHost,
	} {
		if refusal := check(c, a); refusal != nil {
			return refusal
		}
	}
	a.CallerID = v.cloud.CallerID
	return nil
}

func checkServiceURL(c Claims, a *activity.Activity) *Error {
	if a.ServiceURL == "" {
		return badRequest(ServiceURLMissing, "the activity has no serviceUrl")
	}
	if !sameServiceURL(c.ServiceURL, a.ServiceURL) {
		return forbidden(ServiceURLMismatch, "the activity's serviceUrl is not the token's")
	}
	return nil
}

// checkChannel compares the part before a colon: newer SDKs write
// "channel:sub-channel", and endorsements know channels alone.
func (v *Verifier) checkChannel(c Claims, a *activity.Activity) *Error {
	channel, _, _ := strings.Cut(a.ChannelID, ":")
	if channel == "" {
		return badRequest(ChannelMissing, "the activity has no channelId")
	}
	if !slices.Contains(v.channels, channel) {
		return forbidden(ChannelNotAllowed, "the activity is of a channel that is not allowed here")
	}
	if !c.Endorsed(channel) {
		return forbidden(ChannelNotEndorsed, "the signing key may not speak for channel %s", channel)
	}
	return nil
}

func (v *Verifier) checkTenant(_ Claims, a *activity.Activity) *Error {
	tenant, agree := a.Tenant()
	if !agree {
		return badRequest(TenantDisagree, "conversation and channelData name different tenants")
	}
	if v.tenants != nil && (tenant == "" || !v.tenants(tenant)) {
		return forbidden(TenantNotAllowed, "the activity's tenant is not allowed here")
	}
	return nil
}

func (v *Verifier) checkHost(_ Claims, a *activity.Activity) *Error {
	if err := v.hosts.Check(a.ServiceURL); err != nil {
		return forbidden(HostNotTrusted, "%w", err)
	}
	return nil
}
