package activity

// Every wire type is written and read by the codec alone. Marshalling is on
// values, so that a value inside somebody else's struct is written right too.

// MarshalJSON writes the known members in order, then Extra.
func (v Activity) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Activity) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v TextHighlight) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *TextHighlight) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Reaction) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Reaction) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v SuggestedActions) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *SuggestedActions) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v SuggestedAction) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *SuggestedAction) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ChannelAccount) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ChannelAccount) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ConversationAccount) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ConversationAccount) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ConversationReference) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ConversationReference) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Attachment) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Attachment) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Entity) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Entity) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Mention) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Mention) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ChannelData) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ChannelData) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v TenantInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *TenantInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v TeamInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *TeamInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ChannelInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ChannelInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Settings) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Settings) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Notification) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Notification) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Source) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Source) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v MeetingInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *MeetingInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v CardAction) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *CardAction) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ExecutedAction) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ExecutedAction) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ConversationParameters) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ConversationParameters) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ConversationResource) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ConversationResource) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ResourceResponse) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ResourceResponse) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v PagedMembers) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *PagedMembers) UnmarshalJSON(data []byte) error { return unmarshalAnswer(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v TeamDetails) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *TeamDetails) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v TeamChannels) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *TeamChannels) UnmarshalJSON(data []byte) error { return unmarshalAnswer(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ErrorBody) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ErrorBody) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ErrorDetail) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ErrorDetail) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v SemanticAction) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *SemanticAction) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v AppInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *AppInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v OnBehalfOf) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *OnBehalfOf) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v FeedbackLoop) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *FeedbackLoop) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v MembershipSource) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *MembershipSource) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v Legacy) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *Legacy) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v ClientInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *ClientInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v StreamInfo) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *StreamInfo) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }

// MarshalJSON writes the known members in order, then Extra.
func (v QuotedReply) MarshalJSON() ([]byte, error) { return marshal(&v) }

// UnmarshalJSON reads one object and keeps what it does not know in Extra.
func (v *QuotedReply) UnmarshalJSON(data []byte) error { return unmarshalJSON(data, v) }
