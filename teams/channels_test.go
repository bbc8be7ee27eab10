package teams_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// TestChannelFollowsEvents plays what happens to a team and its channel, and what must be true of the channel afterwards.
func TestChannelFollowsEvents(t *testing.T) {
	type step func(w *world)
	does := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	team := func(event string) step {
		return func(w *world) {
			_, err := w.service.TeamEvent(w.t.Context(), w.ana.ID, w.channel.Team.ID, event, "New name")
			does(err)
		}
	}
	deleted := func(w *world) {
		_, err := w.service.DeleteChannel(w.t.Context(), w.ana.ID, w.channel.ID)
		does(err)
	}
	restored := func(w *world) {
		_, err := w.service.RestoreChannel(w.t.Context(), w.ana.ID, w.channel.ID)
		does(err)
	}
	removed := func(w *world) {
		_, err := w.service.RemoveBot(w.t.Context(), w.ana.ID, w.channel.ID)
		does(err)
	}
	installed := func(w *world) {
		_, err := w.service.Install(w.t.Context(), w.ana.ID, w.channel.ID)
		does(err)
	}
	mentioned := func(w *world) {
		_, err := w.service.Say(w.t.Context(), w.ana.ID, w.channel.ID, "hello again", bottest.MentionBot())
		does(err)
	}
	cut := func(w *world) {
		does(w.desk.Disconnect(w.t.Context(), handoff.ChannelID(teamsName, bottest.DefaultTenant, w.channel.ID), nil))
	}
	for _, row := range []struct {
		name  string
		steps []step
		state handoff.ChannelState
		cause string
	}{
		{"nothing", nil, handoff.ChannelConnected, ""},
		{"channel deleted", []step{deleted}, handoff.ChannelDisconnected, "the channel was deleted"},
		{"and restored", []step{deleted, restored}, handoff.ChannelConnected, ""},
		{"team archived", []step{team(activity.EventTeamArchived)}, handoff.ChannelDisconnected, "the team was archived"},
		{"and unarchived", []step{team(activity.EventTeamArchived), team(activity.EventTeamUnarchived)}, handoff.ChannelConnected, ""},
		{"archived, deleted and unarchived", []step{team(activity.EventTeamArchived), deleted, team(activity.EventTeamUnarchived)}, handoff.ChannelDisconnected, "the channel was deleted"},
		{"team deleted", []step{team(activity.EventTeamDeleted)}, handoff.ChannelDisconnected, "the team was deleted"},
		{"and restored", []step{team(activity.EventTeamDeleted), team(activity.EventTeamRestored)}, handoff.ChannelConnected, ""},
		{"team deleted for good", []step{team(activity.EventTeamDeleted), team(activity.EventTeamHardDeleted)}, handoff.ChannelDisconnected, "the team was deleted"},
		{"app removed", []step{removed}, handoff.ChannelDisconnected, "the app was removed from the team"},
		{"app removed, and an archive opened", []step{removed, team(activity.EventTeamUnarchived)}, handoff.ChannelDisconnected, "the app was removed from the team"},
		{"app removed and added", []step{removed, installed}, handoff.ChannelConnected, ""},
		{"disconnected here", []step{cut}, handoff.ChannelDisconnected, "somebody has disconnected it in the admin pages"},
		{"disconnected here, app added again", []step{cut, removed, installed}, handoff.ChannelDisconnected, "somebody has disconnected it in the admin pages"},
		{"disconnected here, and mentioned", []step{cut, mentioned}, handoff.ChannelConnected, ""},
		{"renamed", []step{team(activity.EventTeamRenamed)}, handoff.ChannelConnected, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			c := w.connect()
			for _, s := range row.steps {
				s(w)
			}
			got := channelRow(t, w, c.ID)
			if got.State != row.state || got.Cause != row.cause {
				t.Errorf("the channel is %s (%q), want %s (%q)", got.State, got.Cause, row.state, row.cause)
			}
			if row.name == "renamed" && got.Team.Name != "New name" {
				t.Errorf("the team is called %q", got.Team.Name)
			}
		})
	}
}

const teamsName = "teams"

