package cards_test

import (
	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/cards"
)

// everything has each element, each action, and each of their members.
func everything() cards.Card {
	signIn := cards.NewAuthentication("entra", "Sign in to see your customers.", cards.SignIn{
		Title: "Sign in", URL: "https://token.botframework.com/api/oauth/signin?signin=1", ImageURL: "https://example.com/s.png",
	})
	signIn.TokenExchange = &cards.TokenExchange{ID: "c0ffee00", URI: "api://botid-c0ffee00", ProviderID: "entra"}
	card := cards.Card{
		Lang:                     "de",
		Speak:                    "A card with everything",
		MinHeight:                "100px",
		RTL:                      true,
		FullWidth:                true,
		FallbackText:             cards.Lit("A card with everything."),
		Mentions:                 []activity.Mention{{Mentioned: activity.ChannelAccount{ID: "29:1rui", Name: "Rui Costa"}}},
		Refresh:                  cards.NewRefresh("refresh", nil, "29:1rui"),
		Authentication:           signIn,
		BackgroundImage:          background(),
		VerticalContentAlignment: cards.AlignCenter,
		SelectAction:             open(),
		Actions:                  everyAction(),
	}
	for _, some := range [][]cards.Element{everyText(), everyPicture(), everyLayout(), everyInput()} {
		card.Body = append(card.Body, some...)
	}
	return card
}

// base has each member that every element has.
func base(id string) cards.Base {
	hidden := false
	return cards.Base{
		ID: id, IsVisible: &hidden, Separator: true, Spacing: cards.SpacingSmall, Height: cards.HeightStretch,
		Requires: newest(), Fallback: cards.TextBlock{Base: cards.Base{ID: id}, Text: cards.Lit("in its place")},
	}
}

// button has each member that every action has.
func button(title string) cards.Button {
	return cards.Button{
		ID: "b-" + title, Title: title, Style: cards.StylePositive, Tooltip: title, IconURL: "https://example.com/i.png",
		Secondary: true, Disabled: true, Requires: newest(), Fallback: cards.Drop{},
	}
}

func newest() map[string]string { return map[string]string{"adaptiveCards": "1.5", "teams": "*"} }

func open() cards.Action {
	return cards.OpenURL{Button: cards.Button{Title: "Open"}, URL: "https://example.com/a?b=c"}
}

func background() *cards.BackgroundImage {
	return &cards.BackgroundImage{URL: "data:image/png;base64,iVBORw0KGgo=", FillMode: cards.FillRepeat, HorizontalAlignment: cards.AlignCenter, VerticalAlignment: cards.AlignTop}
}

func everyText() []cards.Element {
	return []cards.Element{
		cards.TextBlock{
			Base: base("heading"), Text: cards.Concat(cards.Lit("**Hello** <at>Rui Costa</at>, "), cards.Safe("*you*", 20)), Style: cards.StyleHeading,
			Size: cards.SizeLarge, Weight: cards.WeightBolder, Color: cards.ColorAccent, FontType: cards.FontMonospace,
			HorizontalAlignment: cards.AlignCenter, MaxLines: 2, IsSubtle: true,
		},
		cards.TextBlock{Text: cards.Lit("One line"), NoWrap: true},
		cards.RichTextBlock{Base: base("rich"), HorizontalAlignment: cards.AlignRight, Inlines: []cards.TextRun{
			{Text: cards.Safe("*as it is*", 20), Italic: true, Highlight: true, SelectAction: open(), FontType: cards.FontMonospace, IsSubtle: true},
			{Text: cards.Lit("gone"), Strikethrough: true, Underline: true, Size: cards.SizeSmall, Weight: cards.WeightLighter, Color: cards.ColorWarning},
		}},
		cards.FactSet{Base: base("facts"), Facts: []cards.FactRow{{Title: cards.Lit("Plan"), Value: cards.Safe("[Team](x)", 20)}}},
	}
}

func everyPicture() []cards.Element {
	person := cards.Image{
		Base: base("person"), URL: "https://example.com/p.png", AltText: "A person", Size: cards.SizeSmall, Style: cards.StylePerson,
		Width: "40px", BackgroundColor: "#DDDDDD", HorizontalAlignment: cards.AlignRight, SelectAction: open(),
	}
	person.Height = "40px"
	return []cards.Element{
		person,
		cards.ImageSet{Base: base("gallery"), ImageSize: cards.SizeMedium, Images: []cards.Image{{URL: "https://example.com/q.png", AltText: "Another"}}},
		cards.Media{
			Base: base("film"), AltText: "How to join", Poster: "https://example.com/poster.png",
			Sources: []cards.MediaSource{{MimeType: "video/mp4", URL: "https://contoso.sharepoint.com/:v:/s/film"}},
		},
	}
}