// TestEventsAreAboutTheirOwnPlace: what happens to one channel or one team leaves the others alone.
func TestEventsAreAboutTheirOwnPlace(t *testing.T) {
	other := bottest.Team{ID: "19:0ther@thread.tacv2", Name: "Other", Channels: []bottest.Channel{{ID: "19:0ps@thread.tacv2", Name: "Ops"}}}
	first := bottest.Team{ID: "19:7ea4@thread.tacv2", Name: "Northwind", Channels: []bottest.Channel{{ID: "19:5a1e5@thread.tacv2", Name: "Sales"}, {ID: "19:5bb0@thread.tacv2", Name: "Support"}}}
	w := newWorld(t, bottest.Config{Teams: []bottest.Team{first, other}})
	for _, id := range []string{"19:5a1e5@thread.tacv2", "19:5bb0@thread.tacv2", "19:0ps@thread.tacv2"} {
		_, err := w.service.Say(t.Context(), w.ana.ID, id, "hello", bottest.MentionBot())
		must(t, err)
	}
	states := func() string {
		channels, err := w.desk.Channels(t.Context())
		must(t, err)
		by := map[string]string{}
		for _, c := range channels {
			by[c.Name] = string(c.State)
		}
		return strings.Join([]string{by["Sales"], by["Support"], by["Ops"]}, " ")
	}
	_, err := w.service.DeleteChannel(t.Context(), w.ana.ID, "19:5a1e5@thread.tacv2")
	must(t, err)
	if got := states(); got != "disconnected connected connected" {
		t.Errorf("after a channel was deleted: %s", got)
	}
	_, err = w.service.RemoveBot(t.Context(), w.ana.ID, "19:5bb0@thread.tacv2")
	must(t, err)
	if got := states(); got != "disconnected disconnected connected" {
		t.Errorf("after the app was removed: %s", got)
	}
	tenant, err := w.desk.Tenant(t.Context(), teamsName, bottest.DefaultTenant)
	must(t, err)
	if tenant.SeenAt.IsZero() || tenant.State() == handoff.TenantUninstalled {
		t.Errorf("the tenant is %s: %+v", tenant.State(), tenant)
	}
}

// TestInstallationIsKept: the tenant's row tells in which teams the app is, whichever of the two events comes.
func TestInstallationIsKept(t *testing.T) {
	w := newWorld(t, bottest.Config{NotInstalled: true})
	tenant := func() handoff.Tenant {
		got, err := w.desk.Tenant(t.Context(), teamsName, strings.ToUpper(bottest.DefaultTenant))
		must(t, err)
		return got
	}
	_, err := w.service.Install(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)
	if got := tenant(); len(got.Installed) != 1 || got.Installed[0].Team.Name != "Northwind" || got.SeenAt.IsZero() {
		t.Fatalf("after the installation: %+v", got)
	}
	_, err = w.service.RemoveBot(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)
	if got := tenant(); len(got.Installed) != 0 || got.State() != handoff.TenantUninstalled {
		t.Fatalf("after the removal: %s %+v", got.State(), got)
	}
}

// TestBlockedByAnAdmin: nothing tells a bot that it was blocked but the refusal of what it posts; hearing from the channel
// again tells that it is not any more.
func TestBlockedByAnAdmin(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, _ := joined(t, w)
	c := handoff.ChannelID(teamsName, bottest.DefaultTenant, w.channel.ID)
	w.service.BlockBot(true)
	w.say(id, "Are you there?")
	ended := w.waitEvent(id, "the end", func(e handoff.Event) bool { return e.Handoff != nil && e.Handoff.State == handoff.StateAgent })
	if ended.Handoff.Reason != handoff.EndedChannelLost {
		t.Errorf("the handoff ended by %s", ended.Handoff.Reason)
	}
	w.waitText(id, handoff.FromAgent, "has broken off")
	if got := channelRow(t, w, c); got.State != handoff.ChannelDisconnected || got.Cause != "an admin has blocked the app" {
		t.Errorf("the channel is %s (%q)", got.State, got.Cause)
	}
	tenant, err := w.desk.Tenant(t.Context(), teamsName, bottest.DefaultTenant)
	must(t, err)
	if tenant.State() != handoff.TenantBlocked {
		t.Errorf("the tenant is %s", tenant.State())
	}

	w.service.BlockBot(false)
	_, err = w.service.Say(t.Context(), w.ana.ID, w.channel.ID, "hello", bottest.MentionBot())
	must(t, err)
	if got := channelRow(t, w, c); got.State != handoff.ChannelConnected {
		t.Errorf("the channel is %s (%q)", got.State, got.Cause)
	}
}

// TestRepliesPermission: one line without a mention proves that the app may read them; lines with one, and never another,
// mean that it may not, and the thread is told once.
func TestRepliesPermission(t *testing.T) {
	w := newWorld(t, bottest.Config{WithoutRSC: true})
	id, thread := joined(t, w)
	c := handoff.ChannelID(teamsName, bottest.DefaultTenant, w.channel.ID)
	if got := channelRow(t, w, c); got.Replies != handoff.RepliesUnknown {
		t.Errorf("before any line it is %q", got.Replies)
	}
	for _, text := range []string{"the first line", "the second line", "the third line"} {
		_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, text, bottest.MentionBot())
		must(t, err)
		w.waitText(id, handoff.FromSpecialist, text)
	}
	if got := channelRow(t, w, c); got.Replies != handoff.RepliesMissing {
		t.Errorf("after lines with mentions it is %q", got.Replies)
	}
	w.waitLine(thread.ID, "Only lines that mention @Docket seem to arrive here")
	hints := 0
	for _, m := range w.service.Messages(thread.ID) {
		hints += strings.Count(m.Text, "Only lines that mention")
	}
	if hints != 1 {
		t.Errorf("the thread is told %d times", hints)
	}
}

func TestRepliesArrive(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	c := handoff.ChannelID(teamsName, bottest.DefaultTenant, w.channel.ID)
	if got := channelRow(t, w, c); got.Replies != handoff.RepliesUnknown {
		t.Errorf("the mention that connects proves nothing, and it is %q", got.Replies)
	}
	_, err := w.service.Say(t.Context(), w.ben.ID, w.channel.ID, "lunch?")
	must(t, err)
	if got := channelRow(t, w, c); got.Replies != handoff.RepliesGranted {
		t.Errorf("after other people's talk it is %q", got.Replies)
	}
}

// TestTrial sends a test handoff and takes it through the round trip: the card says what it is, Join proves that buttons
// arrive, the first line that replies do, and that ends it.
func TestTrial(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	c := w.connect()
	trial, err := w.desk.Try(t.Context(), c.ID, "Olga", nil)
	must(t, err)
	thread := w.handoffThread()
	if card := string(thread.Messages[0].Card); !strings.Contains(card, "This is a test, sent by Olga. No visitor is waiting") {
		t.Errorf("the card does not say that it is a test: %s", card)
	}
	if got := channelRow(t, w, c.ID); !got.ProvenAt.IsZero() {
		t.Error("the round trip is proven before anybody pressed Join")
	}
	_, err = w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(t, err)
	if got := channelRow(t, w, c.ID); got.ProvenAt.IsZero() || got.Trial == nil || got.Trial.Handoff != trial.Handoff {
		t.Errorf("after Join the channel is %+v", got)
	}
	w.waitLine(thread.ID, "The button works")
	_, err = w.service.Say(t.Context(), w.ana.ID, thread.ID, "it works")
	must(t, err)
	w.waitLine(thread.ID, "everything works in this channel")
	got, err := w.desk.Handoff(t.Context(), trial.Handoff)
	must(t, err)
	if got.Stage != handoff.StageEnded || channelRow(t, w, c.ID).Replies != handoff.RepliesGranted {
		t.Errorf("the test is %s, replies %s", got.Stage, channelRow(t, w, c.ID).Replies)
	}
	day := got.StartedAt.Format(time.DateOnly)
	report, err := w.desk.Report(t.Context(), handoff.ReportQuery{From: day, To: day})
	must(t, err)
	if report.Total.Asked != 0 {
		t.Errorf("the reports count the test: %+v", report.Total)
	}
}