func everyLayout() []cards.Element {
	hidden := false
	return []cards.Element{
		cards.Container{
			Base: base("box"), Items: []cards.Element{text("inside")}, Style: cards.StyleEmphasis, Bleed: true, MinHeight: "40px",
			VerticalContentAlignment: cards.AlignCenter, BackgroundImage: background(), SelectAction: open(),
		},
		cards.ColumnSet{
			Base: base("columns"), Style: cards.StyleAccent, Bleed: true, MinHeight: "40px", HorizontalAlignment: cards.AlignLeft, SelectAction: open(),
			Columns: []cards.Column{
				{
					ID: "left", Width: cards.WidthAuto, Items: []cards.Element{text("left")}, Style: cards.StyleGood, Bleed: true, MinHeight: "40px", RTL: true,
					Spacing: cards.SpacingLarge, Separator: true, IsVisible: &hidden, VerticalContentAlignment: cards.AlignBottom,
					BackgroundImage: background(), SelectAction: open(), Requires: newest(), Fallback: cards.Column{Width: "2"},
				},
				{Width: "50px", Fallback: cards.Drop{}},
			},
		},
		cards.Table{
			Base: base("table"), GridStyle: cards.StyleEmphasis, NoGridLines: true, PlainFirstRow: true,
			HorizontalCellContentAlignment: cards.AlignCenter, VerticalCellContentAlignment: cards.AlignBottom,
			Columns: []cards.TableColumn{
				{Width: "100px"}, {Width: "2", HorizontalCellContentAlignment: cards.AlignRight, VerticalCellContentAlignment: cards.AlignTop},
			},
			Rows: []cards.TableRow{
				{Cells: []cards.TableCell{{Items: []cards.Element{text("Head")}}, {}}},
				{Style: cards.StyleWarning, HorizontalCellContentAlignment: cards.AlignLeft, VerticalCellContentAlignment: cards.AlignTop, Cells: []cards.TableCell{{}, {
					Style: cards.StyleAttention, Bleed: true, MinHeight: "40px", VerticalContentAlignment: cards.AlignTop, BackgroundImage: background(), SelectAction: open(),
				}}},
			},
		},
		cards.ActionSet{Base: base("buttons"), Actions: []cards.Action{open()}},
	}
}

func everyInput() []cards.Element {
	asked := func(id string) cards.Asked {
		return cards.Asked{Base: base(id), Label: cards.Lit("Your " + id), IsRequired: true, ErrorMessage: cards.Lit("Please fill this in.")}
	}
	one, ten := 1.0, 10.0
	hint := cards.Lit("Please")
	return []cards.Element{
		cards.InputText{
			Asked: asked("note"), Placeholder: hint, Value: cards.Safe("x", 5), IsMultiline: true, MaxLength: 200, Regex: "^.+$",
			Style: cards.StyleEmail, InlineAction: open(),
		},
		cards.InputNumber{Asked: asked("seats"), Placeholder: hint, Min: &one, Max: &ten, Value: &one},
		cards.InputDate{Asked: asked("day"), Placeholder: hint, Min: "2026-01-01", Max: "2026-12-31", Value: "2026-11-22"},
		cards.InputTime{Asked: asked("hour"), Placeholder: hint, Min: "09:00", Max: "18:00", Value: "12:30"},
		cards.InputToggle{Asked: asked("consent"), Title: cards.Lit("I agree"), Value: "no", ValueOn: "yes", ValueOff: "no"},
		cards.InputChoiceSet{
			Asked: asked("plan"), Placeholder: hint, Choices: []cards.Choice{{Title: cards.Lit("Team"), Value: "team"}},
			Style: cards.StyleExpanded, IsMultiSelect: true, Value: "team",
		},
	}
}

func everyAction() []cards.Action {
	execute := cards.NewExecute("Execute", "do.it", map[string]any{"n": 1})
	execute.IgnoreInputs = true
	rare := cards.NewExecute("Rare", "do.it", nil)
	rare.Button = button("Rare")
	return []cards.Action{
		execute,
		rare,
		cards.Submit{Button: button("Submit"), Data: map[string]any{"a": "b"}, IgnoreInputs: true},
		cards.OpenURL{Button: button("OpenURL"), URL: "https://example.com/a?b=c"},
		cards.ShowCard{Button: button("Show"), Card: cards.Card{Body: []cards.Element{text("unfolded")}}},
		cards.ToggleVisibility{Button: button("Toggle"), Targets: []cards.Target{cards.Toggle("note"), cards.Show("left"), cards.Hide("box")}},
	}
}
